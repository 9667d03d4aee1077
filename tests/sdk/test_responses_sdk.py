"""The openai package's responses in front of llmroute, each upstream dialect behind it; and the other SDKs in front of
an upstream that speaks responses."""

import json
import urllib.request

import openai
import pydantic
import pytest
from upstream import Call, Refuses, Says, Tokens

HELLO = [{"role": "user", "content": "Say hello."}]
WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}
CALLS = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Zürich"}))
PATCH = '*** Begin Patch\n*** Add File: é.txt\n+"hello"\n*** End Patch\n'
APPLY_PATCH = {
    "type": "custom",
    "name": "apply_patch",
    "description": "Edits files.",
    "format": {"type": "grammar", "syntax": "lark", "definition": 'start: "*** Begin Patch" LF'},
}


@pytest.fixture
def client(router):
    return router.openai()


def test_an_answer(client, any_target):
    answer = client.responses.create(model=any_target.model, input="Say hello.", instructions="Be kind.")
    assert (answer.output_text, answer.status, answer.model) == ("Hello, world.", "completed", "test-model")
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.total_tokens) == (11, 7, 18)
    [item] = answer.output
    assert (item.type, item.role, item.status) == ("message", "assistant", "completed")
    if any_target.is_gemini:
        assert any_target.upstream.last.path == "/v1beta/models/test-model:generateContent"
    else:
        assert any_target.body["model"] == "test-model"
    assert "Be kind." in json.dumps(any_target.body)


def test_a_stream(client, any_target):
    events = list(client.responses.create(model=any_target.model, input=HELLO, stream=True))
    kinds = [it.type for it in events]
    assert kinds[:3] == ["response.created", "response.in_progress", "response.output_item.added"]
    assert kinds[-1] == "response.completed"
    assert "".join(it.delta for it in events if it.type == "response.output_text.delta") == "Hello, world."
    assert [it.sequence_number for it in events] == list(range(len(events)))
    assert events[-1].response.output_text == "Hello, world."
    assert len({it.response.id for it in events if hasattr(it, "response")}) == 1


def test_the_stream_helper(client, any_target):
    any_target.will(Says(tokens=Tokens(input=100, output=20, cached=60)))
    with client.responses.stream(model=any_target.model, input=HELLO) as stream:
        kinds = [it.type for it in stream]
        answer = stream.get_final_response()
    assert answer.output_text == "Hello, world."
    assert kinds.count("response.output_text.done") == 1
    assert (answer.usage.input_tokens, answer.usage.input_tokens_details.cached_tokens) == (100, 60)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_parallel_tools_and_their_results(client, any_target, stream):
    any_target.will(Says(text=("Let me look.",), calls=CALLS))
    asked = {"model": any_target.model, "input": HELLO, "tools": [WEATHER]}
    if stream:
        with client.responses.stream(**asked) as events:
            answer = events.get_final_response()
    else:
        answer = client.responses.create(**asked)
    calls = [it for it in answer.output if it.type == "function_call"]
    assert [(it.name, json.loads(it.arguments)) for it in calls] == [(it.name, it.arguments) for it in CALLS]
    ids = [it.call_id for it in calls]
    if any_target.is_gemini:
        # The provider gave no ids; OpenAI's clients cannot do without.
        assert all(ids) and len(set(ids)) == 2
    else:
        assert ids == ["call_1", "call_2"]
    assert answer.output_text == "Let me look."

    any_target.will(Says(text=("Sunny, and rain.",)))
    results = [
        {"type": "function_call_output", "call_id": ids[0], "output": "sunny"},
        {"type": "function_call_output", "call_id": ids[1], "output": "rain"},
    ]
    said = [
        {"type": "message", "role": "assistant", "content": answer.output_text},
        *({"type": "function_call", "call_id": it.call_id, "name": it.name, "arguments": it.arguments} for it in calls),
    ]
    answer = client.responses.create(model=any_target.model, input=[*HELLO, *said, *results], tools=[WEATHER])
    assert answer.output_text == "Sunny, and rain."
    if any_target.is_gemini:
        # Whose a result is, the order says: the ids were not the provider's.
        parts = [part for turn in any_target.body["contents"] for part in turn["parts"]]
        made = [it["functionCall"] for it in parts if "functionCall" in it]
        assert [(it["name"], it["args"]) for it in made] == [(it.name, it.arguments) for it in CALLS]
        answered = [it["functionResponse"] for it in parts if "functionResponse" in it]
        assert [it["response"] for it in answered] == [{"output": "sunny"}, {"output": "rain"}]
        assert not any("id" in it for it in (*made, *answered))
        return
    sent = json.dumps(any_target.body)
    assert all(it in sent for it in ("call_1", "call_2", "sunny", "rain"))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_custom_tool(client, any_target, stream):
    any_target.will(Says(text=(), calls=(Call("call_9", "apply_patch", {"input": PATCH}),)))
    asked = {
        "model": any_target.model,
        "input": HELLO,
        "tools": [APPLY_PATCH],
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "thread",
    }
    if stream:
        events = list(client.responses.create(**asked, stream=True))
        answer = events[-1].response
        said = "".join(it.delta for it in events if it.type == "response.custom_tool_call_input.delta")
        assert said == PATCH
    else:
        answer = client.responses.create(**asked)
    [call] = answer.output
    assert (call.type, call.name, call.input) == ("custom_tool_call", "apply_patch", PATCH)
    # Gemini gives no ids, so that one is made.
    assert call.call_id if any_target.is_gemini else call.call_id == "call_9"

    done = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "Success."}
    item = {"type": "custom_tool_call", "call_id": call.call_id, "name": call.name, "input": call.input}
    client.responses.create(**{**asked, "input": [*HELLO, item, done]})
    assert "Success." in json.dumps(any_target.body)


