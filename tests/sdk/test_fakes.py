"""The scripted providers against the SDKs they are for: what a fake gets wrong must not look like llmroute's fault."""

import anthropic
import openai
import pytest
import shapes
from responses import SEALED
from upstream import KEY, SIGNATURE, Call, Refuses, Says, Tokens, Upstream

CALLS = (Call("toolu_1", "weather", {"city": "Paris"}), Call("toolu_2", "weather", {"city": "Oslo"}))


@pytest.fixture
def chat():
    upstream = Upstream("openai-chat")
    client = openai.OpenAI(
        api_key=KEY, base_url=upstream.base_url, max_retries=0, _strict_response_validation=True
    )
    yield upstream, client
    assert [it.faults for it in upstream.asked if it.faults] == []
    upstream.close()


@pytest.fixture
def messages():
    upstream = Upstream("anthropic")
    client = anthropic.Anthropic(
        api_key=KEY, base_url=upstream.base_url, max_retries=0, _strict_response_validation=True
    )
    yield upstream, client
    assert [it.faults for it in upstream.asked if it.faults] == []
    upstream.close()


def test_chat(chat):
    upstream, client = chat
    upstream.will(Says(calls=CALLS, tokens=Tokens(100, 20, cached=40, reasoning=5)))
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    assert answer.choices[0].message.content == "Hello, world."
    assert [it.id for it in answer.choices[0].message.tool_calls] == ["toolu_1", "toolu_2"]
    assert answer.usage.prompt_tokens_details.cached_tokens == 40


def test_chat_stream(chat):
    upstream, client = chat
    upstream.will(Says(calls=CALLS))
    with client.chat.completions.stream(
        model="m", messages=[{"role": "user", "content": "hi"}], stream_options={"include_usage": True}
    ) as stream:
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content == "Hello, world."
    assert [it.function.arguments for it in answer.choices[0].message.tool_calls] == [
        '{"city": "Paris"}',
        '{"city": "Oslo"}',
    ]
    assert answer.usage.total_tokens == 18


def test_messages(messages):
    upstream, client = messages
    upstream.will(Says(calls=CALLS, tokens=Tokens(100, 20, cached=40, written=10)))
    answer = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
    assert [it.type for it in answer.content] == ["text", "tool_use", "tool_use"]
    assert (answer.stop_reason, answer.usage.input_tokens, answer.usage.cache_read_input_tokens) == ("tool_use", 50, 40)


def test_messages_stream(messages):
    upstream, client = messages
    upstream.will(Says(calls=CALLS))
    with client.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]) as stream:
        answer = stream.get_final_message()
    assert answer.content[0].text == "Hello, world."
    assert [it.input for it in answer.content[1:]] == [{"city": "Paris"}, {"city": "Oslo"}]


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refuses(400, "invalid_request_error"), "BadRequestError"),
        (Refuses(429, "rate_limit_error"), "RateLimitError"),
        (Refuses(500, "api_error"), "InternalServerError"),
    ],
)
def test_errors(chat, messages, refusal, expected):
    for (upstream, client), module in ((chat, openai), (messages, anthropic)):
        upstream.will(refusal)
        with pytest.raises(getattr(module, expected), match="it broke"):
            ask(client)


def ask(client):
    """One short question, whichever SDK this is."""
    hello = [{"role": "user", "content": "hi"}]
    if isinstance(client, openai.OpenAI):
        return client.chat.completions.create(model="m", messages=hello)
    return client.messages.create(model="m", max_tokens=9, messages=hello)


def test_a_wrong_key_is_refused(chat, messages):
    for (_, client), module in ((chat, openai), (messages, anthropic)):
        with pytest.raises(module.AuthenticationError):
            ask(client.with_options(api_key="wrong"))


@pytest.mark.parametrize("says", [Says(cut_after=1), Says(fail_after=1)])
def test_broken_streams(chat, messages, says):
    upstream, client = chat
    upstream.will(says)
    with pytest.raises(Exception, match="."), client.chat.completions.stream(
        model="m", messages=[{"role": "user", "content": "hi"}]
    ) as stream:
        stream.until_done()
    upstream, client = messages
    upstream.will(says)
    with pytest.raises(Exception, match="."), client.messages.stream(
        model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]
    ) as stream:
        stream.until_done()


GOOD = {
    "openai-chat": {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
    "anthropic": {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], "temperature": 0.5},
}


@pytest.mark.parametrize("dialect", list(GOOD))
def test_the_judge_of_requests(dialect):
    good = GOOD[dialect]
    assert shapes.faults(dialect, good, "2023-06-01") == []
    assert shapes.faults(dialect, {**good, "stream": True}, "2023-06-01") == []
    for bad in (
        {**good, "surprise": 1},
        {**good, "model": 1},
        {**good, "messages": [{"role": "user", "content": [{"type": "text"}]}]},
        {**good, "messages": [{"role": "stranger", "content": "hi"}]},
        {**good, "tools": [{"what": 1}]},
        {key: value for key, value in good.items() if key != "messages"},
    ):
        assert shapes.faults(dialect, bad, "2023-06-01"), bad


def test_the_judge_of_versions():
    good = dict(GOOD["anthropic"])
    for version in (None, "", "2020-01-01", "2023-06-01, 2026-10-21", "2026-10-21"):
        assert shapes.faults("anthropic", good, version), version
    del good["temperature"]
    assert shapes.faults("anthropic", good, "2026-10-21") == []


def test_thinking(chat, messages):
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    for upstream, _ in (chat, messages):
        upstream.will(*[Says(thinking=("Let me ", "think."))] * 2)
    _, client = chat
    assert client.chat.completions.create(**asked).choices[0].message.reasoning_content == "Let me think."
    pieces = [it.choices[0].delta for it in client.chat.completions.create(**asked, stream=True)]
    assert "".join(getattr(it, "reasoning_content", "") for it in pieces) == "Let me think."
    _, client = messages
    whole = client.messages.create(**asked, max_tokens=9)
    with client.messages.stream(**asked, max_tokens=9) as stream:
        streamed = stream.get_final_message()
    for answer in (whole, streamed):
        assert [it.type for it in answer.content] == ["thinking", "text"]
        assert (answer.content[0].thinking, answer.content[0].signature) == ("Let me think.", SIGNATURE)


def test_thinking_in_responses():
    upstream = Upstream("openai-responses")
    client = openai.OpenAI(api_key=KEY, base_url=upstream.base_url, max_retries=0, _strict_response_validation=True)
    upstream.will(*[Says(thinking=("Let me ", "think."))] * 2)
    asked = {"model": "m", "input": "hi", "include": ["reasoning.encrypted_content"]}
    whole = client.responses.create(**asked)
    with client.responses.stream(**asked) as stream:
        streamed = stream.get_final_response()
    assert [it.faults for it in upstream.asked] == [[], []]
    upstream.close()
    for answer in (whole, streamed):
        assert [it.type for it in answer.output] == ["reasoning", "message"]
        assert (answer.output[0].summary[0].text, answer.output[0].encrypted_content) == ("Let me think.", SEALED)
