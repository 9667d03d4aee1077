"""The openai package in front of llmroute, each upstream dialect behind it."""

import asyncio
import base64
import json

import openai
import pydantic
import pytest
from upstream import Call, Refuses, Says, Tokens

HELLO = [{"role": "user", "content": "Say hello."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
CALLS = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Zürich", "days": [1, 2]}))
PIXEL = base64.b64encode(bytes.fromhex("89504e470d0a1a0a") + b"not really a picture").decode()


@pytest.fixture
def client(router):
    return router.openai()


def test_chat(client, target):
    answer = client.chat.completions.create(model=target.model, messages=HELLO)
    [choice] = answer.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", "Hello, world.", "stop")
    assert choice.message.tool_calls is None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (11, 7, 18)
    assert target.body["model"] == "test-model"
    assert len(target.upstream.asked) == 1


def test_stream(client, target):
    chunks = list(client.chat.completions.create(model=target.model, messages=HELLO, stream=True))
    assert "".join(it.choices[0].delta.content or "" for it in chunks) == "Hello, world."
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [it.choices[0].finish_reason for it in chunks if it.choices[0].finish_reason] == ["stop"]
    assert len({it.id for it in chunks}) == 1
    # Usage was not asked for; a chunk without choices would break clients that read the first one.
    assert all(it.choices and it.usage is None for it in chunks)


def test_stream_with_usage(client, target):
    target.will(Says(tokens=Tokens(input=100, output=20, cached=60, reasoning=8 if not target.is_anthropic else 0)))
    stream = client.chat.completions.create(
        model=target.model, messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)
    assert all(it.usage is None for it in chunks)
    assert (last.choices, last.usage.prompt_tokens, last.usage.completion_tokens) == ([], 100, 20)
    assert last.usage.prompt_tokens_details.cached_tokens == 60
    if not target.is_anthropic:
        assert last.usage.completion_tokens_details.reasoning_tokens == 8


def test_usage_parts(client, target):
    target.will(Says(tokens=Tokens(input=100, output=20, cached=60, written=0 if not target.is_anthropic else 30)))
    usage = client.chat.completions.create(model=target.model, messages=HELLO).usage
    # Anthropic counts cached tokens beside its input; here they are a part of it.
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (100, 20, 120)
    assert usage.prompt_tokens_details.cached_tokens == 60


def test_stream_helper(client, target):
    with client.chat.completions.stream(model=target.model, messages=HELLO) as stream:
        kinds = [it.type for it in stream]
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content == "Hello, world."
    assert kinds.count("content.done") == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_parallel_tools_and_their_results(client, target, stream):
    target.will(Says(text=("Let me look.",), calls=CALLS))
    asked = {"model": target.model, "messages": HELLO, "tools": [WEATHER]}
    if stream:
        with client.chat.completions.stream(**asked) as events:
            message = events.get_final_completion().choices[0]
    else:
        message = client.chat.completions.create(**asked).choices[0]
    assert message.finish_reason == "tool_calls"
    called = message.message.tool_calls
    assert [(it.id, it.function.name, json.loads(it.function.arguments)) for it in called] == [
        (it.id, it.name, it.arguments) for it in CALLS
    ]

    target.will(Says(text=("Sunny, and rain.",)))
    conversation = [
        *HELLO,
        message.message.to_dict() if not stream else _plain(message.message),
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
        {"role": "tool", "tool_call_id": "call_2", "content": "rain"},
    ]
    answer = client.chat.completions.create(model=target.model, messages=conversation, tools=[WEATHER])
    assert answer.choices[0].message.content == "Sunny, and rain."
    results = _tool_results(target)
    assert results == {"call_1": "sunny", "call_2": "rain"}
    assert _tool_uses(target) == {it.id: (it.name, it.arguments) for it in CALLS}


def _plain(message):
    """A parsed message as one would send it back."""
    return {
        "role": "assistant",
        "content": message.content,
        "tool_calls": [
            {"id": it.id, "type": "function", "function": {"name": it.function.name, "arguments": it.function.arguments}}
            for it in message.tool_calls
        ],
    }


def _tool_results(target):
    if not target.is_anthropic:
        return {it["tool_call_id"]: it["content"] for it in target.body["messages"] if it["role"] == "tool"}
    # Anthropic wants the results of one turn together in the next user turn.
    [blocks] = [it["content"] for it in target.body["messages"] if it["role"] == "user" and isinstance(it["content"], list) and it["content"][0]["type"] == "tool_result"]
    return {it["tool_use_id"]: _text(it["content"]) for it in blocks}


def _text(content):
    return content if isinstance(content, str) else "".join(it["text"] for it in content)


def _tool_uses(target):
    [turn] = [it for it in target.body["messages"] if it["role"] == "assistant"]
    if not target.is_anthropic:
        return {it["id"]: (it["function"]["name"], json.loads(it["function"]["arguments"])) for it in turn["tool_calls"]}
    return {it["id"]: (it["name"], it["input"]) for it in turn["content"] if it["type"] == "tool_use"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"type": "auto"}),
        ("required", {"type": "any"}),
        ("none", {"type": "none"}),
        ({"type": "function", "function": {"name": "weather"}}, {"type": "tool", "name": "weather"}),
    ],
    ids=["auto", "required", "none", "named"],
)
def test_tool_choice(client, target, choice, expected):
    client.chat.completions.create(model=target.model, messages=HELLO, tools=[WEATHER], tool_choice=choice)
    sent = target.body["tool_choice"]
    assert sent == (expected if target.is_anthropic else choice)
    schema = target.body["tools"][0]
    schema = schema["input_schema"] if target.is_anthropic else schema["function"]["parameters"]
    assert schema == WEATHER["function"]["parameters"]


