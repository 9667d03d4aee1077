"""The SDKs in front of llmroute, providers that speak Cohere's, Ollama's and Mistral's own dialects behind it."""

import json

import anthropic
import openai
import pytest
from google.genai import types
from test_anthropic_sdk import WEATHER as ANTHROPIC_WEATHER
from test_openai_sdk import HELLO, PIXEL, WEATHER, Dog
from upstream import Call, Refuses, Says, Tokens
from upstream_natives import PATHS, faults

CALLS = (Call("aB3dE6gH9", "weather", {"city": "Paris"}), Call("zY8xW5vU2", "weather", {"city": "Zürich", "days": [1, 2]}))
BOTH = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest.fixture
def chat(router):
    return router.openai().chat.completions


@pytest.fixture
def messages(router):
    return router.anthropic().messages


@pytest.mark.parametrize("dialect", PATHS)
def test_the_judge_finds_what_is_wrong(dialect):
    right = {"model": "m", "messages": [{"role": "user", "content": "Hi."}], "stream": True}
    assert faults(dialect, right) == []
    call = {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": 7}}
    for wrong in (
        {"logit_bias": {}},
        {"messages": [{"role": "user", "content": "Hi.", "reasoning_content": "hm"}]},
        {"messages": [{"role": "user", "content": 7}]},
        {"messages": [{"role": "assistant", "tool_calls": [call]}]},
        {"tools": [{"type": "function", "function": "f"}]},
    ):
        assert faults(dialect, {**right, **wrong}), wrong


@BOTH
def test_openai(chat, native, stream):
    native.will(Says(tokens=Tokens(input=100, output=20)))
    asked = {"model": native.model, "messages": [{"role": "system", "content": "Be brief."}, *HELLO], "seed": 7}
    if stream:
        *told, last = list(chat.create(**asked, stream=True, stream_options={"include_usage": True}))
        assert "".join(it.choices[0].delta.content or "" for it in told if it.choices) == "Hello, world."
        assert [it.choices[0].finish_reason for it in [*told, last] if it.choices and it.choices[0].finish_reason] == ["stop"]
        usage = last.usage
    else:
        answer = chat.create(**asked)
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Hello, world.", "stop")
        assert answer.model == "test-model"
        usage = answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (100, 20, 120)
    body = native.body
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, *HELLO]
    seeds = {"cohere": body.get("seed"), "ollama": body.get("options", {}).get("seed"), "mistral": body.get("random_seed")}
    assert seeds[native.dialect] == 7


@BOTH
def test_anthropic(messages, native, stream):
    native.will(Says(tokens=Tokens(input=100, output=20), stop="length"))
    asked = {"model": native.model, "max_tokens": 64, "messages": HELLO, "stop_sequences": ["END"]}
    if stream:
        with messages.stream(**asked) as events:
            answer = events.get_final_message()
    else:
        answer = messages.create(**asked)
    assert (answer.content[0].text, answer.stop_reason, answer.model) == ("Hello, world.", "max_tokens", "test-model")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (100, 20)


@BOTH
def test_google(router, native, stream):
    client = router.gemini()
    models = client.models
    config = types.GenerateContentConfig(max_output_tokens=64, top_k=5, temperature=0.5)
    if stream:
        chunks = list(models.generate_content_stream(model=native.model, contents="Say hello.", config=config))
        text, last = "".join(it.text or "" for it in chunks), chunks[-1]
    else:
        last = models.generate_content(model=native.model, contents="Say hello.", config=config)
        text = last.text
    assert (text, last.candidates[0].finish_reason.name) == ("Hello, world.", "STOP")
    assert (last.usage_metadata.prompt_token_count, last.usage_metadata.candidates_token_count) == (11, 7)
    settings = native.body.get("options", native.body)
    assert settings["temperature"] == 0.5
    assert settings.get("k", settings.get("top_k")) == (None if native.dialect == "mistral" else 5)