class Dog(pydantic.BaseModel):
    name: str
    age: int


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_schema(client, any_target, stream):
    any_target.will(Says(text=('{"name": "Rex", ', '"age": 7}')))
    if stream:
        with client.responses.stream(model=any_target.model, input=HELLO, text_format=Dog) as events:
            answer = events.get_final_response()
    else:
        answer = client.responses.parse(model=any_target.model, input=HELLO, text_format=Dog)
    assert answer.output_parsed == Dog(name="Rex", age=7)
    assert "properties" in json.dumps(any_target.body)


def test_an_image(client, any_target):
    url = "data:image/png;base64,iVBORw0KGgo="
    parts = [{"type": "input_text", "text": "What is it?"}, {"type": "input_image", "image_url": url, "detail": "auto"}]
    client.responses.create(model=any_target.model, input=[{"role": "user", "content": parts}])
    sent = json.dumps(any_target.body)
    assert "iVBORw0KGgo=" in sent
    assert "What is it?" in sent


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_cut_short(client, any_target, stream):
    any_target.will(Says(stop="length"))
    asked = {"model": any_target.model, "input": HELLO, "max_output_tokens": 20}
    if stream:
        *_, last = list(client.responses.create(**asked, stream=True))
        assert last.type == "response.incomplete"
        answer = last.response
    else:
        answer = client.responses.create(**asked)
    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    if any_target.is_gemini:
        assert any_target.body["generationConfig"]["maxOutputTokens"] == 20
    else:
        assert [value for key, value in any_target.body.items() if key.startswith("max_")] == [20]


def test_a_refusal_of_the_provider(client, any_target):
    any_target.will(Refuses(400, "invalid_request_error", "that is too much"))
    with pytest.raises(openai.BadRequestError, match="that is too much"):
        client.responses.create(model=any_target.model, input=HELLO)


def test_a_stream_that_fails(client, any_target):
    any_target.will(Says(fail_after=2))
    stream = client.responses.create(model=any_target.model, input=HELLO, stream=True)
    told = []
    with pytest.raises(openai.APIError):
        told.extend(it.delta for it in stream if it.type == "response.output_text.delta")


