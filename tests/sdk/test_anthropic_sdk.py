"""The anthropic package in front of llmroute, each upstream dialect behind it."""

import asyncio
import base64
import json

import anthropic
import pydantic
import pytest
from upstream import Call, Refuses, Says, Tokens

HELLO = [{"role": "user", "content": "Say hello."}]
WEATHER = {
    "name": "weather",
    "description": "The weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
CALLS = (Call("toolu_1", "weather", {"city": "Paris"}), Call("toolu_2", "weather", {"city": "Zürich", "days": [1, 2]}))
PIXEL = base64.b64encode(bytes.fromhex("89504e470d0a1a0a") + b"not really a picture").decode()


@pytest.fixture
def client(router):
    return router.anthropic()


def ask(client, target, **fields):
    return client.messages.create(**{"model": target.model, "max_tokens": 64, "messages": HELLO, **fields})


def test_message(client, target):
    answer = ask(client, target)
    assert [(it.type, it.text) for it in answer.content] == [("text", "Hello, world.")]
    assert (answer.role, answer.stop_reason, answer.stop_sequence) == ("assistant", "end_turn", None)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 7)
    assert target.body["model"] == "test-model"
    assert len(target.upstream.asked) == 1


def test_stream(client, target):
    events = list(ask(client, target, stream=True))
    kinds = [it.type for it in events if it.type != "ping"]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert "".join(it.delta.text for it in events if it.type == "content_block_delta") == "Hello, world."
    [delta] = [it for it in events if it.type == "message_delta"]
    assert (delta.delta.stop_reason, delta.usage.output_tokens) == ("end_turn", 7)


def test_stream_helper(client, target):
    with client.messages.stream(model=target.model, max_tokens=64, messages=HELLO) as stream:
        assert "".join(stream.text_stream) == "Hello, world."
        answer = stream.get_final_message()
    assert (answer.content[0].text, answer.stop_reason, answer.usage.output_tokens) == ("Hello, world.", "end_turn", 7)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_usage_parts(client, target, stream):
    target.will(Says(tokens=Tokens(input=100, output=20, cached=60)))
    if stream:
        with client.messages.stream(model=target.model, max_tokens=64, messages=HELLO) as events:
            usage = events.get_final_message().usage
    else:
        usage = ask(client, target).usage
    # OpenAI counts cached tokens inside its input; here they stand beside it. A stream from OpenAI tells its usage
    # last, so the figures of its first event are not final.
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (40, 60, 20)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_parallel_tools_and_their_results(client, target, stream):
    target.will(Says(text=("Let me look.",), calls=CALLS))
    asked = {"model": target.model, "max_tokens": 64, "messages": HELLO, "tools": [WEATHER]}
    if stream:
        with client.messages.stream(**asked) as events:
            answer = events.get_final_message()
    else:
        answer = client.messages.create(**asked)
    assert answer.stop_reason == "tool_use"
    assert [it.type for it in answer.content] == ["text", "tool_use", "tool_use"]
    assert [(it.id, it.name, it.input) for it in answer.content[1:]] == [(it.id, it.name, it.arguments) for it in CALLS]

    target.will(Says(text=("Sunny, and unknown.",)))
    results = [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"},
        {"type": "tool_result", "tool_use_id": "toolu_2", "content": [{"type": "text", "text": "no such city"}]},
        {"type": "text", "text": "So?"},
    ]
    turn = {
        "role": "assistant",
        "content": [
            {"type": "text", "text": answer.content[0].text},
            *({"type": "tool_use", "id": it.id, "name": it.name, "input": it.input} for it in answer.content[1:]),
        ],
    }
    messages = [*HELLO, turn, {"role": "user", "content": results}]
    answer = ask(client, target, messages=messages, tools=[WEATHER])
    assert answer.content[0].text == "Sunny, and unknown."
    if target.is_anthropic:
        assert target.body["messages"] == messages
        return
    sent = target.body["messages"]
    assert [it["role"] for it in sent] == ["user", "assistant", "tool", "tool", "user"]
    assert {it["tool_call_id"]: _text(it["content"]) for it in sent[2:4]} == {
        "toolu_1": "sunny",
        "toolu_2": "no such city",
    }
    called = {it["id"]: json.loads(it["function"]["arguments"]) for it in sent[1]["tool_calls"]}
    assert called == {it.id: it.arguments for it in CALLS}


def _text(content):
    return content if isinstance(content, str) else "".join(it["text"] for it in content)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "weather"}, {"type": "function", "function": {"name": "weather"}}),
    ],
    ids=["auto", "any", "none", "named"],
)
def test_tool_choice(client, target, choice, expected):
    ask(client, target, tools=[WEATHER], tool_choice=choice)
    assert target.body["tool_choice"] == (choice if target.is_anthropic else expected)
    tool = target.body["tools"][0]
    schema = tool["input_schema"] if target.is_anthropic else tool["function"]["parameters"]
    assert schema == WEATHER["input_schema"]


def test_no_parallel_tools(client, target):
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    ask(client, target, tools=[WEATHER], tool_choice=choice)
    if target.is_anthropic:
        assert target.body["tool_choice"] == choice
    else:
        assert (target.body["tool_choice"], target.body["parallel_tool_calls"]) == ("auto", False)


