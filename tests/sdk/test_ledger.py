"""What the ledger says of requests that the SDKs made: cost, and edits that reach a running server."""

import time

import openai
import pytest
from conftest import Router
from upstream import KEY, Says, Tokens, Upstream

HELLO = [{"role": "user", "content": "Say hello."}]


@pytest.fixture
def shop():
    """A router with one provider that the price table knows, and one that only the user has a price for."""
    router = Router()
    known, own = Upstream("openai-chat"), Upstream("anthropic")
    try:
        router.run("providers", "add", "known", "--like", "openai", "--base-url", known.base_url)
        router.run("keys", "add", "known", "--stdin", stdin=KEY)
        router.add("own", own)
        router.run("prices", "set", "own/model-x", "in=1", "out=2", "cache-read=0.5")
        router.start()
        yield router, known, own
    finally:
        router.stop()
        known.close()
        own.close()


def test_costs(shop):
    router, known, own = shop
    client = router.openai()

    def ask(model):
        return client.chat.completions.with_raw_response.create(model=model, messages=HELLO).headers

    # The first answer does not wait for the price table, so it may leave without its cost; its row has it.
    known.will(*[Says(tokens=Tokens(input=100_000, output=1_000, cached=50_000))] * 2)
    ask("known/gpt-5.4-mini")
    # GPT-5.4 mini: $0.75 in, $0.075 cached, $4.50 out, each per million.
    each = 0.0375 + 0.00375 + 0.0045
    assert router.totals(1)["cost_usd"] == pytest.approx(each, abs=1e-12)
    assert float(ask("known/gpt-5.4-mini")["x-llmroute-cost-usd"]) == pytest.approx(each, abs=1e-12)

    own.will(Says(tokens=Tokens(input=3_000, output=500, cached=1_000)))
    mine = 0.002 + 0.0005 + 0.001
    assert float(ask("own/model-x")["x-llmroute-cost-usd"]) == pytest.approx(mine, abs=1e-12)
    totals = router.totals(3)
    assert totals["cost_usd"] == pytest.approx(2 * each + mine, abs=1e-12)
    assert (totals["cost_exact_usd"], totals["unpriced_attempts"]) == (totals["cost_usd"], 0)


def test_an_edit_reaches_the_running_server(shop):
    router, _, _ = shop
    client = router.openai(max_retries=0)
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="later", messages=HELLO)
    router.group("later", "known/gpt-5.4-mini")
    deadline = time.monotonic() + 3
    while True:
        try:
            answer = client.chat.completions.create(model="later", messages=HELLO)
            break
        except openai.NotFoundError:
            assert time.monotonic() < deadline, "the edit did not arrive"
            time.sleep(0.1)
    assert answer.choices[0].message.content == "Hello, world."
    assert "later" in {it.id for it in client.models.list()}
