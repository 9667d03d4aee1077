"""`client.completions` of the openai package in front of llmroute, each upstream dialect behind it."""

import json

import openai
import pytest
from conftest import TEXT
from upstream import Says, Tokens


@pytest.fixture
def client(router):
    return router.openai()


def test_text(client, text_target):
    answer = client.completions.create(model=text_target.model, prompt="Say hello.", max_tokens=20, temperature=0.5)
    [choice] = answer.choices
    assert (choice.text, choice.index, choice.finish_reason) == ("Hello, world.", 0, "stop")
    assert (answer.object, answer.usage.prompt_tokens, answer.usage.completion_tokens) == ("text_completion", 11, 7)
    assert "Say hello." in json.dumps(text_target.body)
    assert len(text_target.upstream.asked) == 1


def test_length(client, text_target):
    text_target.will(Says(stop="length"))
    answer = client.completions.create(model=text_target.model, prompt="Count.", max_tokens=1)
    assert answer.choices[0].finish_reason == "length"


@pytest.mark.parametrize("counted", [False, True], ids=["plain", "with-usage"])
def test_stream(router, text_target, counted):
    # OpenAI's own chunks say `finish_reason: null`, which its own type does not know.
    client = router.openai(_strict_response_validation=False)
    text_target.will(Says(tokens=Tokens(input=100, output=20)))
    options = {"stream_options": {"include_usage": True}} if counted else {}
    chunks = list(client.completions.create(model=text_target.model, prompt="Hi.", stream=True, **options))
    if counted:
        *chunks, last = chunks
        assert (last.choices, last.usage.prompt_tokens, last.usage.completion_tokens) == ([], 100, 20)
    assert all(len(it.choices) == 1 and it.usage is None and it.object == "text_completion" for it in chunks)
    assert "".join(it.choices[0].text for it in chunks) == "Hello, world."
    assert [it.choices[0].finish_reason for it in chunks if it.choices[0].finish_reason] == ["stop"]
    assert len({it.id for it in chunks}) == 1


def test_what_only_a_continuation_has(client, text_target):
    raw = client.completions.with_raw_response.create(
        model=text_target.model, prompt="a", suffix="c", max_tokens=5, logprobs=1
    )
    lost = set(raw.headers.get("x-llmroute-dropped", "").split(", ")) & {"suffix", "logprobs"}
    if text_target.dialect == TEXT:
        assert lost == set()
        assert text_target.body == {"model": "test-model", "prompt": "a", "suffix": "c", "max_tokens": 5, "logprobs": 1}
    else:
        assert lost == {"suffix", "logprobs"}


def test_tokens_as_a_prompt(client, text_target):
    if text_target.dialect == TEXT:
        assert client.completions.create(model=text_target.model, prompt=[1, 2, 3]).choices[0].text == "Hello, world."
        return
    with pytest.raises(openai.BadRequestError, match="prompt.*tokens"):
        client.completions.create(model=text_target.model, prompt=[1, 2, 3])
    assert text_target.upstream.asked == []