def test_an_image(client, target):
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    parts = [{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}]
    ask(client, target, messages=[{"role": "user", "content": parts}])
    [image, text] = target.body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is it?"}
    if target.is_anthropic:
        assert image["source"] == source
    else:
        assert image["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"


class Dog(pydantic.BaseModel):
    name: str
    age: int


def test_json_schema(client, target):
    target.will(Says(text=('{"name": "Rex", ', '"age": 7}')))
    answer = client.messages.parse(model=target.model, max_tokens=64, messages=HELLO, output_format=Dog)
    assert answer.parsed_output == Dog(name="Rex", age=7)
    if target.is_anthropic:
        assert target.body["output_config"]["format"]["type"] == "json_schema"
    else:
        sent = target.body["response_format"]
        assert sent["type"] == "json_schema"
        assert set(sent["json_schema"]["schema"]["properties"]) == {"name", "age"}


def test_system(client, target):
    system = [
        {"type": "text", "text": "You are brief."},
        {"type": "text", "text": "You are kind.", "cache_control": {"type": "ephemeral"}},
    ]
    ask(client, target, system=system)
    if target.is_anthropic:
        assert target.body["system"] == system
        return
    texts = [_text(it["content"]) for it in target.body["messages"] if it["role"] in ("system", "developer")]
    assert "You are brief." in "".join(texts)
    assert "You are kind." in "".join(texts)


def test_stop_sequences(client, target):
    target.will(Says(stop="END"))
    answer = ask(client, target, stop_sequences=["END", "FIN"])
    sent = target.body["stop_sequences" if target.is_anthropic else "stop"]
    assert sent == ["END", "FIN"]
    # OpenAI does not say which sequence it was, nor that it was one.
    assert answer.stop_reason == ("stop_sequence" if target.is_anthropic else "end_turn")
    assert answer.stop_sequence == ("END" if target.is_anthropic else None)


def test_the_output_cap(client, target):
    target.will(Says(stop="length"))
    answer = ask(client, target, max_tokens=12)
    assert answer.stop_reason == "max_tokens"
    sent = {key: value for key, value in target.body.items() if key.startswith("max_")}
    assert list(sent.values()) == [12]


def test_a_conversation(client, target):
    turns = [
        {"role": "user", "content": "One."},
        {"role": "assistant", "content": [{"type": "text", "text": "Two."}]},
        {"role": "user", "content": "Three — ünïcödé 🐕 \u2028 \"quoted\"."},
    ]
    ask(client, target, messages=turns)
    sent = [(it["role"], _text(it["content"])) for it in target.body["messages"]]
    assert sent == [(it["role"], _text(it["content"])) for it in turns]


def test_async(router, target):
    async def talk():
        async with router.async_anthropic() as client:
            asked = {"model": target.model, "max_tokens": 64, "messages": HELLO}
            answers = await asyncio.gather(*(client.messages.create(**asked) for _ in range(8)))
            async with client.messages.stream(**asked) as stream:
                streamed = "".join([it async for it in stream.text_stream])
            return [it.content[0].text for it in answers], streamed

    wholes, streamed = asyncio.run(talk())
    assert wholes == ["Hello, world."] * 8
    assert streamed == "Hello, world."


def test_headers(client, target):
    raw = client.messages.with_raw_response.create(model=target.model, max_tokens=64, messages=HELLO)
    assert raw.parse().content[0].text == "Hello, world."
    assert raw.headers["x-llmroute-id"].startswith("r")
    assert raw.headers["x-llmroute-provider"] == f"up-{target.dialect}"
    assert raw.headers["x-llmroute-attempts"] == f"up-{target.dialect}/test-model 200"


def test_the_clients_version_and_betas_reach_the_same_dialect(client, target):
    ask(client, target, extra_headers={"anthropic-beta": "some-beta-2026-01-01"})
    sent = target.upstream.last.headers
    if target.is_anthropic:
        assert sent["anthropic-beta"] == "some-beta-2026-01-01"
        assert sent["anthropic-version"] == client.default_headers["anthropic-version"]
    else:
        assert not any(it.startswith("anthropic-") for it in sent)


def test_models(client):
    ids = {it.id for it in client.models.list()}
    assert {"to-openai-chat", "to-anthropic"} <= ids


def test_bearer_is_as_good_as_x_api_key(router, target):
    client = router.anthropic(api_key=None, auth_token=router.token)
    assert ask(client, target).content[0].text == "Hello, world."
    # The local token goes no further.
    assert router.token not in json.dumps(target.upstream.last.headers)


def test_a_wrong_token(router, target):
    with pytest.raises(anthropic.AuthenticationError):
        ask(router.anthropic(api_key="wrong"), target)
    assert target.upstream.asked == []


def test_an_unknown_model(client):
    with pytest.raises(anthropic.NotFoundError, match="no-such-model"):
        client.messages.create(model="no-such-model", max_tokens=9, messages=HELLO)


def test_nonsense_is_refused(client, target):
    if target.is_anthropic:
        target.will(Refuses(400, "invalid_request_error", "messages: not an array"))
    with pytest.raises(anthropic.BadRequestError, match="messages"):
        ask(client, target, messages="hello")
    if target.is_anthropic:
        # In its own dialect the provider is the judge, and got what the client wrote.
        assert target.body["messages"] == "hello"
        target.upstream.reset()
    assert target.upstream.asked == []