@BOTH
def test_tools_of_openai(chat, native, stream):
    native.will(Says(text=(), calls=CALLS))
    asked = {"model": native.model, "messages": HELLO, "tools": [WEATHER]}
    if stream:
        calls = {}
        for chunk in chat.create(**asked, stream=True):
            for it in chunk.choices[0].delta.tool_calls or [] if chunk.choices else []:
                at = calls.setdefault(it.index, {"id": it.id, "name": it.function.name, "arguments": ""})
                at["arguments"] += it.function.arguments or ""
        calls = list(calls.values())
    else:
        made = chat.create(**asked).choices[0].message.tool_calls
        calls = [{"id": it.id, "name": it.function.name, "arguments": it.function.arguments} for it in made]
    assert [(it["name"], json.loads(it["arguments"])) for it in calls] == [(it.name, it.arguments) for it in CALLS]
    assert len({it["id"] for it in calls}) == 2
    turn = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": it["id"], "type": "function", "function": {"name": it["name"], "arguments": it["arguments"]}}
            for it in calls
        ],
    }
    # In another order than they were called in, as programs do that run them side by side.
    results = [{"role": "tool", "tool_call_id": calls[at]["id"], "content": f"result {at}"} for at in (1, 0)]
    chat.create(model=native.model, messages=[*HELLO, turn, *results], tools=[WEATHER])
    _, made, *answered = native.body["messages"]
    arguments = [it["function"]["arguments"] for it in made["tool_calls"]]
    assert [json.loads(it) if isinstance(it, str) else it for it in arguments] == [it.arguments for it in CALLS]
    if native.dialect == "ollama":
        # Without ids the order of the calls tells.
        assert [(it["tool_name"], it["content"]) for it in answered] == [("weather", "result 0"), ("weather", "result 1")]
    else:
        assert [(it["tool_call_id"], it["content"]) for it in answered] == [(CALLS[1].id, "result 1"), (CALLS[0].id, "result 0")]


@BOTH
def test_tools_of_anthropic(messages, native, stream):
    native.will(Says(text=("Let me look.",), calls=CALLS))
    asked = {"model": native.model, "max_tokens": 64, "messages": HELLO, "tools": [ANTHROPIC_WEATHER]}
    if stream:
        with messages.stream(**asked) as events:
            answer = events.get_final_message()
    else:
        answer = messages.create(**asked)
    assert answer.stop_reason == "tool_use"
    calls = [it for it in answer.content if it.type == "tool_use"]
    assert [(it.name, it.input) for it in calls] == [(it.name, it.arguments) for it in CALLS]
    # Ids that another provider made come along too.
    turn = [{"type": "tool_use", "id": f"toolu_{at}", "name": it.name, "input": it.input} for at, it in enumerate(calls)]
    results = [{"type": "tool_result", "tool_use_id": f"toolu_{at}", "content": "sunny"} for at in range(2)]
    history = [*HELLO, {"role": "assistant", "content": turn}, {"role": "user", "content": results}]
    messages.create(**{**asked, "messages": history})
    made, *answered = [it for it in native.body["messages"] if it["role"] != "user"]
    assert [it["id"] for it in made["tool_calls"]] == [it["tool_call_id"] for it in answered]


def test_an_image(chat, native):
    url = f"data:image/png;base64,{PIXEL}"
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    chat.create(model=native.model, messages=[{"role": "user", "content": parts}])
    [message] = native.body["messages"]
    if native.dialect == "ollama":
        assert (message["content"], message["images"]) == ("What is it?", [PIXEL])
    else:
        assert message["content"] == parts


def test_a_schema(chat, native):
    native.will(Says(text=('{"name": "Rex", ', '"age": 7}')))
    answer = chat.parse(model=native.model, messages=HELLO, response_format=Dog)
    assert answer.choices[0].message.parsed == Dog(name="Rex", age=7)
    form = native.body.get("format") or native.body["response_format"]["json_schema"]
    assert set(form.get("schema", form)["properties"]) == {"name", "age"}


def test_errors(chat, messages, native):
    native.will(*[Refuses(400, message="not to my taste")] * 2)
    with pytest.raises(openai.BadRequestError, match="not to my taste"):
        chat.create(model=native.model, messages=HELLO)
    with pytest.raises(anthropic.BadRequestError, match="not to my taste"):
        messages.create(model=native.model, max_tokens=64, messages=HELLO)


@pytest.mark.parametrize("how", ["cut_after", "fail_after"])
def test_a_stream_that_breaks(chat, native, how):
    native.will(Says(**{how: 2}))
    with pytest.raises(openai.APIError):
        list(chat.create(model=native.model, messages=HELLO, stream=True))
