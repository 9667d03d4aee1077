"""The SDKs try again by themselves. Together with llmroute's own attempts that must stay few: at most three for a call."""

import anthropic
import openai
import pytest
from conftest import Router
from upstream import Refuses, Upstream

HELLO = [{"role": "user", "content": "Say hello."}]


@pytest.fixture(params=[1, 2, 3], ids=["one-target", "two-targets", "three-targets"])
def failing(request):
    """A router with a group `all` of so many targets."""
    router = Router()
    upstreams = [Upstream(it) for it in ("openai-chat", "anthropic", "openai-chat")[: request.param]]
    try:
        for n, upstream in enumerate(upstreams):
            router.add(f"p{n}", upstream)
        router.group("all", *(f"p{n}/model=1" for n in range(len(upstreams))))
        router.start()
        yield router, upstreams
    finally:
        router.stop()
        for it in upstreams:
            it.close()


@pytest.mark.parametrize("status", [408, 409, 429, 500, 529])
@pytest.mark.parametrize("sdk", ["openai", "anthropic"])
def test_a_call_is_three_attempts_at_most(failing, sdk, status):
    router, upstreams = failing
    for it in upstreams:
        it.will(*[Refuses(status, "api_error", "no")] * 20)
    # The SDK's own default: two retries.
    if sdk == "openai":
        call, errors = router.openai().chat.completions.create, openai.APIStatusError
    else:
        call, errors = router.anthropic().messages.create, anthropic.APIStatusError
    with pytest.raises(errors) as caught:
        call(model="all", max_tokens=64, messages=HELLO)
    assert caught.value.response.headers["x-should-retry"] == "false"
    attempts = sum(len(it.asked) for it in upstreams)
    assert len(upstreams) <= attempts <= 3, [len(it.asked) for it in upstreams]