def test_no_parallel_tools(client, target):
    client.chat.completions.create(
        model=target.model, messages=HELLO, tools=[WEATHER], tool_choice="auto", parallel_tool_calls=False
    )
    if target.is_anthropic:
        assert target.body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    else:
        assert target.body["parallel_tool_calls"] is False


def test_an_image(client, target):
    url = f"data:image/png;base64,{PIXEL}"
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    client.chat.completions.create(model=target.model, messages=[{"role": "user", "content": parts}])
    [text, image] = target.body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is it?"}
    if target.is_anthropic:
        assert image["source"] == {"type": "base64", "media_type": "image/png", "data": PIXEL}
    else:
        assert image["image_url"]["url"] == url


class Dog(pydantic.BaseModel):
    name: str
    age: int


def test_json_schema(client, target):
    target.will(Says(text=('{"name": "Rex", ', '"age": 7}')))
    answer = client.chat.completions.parse(model=target.model, messages=HELLO, response_format=Dog)
    assert answer.choices[0].message.parsed == Dog(name="Rex", age=7)
    if target.is_anthropic:
        sent = target.body["output_config"]["format"]
        assert sent["type"] == "json_schema"
        assert set(sent["schema"]["properties"]) == {"name", "age"}
    else:
        assert target.body["response_format"]["json_schema"]["name"] == "Dog"


def test_system_and_stop(client, target):
    target.will(Says(stop="END"))
    messages = [{"role": "system", "content": "Be brief."}, *HELLO]
    answer = client.chat.completions.create(model=target.model, messages=messages, stop=["END", "FIN"])
    assert answer.choices[0].finish_reason == "stop"
    if target.is_anthropic:
        assert _text(target.body["system"]) == "Be brief."
        assert [it["role"] for it in target.body["messages"]] == ["user"]
        assert target.body["stop_sequences"] == ["END", "FIN"]
    else:
        assert target.body["messages"][0] == messages[0]
        assert target.body["stop"] == ["END", "FIN"]


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_the_output_cap(client, target, field):
    target.will(Says(stop="length"))
    answer = client.chat.completions.create(model=target.model, messages=HELLO, **{field: 12})
    assert answer.choices[0].finish_reason == "length"
    sent = {key: value for key, value in target.body.items() if key.startswith("max_")}
    assert list(sent.values()) == [12]


def test_sampling(client, target):
    client.chat.completions.create(model=target.model, messages=HELLO, temperature=0.25)
    assert target.body["temperature"] == 0.25
    raw = client.chat.completions.with_raw_response.create(
        model=target.model, messages=HELLO, temperature=0.25, top_p=0.5
    )
    if target.is_anthropic:
        # Anthropic's models take one of the two; which was left out is said.
        assert (target.body["temperature"], "top_p" in target.body) == (0.25, False)
        assert "top_p" in raw.headers["x-llmroute-dropped"]
    else:
        assert (target.body["temperature"], target.body["top_p"]) == (0.25, 0.5)
        assert "x-llmroute-dropped" not in raw.headers


