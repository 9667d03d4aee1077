"""What the SDKs see when providers fail: nothing where another target can answer, and the truth where none can."""

import json

import anthropic
import openai
import pytest
from upstream import Refuses, Says, Tokens

HELLO = [{"role": "user", "content": "Say hello."}]
PAIRS = [(first, second) for first in ("openai-chat", "anthropic") for second in ("openai-chat", "anthropic")]
SAME = [("openai-chat", "openai-chat"), ("anthropic", "anthropic")]

every_pair = pytest.mark.parametrize("pair", PAIRS, indirect=True, ids=["-then-".join(it) for it in PAIRS])
same_dialect = pytest.mark.parametrize("pair", SAME, indirect=True, ids=[it[0] for it in SAME])
both_sdks = pytest.mark.parametrize("sdk", ["openai", "anthropic"])


class Sdk:
    """One SDK behind one face. `retries` is what the SDK may do on its own."""

    def __init__(self, name, router, retries=2):
        self.module = {"openai": openai, "anthropic": anthropic}[name]
        self.name = name
        self.client = getattr(router, name)(max_retries=retries)

    def whole(self, model="pair"):
        """The text, and the headers that came with it."""
        if self.name == "openai":
            raw = self.client.chat.completions.with_raw_response.create(model=model, messages=HELLO)
            return raw.parse().choices[0].message.content, raw.headers
        raw = self.client.messages.with_raw_response.create(model=model, max_tokens=64, messages=HELLO)
        return raw.parse().content[0].text, raw.headers

    def stream(self, texts, model="pair"):
        """Appends each piece of text to `texts` as it comes."""
        if self.name == "openai":
            for chunk in self.client.chat.completions.create(model=model, messages=HELLO, stream=True):
                texts.extend(it.delta.content for it in chunk.choices if it.delta.content)
            return
        with self.client.messages.stream(model=model, max_tokens=64, messages=HELLO) as stream:
            texts.extend(stream.text_stream)


@every_pair
@both_sdks
def test_a_failing_target_is_not_seen(pair, sdk):
    pair.first.will(Refuses(500, "api_error"), Refuses(503, "overloaded_error"))
    sdk = Sdk(sdk, pair.router)
    text, headers = sdk.whole()
    assert (text, headers["x-llmroute-provider"]) == ("Hello, world.", "second")
    assert headers["x-llmroute-attempts"] == "first/model-one 500, second/model-two 200"
    texts = []
    sdk.stream(texts)
    assert "".join(texts) == "Hello, world."
    assert pair.tries() == (2, 2)


@same_dialect
@both_sdks
def test_an_error_before_the_first_content_is_not_seen(pair, sdk):
    pair.first.will(Says(fail_after=0), Says(cut_after=0))
    sdk = Sdk(sdk, pair.router)
    for _ in range(2):
        texts = []
        sdk.stream(texts)
        assert "".join(texts) == "Hello, world."
    assert pair.tries() == (2, 2)


@same_dialect
@both_sdks
def test_all_are_busy(pair, sdk):
    for it in (pair.first, pair.second):
        it.will(*[Refuses(429, "rate_limit_error", "slow down", headers={"retry-after": "60"})] * 9)
    sdk = Sdk(sdk, pair.router)
    with pytest.raises(sdk.module.RateLimitError) as caught:
        sdk.whole()
    headers = caught.value.response.headers
    assert headers["x-should-retry"] == "false"
    assert 1 <= int(headers["retry-after"]) <= 60
    # llmroute has tried; the SDK must not multiply that.
    assert pair.tries() == (1, 1)


@same_dialect
@both_sdks
def test_all_are_broken(pair, sdk):
    for it in (pair.first, pair.second):
        it.will(*[Refuses(500, "api_error")] * 9)
    sdk = Sdk(sdk, pair.router)
    with pytest.raises(sdk.module.InternalServerError) as caught:
        sdk.whole()
    assert caught.value.response.headers["x-should-retry"] == "false"
    first, second = pair.tries()
    assert (first >= 1, second >= 1, first + second <= 3) == (True, True, True)


@every_pair
@both_sdks
def test_a_client_fault_is_told_in_the_providers_words(pair, sdk):
    words = "messages.0: this model reads no poems"
    pair.first.will(Refuses(400, "invalid_request_error", words, "no_poems"))
    sdk = Sdk(sdk, pair.router)
    with pytest.raises(sdk.module.BadRequestError, match=words) as caught:
        sdk.whole()
    # Another target would have refused it too, so it was not asked.
    assert pair.tries() == (1, 0)
    if pair.first.dialect == "openai-chat" and sdk.name == "openai":
        body = json.loads(caught.value.response.content)
        assert body["error"] == {
            "message": words,
            "type": "invalid_request_error",
            "param": None,
            "code": "no_poems",
        }
    if pair.first.dialect == "anthropic" and sdk.name == "anthropic":
        body = json.loads(caught.value.response.content)
        assert body == {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": words},
            "request_id": "req_up",
        }


@every_pair
@both_sdks
@pytest.mark.parametrize("says", [Says(fail_after=2), Says(cut_after=2)], ids=["error event", "cut"])
def test_a_stream_that_breaks_says_so(pair, sdk, says):
    pair.first.will(says)
    sdk = Sdk(sdk, pair.router)
    texts = []
    with pytest.raises(sdk.module.APIError) as caught:
        sdk.stream(texts)
    assert not isinstance(caught.value, sdk.module.APIConnectionError), "the client is told in its own dialect"
    assert "".join(texts) == "Hello, "
    assert pair.tries() == (1, 0)


@same_dialect
@both_sdks
def test_a_page_instead_of_an_answer(pair, sdk):
    html = b"<html><body>502 Bad Gateway</body></html>"
    page = Refuses(502, headers={"content-type": "text/html"}, body=html)
    pair.first.will(page)
    text, headers = Sdk(sdk, pair.router).whole()
    assert (text, headers["x-llmroute-provider"]) == ("Hello, world.", "second")


@same_dialect
def test_the_ledger_agrees_with_the_providers(pair):
    """Every request is one row, every attempt is counted, and the tokens are the providers' own."""
    pair.first.will(
        Says(tokens=Tokens(100, 10, cached=50)),
        Refuses(500, "api_error"),
        Says(tokens=Tokens(300, 30)),
    )
    pair.second.will(Says(tokens=Tokens(200, 20)))
    for name in ("openai", "anthropic", "openai"):
        Sdk(name, pair.router).whole()
    for name in ("anthropic", "openai"):
        Sdk(name, pair.router).stream([])
    totals = pair.router.totals(5)
    billed = pair.first.billed + pair.second.billed
    assert (totals["requests"], totals["answered"], totals["rescued"], totals["failed"]) == (5, 5, 1, 0)
    assert totals["input_tokens"] == sum(it.input for it in billed)
    assert totals["output_tokens"] == sum(it.output for it in billed)
    assert totals["cache_read_tokens"] == 50
    # These providers are in no price table: unknown is null, not nothing.
    assert totals["cost_usd"] is None
    assert totals["unpriced_attempts"] == 5
    rows = pair.router.json("requests", "-n", "9")["requests"]
    attempts = [pair.router.json("requests", "show", it["id"])["attempts"] for it in rows]
    assert sum(map(len, attempts)) == sum(pair.tries()) == 6