def test_a_stream_that_is_cut(client, any_target):
    any_target.will(Says(cut_after=2))
    kinds = []
    # A reset may overtake what was sent before it, and then nothing of the answer was there yet.
    with pytest.raises(openai.APIError):
        for it in client.responses.create(model=any_target.model, input=HELLO, stream=True):
            kinds.append(it.type)
    assert "response.completed" not in kinds


def test_what_is_lost_is_said(client, target):
    raw = client.responses.with_raw_response.create(
        model=target.model, input=HELLO, metadata={"a": "b"}, tools=[{"type": "web_search"}], store=False
    )
    dropped = raw.headers["x-llmroute-dropped"]
    assert "metadata" in dropped
    assert "web_search" in dropped
    assert "store" not in dropped


def test_chat_on_responses(client, responses_target):
    answer = client.chat.completions.create(model=responses_target.model, messages=HELLO, user="u")
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Hello, world.", "stop")
    # What the client did not ask to be kept is not kept.
    assert responses_target.body["store"] is False
    responses_target.will(Says(text=("Hm.",), calls=CALLS, tokens=Tokens(input=50, output=9, cached=20, reasoning=4)))
    tool = {"type": "function", "function": {key: WEATHER[key] for key in ("name", "description", "parameters")}}
    with client.chat.completions.stream(
        model=responses_target.model, messages=HELLO, tools=[tool], stream_options={"include_usage": True}
    ) as stream:
        answer = stream.get_final_completion()
    called = answer.choices[0].message.tool_calls
    assert [(it.id, json.loads(it.function.arguments)) for it in called] == [(it.id, it.arguments) for it in CALLS]
    assert (answer.usage.prompt_tokens_details.cached_tokens, answer.usage.completion_tokens) == (20, 9)


def test_messages_on_responses(router, responses_target):
    client = router.anthropic()
    answer = client.messages.create(model=responses_target.model, max_tokens=50, messages=HELLO, system="Be kind.")
    assert (answer.content[0].text, answer.stop_reason) == ("Hello, world.", "end_turn")
    assert responses_target.body["instructions"] == "Be kind."
    responses_target.will(Says(text=("Hm.",), calls=CALLS))
    tool = {"name": "weather", "input_schema": WEATHER["parameters"]}
    with client.messages.stream(model=responses_target.model, max_tokens=50, messages=HELLO, tools=[tool]) as stream:
        answer = stream.get_final_message()
    assert [(it.id, it.input) for it in answer.content if it.type == "tool_use"] == [(it.id, it.arguments) for it in CALLS]
    assert answer.stop_reason == "tool_use"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_cursor_posts_responses_to_the_chat_path(router, any_target, stream):
    """Cursor's agent mode (wire.md 3.4): the body of one dialect, the path of the other, and chat is what it reads."""
    body = {"model": any_target.model, "input": HELLO, "stream": stream, "tools": [WEATHER], "instructions": "Be kind."}
    any_target.will(Says(calls=CALLS))
    request = urllib.request.Request(
        f"{router.url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json", "authorization": f"Bearer {router.token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = answer.read().decode()
    if not stream:
        message = json.loads(told)["choices"][0]["message"]
        assert message["content"] == "Hello, world."
        ids = [it["id"] for it in message["tool_calls"]]
        # Gemini gives none, so they are made.
        assert (all(ids) and len(set(ids)) == 2) if any_target.is_gemini else ids == ["call_1", "call_2"]
        return
    assert told.endswith("data: [DONE]\n\n")
    chunks = [json.loads(it[6:]) for it in told.splitlines() if it.startswith("data: {")]
    assert {it["object"] for it in chunks} == {"chat.completion.chunk"}
    assert all(it["choices"] for it in chunks), "usage that nobody asked for"
    assert "".join(it["choices"][0]["delta"].get("content") or "" for it in chunks) == "Hello, world."
    names = [call["function"]["name"] for it in chunks for call in it["choices"][0]["delta"].get("tool_calls", []) if call.get("id")]
    assert names == ["weather", "weather"]