def test_a_conversation(client, target):
    turns = [
        {"role": "user", "content": "One."},
        {"role": "assistant", "content": "Two."},
        {"role": "user", "content": "Three — ünïcödé 🐕 \u2028 \"quoted\"."},
    ]
    client.chat.completions.create(model=target.model, messages=turns)
    sent = [(it["role"], _text(it["content"])) for it in target.body["messages"]]
    assert sent == [(it["role"], it["content"]) for it in turns]


def test_async(router, target):
    async def ask():
        async with router.async_openai() as client:
            wholes = [client.chat.completions.create(model=target.model, messages=HELLO) for _ in range(8)]
            answers = await asyncio.gather(*wholes)
            stream = await client.chat.completions.create(model=target.model, messages=HELLO, stream=True)
            streamed = "".join([it.choices[0].delta.content or "" async for it in stream])
            return [it.choices[0].message.content for it in answers], streamed

    wholes, streamed = asyncio.run(ask())
    assert wholes == ["Hello, world."] * 8
    assert streamed == "Hello, world."


def test_headers(client, target):
    raw = client.chat.completions.with_raw_response.create(model=target.model, messages=HELLO)
    assert raw.parse().choices[0].message.content == "Hello, world."
    assert raw.headers["x-llmroute-id"].startswith("r")
    assert raw.headers["x-llmroute-provider"] == f"up-{target.dialect}"
    assert raw.headers["x-llmroute-model"] == "test-model"
    assert raw.headers["x-llmroute-attempts"] == f"up-{target.dialect}/test-model 200"


def test_models(client):
    ids = {it.id for it in client.models.list()}
    assert {"to-openai-chat", "to-anthropic"} <= ids


def test_a_wrong_token(router, target):
    with pytest.raises(openai.AuthenticationError):
        router.openai(api_key="wrong").chat.completions.create(model=target.model, messages=HELLO)
    assert target.upstream.asked == []


def test_an_unknown_model(client):
    with pytest.raises(openai.NotFoundError, match="no-such-model"):
        client.chat.completions.create(model="no-such-model", messages=HELLO)


def test_nonsense_is_refused(client, target):
    if not target.is_anthropic:
        target.will(Refuses(400, "invalid_request_error", "messages: not an array"))
    with pytest.raises(openai.BadRequestError, match="messages"):
        client.chat.completions.create(model=target.model, messages="hello")
    if not target.is_anthropic:
        # In its own dialect the provider is the judge, and got what the client wrote.
        assert target.body["messages"] == "hello"
        target.upstream.reset()
    assert target.upstream.asked == []


CHAT_THEN_ANTHROPIC = pytest.mark.parametrize("pair", [("openai-chat", "anthropic")], indirect=True)


@CHAT_THEN_ANTHROPIC
def test_wishes_choose_the_provider_and_stay_here(pair):
    """What `extra_body` says of providers and further models decides where the request goes, and is not sent there."""
    client = pair.router.openai()

    def ask(**wishes):
        raw = client.chat.completions.with_raw_response.create(model="pair", messages=HELLO, extra_body=wishes)
        assert raw.parse().choices[0].message.content == "Hello, world."
        return raw.headers["x-llmroute-provider"]

    assert ask(provider={"order": ["second"]}) == "second"
    assert ask(provider={"ignore": ["second"]}) == "first"
    assert ask(provider={"only": ["second"], "allow_fallbacks": False}) == "second"
    assert ask(models=["pair", "second/model-three"]) == "first"
    pair.first.will(Refuses(500))
    assert ask(provider={"only": ["first"]}, fallbacks=["second/model-two"]) == "first"
    for body in (it.body for upstream in (pair.first, pair.second) for it in upstream.asked):
        assert not {"provider", "models", "fallbacks"} & body.keys()


@CHAT_THEN_ANTHROPIC
def test_a_wish_that_nobody_can_keep_is_refused(pair):
    with pytest.raises(openai.BadRequestError) as refused:
        pair.router.openai().chat.completions.create(
            model="pair", messages=HELLO, extra_body={"provider": {"data_collection": "deny"}}
        )
    assert "first/model-one" in refused.value.message and "second/model-two" in refused.value.message
    assert pair.tries() == (0, 0)
