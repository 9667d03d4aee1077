"""The SDKs in front of llmroute, a provider that speaks Bedrock Converse behind it. botocore judges what arrives: its
parameters by the service's model, its signature by signing it again."""

import json

import pytest
from conftest import Target, _judged
from test_anthropic_sdk import WEATHER as ANTHROPIC_WEATHER
from test_openai_sdk import HELLO, PIXEL, WEATHER
from upstream import SIGNATURE, Call, Refuses, Says, Tokens, Upstream

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
CALLS = (Call("tooluse_1", "weather", {"city": "Paris"}), Call("tooluse_2", "weather", {"city": "Zürich", "days": [1, 2]}))
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest.fixture(scope="module")
def bedrock():
    from conftest import Router

    router, upstream = Router(), Upstream("bedrock-converse")
    try:
        router.run("providers", "add", "cloud", "--like", "bedrock", "--base-url", upstream.base_url, "--set", "region=eu-west-1")
        router.run("keys", "add", "cloud", "--stdin", stdin=upstream.key + "\n")
        router.group("to-bedrock", f"cloud/{MODEL}=1")
        router.start()
        yield router, upstream
    finally:
        router.stop()
        upstream.close()


@pytest.fixture
def target(bedrock):
    upstream = bedrock[1]
    upstream.reset()
    yield Target(upstream, "to-bedrock")
    _judged([upstream])


@STREAMED
def test_openai(bedrock, target, stream):
    target.will(Says(tokens=Tokens(input=100, output=20, cached=60, written=10)))
    chat = bedrock[0].openai().chat.completions
    if stream:
        *told, last = list(chat.create(model=target.model, messages=HELLO, stream=True, stream_options={"include_usage": True}))
        assert "".join(it.choices[0].delta.content or "" for it in told) == "Hello, world."
        assert [it.choices[0].finish_reason for it in told if it.choices[0].finish_reason] == ["stop"]
        usage = last.usage
    else:
        answer = chat.create(model=target.model, messages=HELLO)
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Hello, world.", "stop")
        assert answer.id and answer.model == MODEL
        usage = answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens) == (100, 20, 60)
    assert target.body["messages"] == [{"role": "user", "content": [{"text": "Say hello."}]}]
    assert target.upstream.last.path == f"/model/{MODEL.replace(':', '%3A')}/converse{'-stream' if stream else ''}"


@STREAMED
def test_anthropic_thinks_with_tools_and_its_signature_comes_back(bedrock, target, stream):
    messages = bedrock[0].anthropic().messages
    target.will(Says(text=(), calls=CALLS, thinking=("Let me ", "see."), tokens=Tokens(input=100, output=20, cached=60)))
    asked = {"model": target.model, "max_tokens": 4096, "messages": HELLO, "system": "Be brief.", "tools": [ANTHROPIC_WEATHER],
             "thinking": {"type": "enabled", "budget_tokens": 2048}}

    def ask(**more):
        if not stream:
            return messages.create(**{**asked, **more})
        with messages.stream(**{**asked, **more}) as events:
            return events.get_final_message()

    answer = ask()
    thought, *calls = answer.content
    assert (thought.thinking, thought.signature, answer.stop_reason) == ("Let me see.", SIGNATURE, "tool_use")
    assert [(it.id, it.name, it.input) for it in calls] == [(it.id, it.name, it.arguments) for it in CALLS]
    assert (answer.usage.input_tokens, answer.usage.cache_read_input_tokens, answer.usage.output_tokens) == (40, 60, 20)
    assert target.body["additionalModelRequestFields"]["thinking"] == {"type": "enabled", "budget_tokens": 2048}
    results = [{"type": "tool_result", "tool_use_id": it.id, "content": "sunny"} for it in calls]
    turns = [*HELLO, {"role": "assistant", "content": [it.model_dump(exclude_none=True) for it in answer.content]},
             {"role": "user", "content": results}]
    assert ask(messages=turns).content[0].text == "Hello, world."
    _, made, answered = target.body["messages"]
    said = made["content"][0]["reasoningContent"]["reasoningText"]
    assert said == {"text": "Let me see.", "signature": SIGNATURE}
    assert [it["toolUse"]["toolUseId"] for it in made["content"][1:]] == ["tooluse_1", "tooluse_2"]
    assert [it["toolResult"]["toolUseId"] for it in answered["content"]] == ["tooluse_1", "tooluse_2"]


@STREAMED
def test_openai_calls_tools_and_shows_images(bedrock, target, stream):
    chat = bedrock[0].openai().chat.completions
    target.will(Says(text=(), calls=CALLS))
    content = [{"type": "text", "text": "Look."}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]
    asked = {"model": target.model, "messages": [{"role": "user", "content": content}], "tools": [WEATHER], "tool_choice": "required"}
    if stream:
        calls = {}
        for chunk in chat.create(**asked, stream=True):
            for it in chunk.choices[0].delta.tool_calls or []:
                at = calls.setdefault(it.index, {"id": it.id, "name": it.function.name, "arguments": ""})
                at["arguments"] += it.function.arguments or ""
        made = [(it["id"], it["name"], json.loads(it["arguments"])) for it in calls.values()]
    else:
        made = [(it.id, it.function.name, json.loads(it.function.arguments)) for it in chat.create(**asked).choices[0].message.tool_calls]
    assert made == [(it.id, it.name, it.arguments) for it in CALLS]
    assert target.body["messages"][0]["content"][1]["image"]["format"] == "png"
    assert target.body["toolConfig"]["toolChoice"] == {"any": {}}


@STREAMED
def test_responses_and_gemini(bedrock, target, stream):
    router = bedrock[0]
    if stream:
        events = list(router.openai().responses.create(model=target.model, input="Say hello.", stream=True))
        assert events[-1].type == "response.completed" and events[-1].response.output_text == "Hello, world."
        client = router.gemini()
        pieces = list(client.models.generate_content_stream(model=target.model, contents="Say hello."))
        assert "".join(it.text or "" for it in pieces) == "Hello, world."
    else:
        assert router.openai().responses.create(model=target.model, input="Say hello.").output_text == "Hello, world."
        client = router.gemini()
        assert client.models.generate_content(model=target.model, contents="Say hello.").text == "Hello, world."


def test_structured_answers(bedrock, target):
    target.will(Says(text=('{"name": "Rex"}',)))
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": False}
    form = {"type": "json_schema", "json_schema": {"name": "dog", "schema": schema, "strict": True}}
    bedrock[0].openai().chat.completions.create(model=target.model, messages=HELLO, response_format=form)
    told = target.body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert (told["name"], json.loads(told["schema"])) == ("dog", schema)


@STREAMED
def test_errors_and_cut_streams(bedrock, target, stream):
    import openai

    client = bedrock[0].openai(max_retries=0)
    if stream:
        for trouble in (Says(cut_after=1), Says(fail_after=1)):
            target.will(trouble)
            with pytest.raises(openai.APIError):
                list(client.chat.completions.create(model=target.model, messages=HELLO, stream=True))
        return
    target.will(Refuses(400, message="Input is too long for requested model."))
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model=target.model, messages=HELLO)
    assert refused.value.code == "context_length_exceeded"
