"""Counts of tokens and compactions, asked by the official SDKs, in front of providers that have them and of others."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Router
from upstream import KEY, Says, Upstream

COUNTED = 4711
# What each real provider's row is good for here: its counts.
LIKE = {"anthropic": "", "gemini": "", "openai": "/v1"}


class _Counter(BaseHTTPRequestHandler):
    """Counts in the three dialects that can be asked to, and nothing else."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, dict]] = []

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        path = self.path.split("?")[0]
        self.asked.append((path, body))
        answer, status = None, 200
        if path == "/v1/messages/count_tokens":
            assert "max_tokens" not in body
            answer = {"input_tokens": COUNTED}
        elif path.endswith(":countTokens"):
            answer = {"totalTokens": COUNTED, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": COUNTED}]}
        elif path == "/v1/responses/input_tokens":
            answer = {"object": "response.input_tokens", "input_tokens": COUNTED}
        else:
            answer, status = {"error": {"message": f"no such path: {path}"}}, 404
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture(scope="module")
def counters():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Counter)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    silent = Upstream("openai-chat")
    router = Router()
    try:
        for like, root in LIKE.items():
            base = f"http://127.0.0.1:{server.server_address[1]}{root}"
            router.run("providers", "add", f"c-{like}", "--like", like, "--base-url", base)
            router.run("keys", "add", f"c-{like}", "--stdin", stdin=KEY + "\n")
        router.add("c-none", silent)
        router.start()
        yield router
        assert silent.asked == [], "who does not count must not be asked"
    finally:
        router.stop()
        silent.close()
        server.shutdown()
        server.server_close()


TARGETS = [*(f"c-{it}" for it in LIKE), "c-none"]


def _is_right(target, tokens, headers):
    if target == "c-none":
        assert 0 < tokens < 1000
        assert headers["x-llmroute-estimate"] == "true"
    else:
        assert tokens == COUNTED
        assert "x-llmroute-estimate" not in headers


@pytest.mark.parametrize("target", TARGETS)
def test_anthropic(counters, target):
    tool = {"name": "look", "description": "Looks.", "input_schema": {"type": "object", "properties": {}}}
    raw = counters.anthropic().messages.with_raw_response.count_tokens(
        model=f"{target}/m", system="Be brief.", messages=[{"role": "user", "content": "Hello."}], tools=[tool]
    )
    _is_right(target, raw.parse().input_tokens, raw.headers)
    beta = counters.anthropic().beta.messages.count_tokens(model=f"{target}/m", messages=[{"role": "user", "content": "Hi."}])
    assert beta.input_tokens > 0


@pytest.mark.parametrize("target", TARGETS)
def test_google(counters, target):
    # Held for the call: it closes when it is collected.
    client = counters.gemini()
    answer = client.models.count_tokens(model=f"{target}/m", contents="Hello, how are you?")
    _is_right(target, answer.total_tokens, answer.sdk_http_response.headers)


@pytest.mark.parametrize("target", TARGETS)
def test_openai(counters, target):
    raw = counters.openai().responses.input_tokens.with_raw_response.count(
        model=f"{target}/m", input="Hello.", instructions="Be brief."
    )
    _is_right(target, raw.parse().input_tokens, raw.headers)


def test_a_count_costs_nothing(counters):
    before = counters.totals(0)
    counters.anthropic().messages.count_tokens(model="c-none/m", messages=[{"role": "user", "content": "Hello."}])
    after = counters.totals(before["requests"] + 1)
    assert after["cost_usd"] == before["cost_usd"]


def test_compaction(router, any_target):
    client = router.openai()
    any_target.will(Says(text=("Ann wants ", "blue paint.")))
    conversation = [
        {"role": "user", "content": "I am Ann."},
        {"role": "assistant", "content": "What do you want?"},
        {"role": "user", "content": "Blue paint."},
    ]
    compacted = client.responses.compact(model=any_target.model, input=conversation)
    [item] = compacted.output
    assert (compacted.object, item.type) == ("response.compaction", "compaction")
    assert (compacted.usage.input_tokens, compacted.usage.output_tokens) == (11, 7)
    assert "What do you want?" in json.dumps(any_target.body)

    following = [item.to_dict(), {"role": "user", "content": "Go on."}]
    answer = client.responses.create(model=any_target.model, input=following)
    assert answer.output_text == "Hello, world."
    sent = json.dumps(any_target.body)
    assert "Ann wants blue paint." in sent
    assert "encrypted_content" not in sent


def test_input_items(router, any_target):
    client = router.openai()
    answer = client.responses.create(model=any_target.model, input=[{"role": "user", "content": "One."}, {"role": "user", "content": "Two."}])
    items = list(client.responses.input_items.list(answer.id, limit=1, order="asc"))
    assert [it.content[0].text for it in items] == ["One.", "Two."]
