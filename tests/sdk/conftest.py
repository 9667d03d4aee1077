"""llmroute as a process, with scripted providers behind it and the official SDKs in front of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from upstream import KEY, Upstream

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("LLMROUTE_BIN", ROOT / "target" / "debug" / "llmroute"))
DIALECTS = ("openai-chat", "anthropic")
RESPONSES = "openai-responses"
EVERY = (*DIALECTS, RESPONSES, "gemini")
TEXT = "openai-completions"
NATIVES = ("cohere", "ollama", "mistral")


def _free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Router:
    """One running llmroute with a home of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="llmroute-sdk-")
        self.home = Path(self._folder.name)
        # Nothing of the machine's own keys and settings may reach the process under test.
        self._env = {"PATH": os.environ["PATH"], "LLMROUTE_HOME": str(self.home), "RUST_BACKTRACE": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = self.home.parent / f"{self.home.name}.log"
        self.port = 0

    def run(self, *arguments: str, stdin: str = "") -> str:
        """One command, as a script would run it; its standard output."""
        done = subprocess.run(
            [str(BINARY), *arguments], input=stdin, env=self._env, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"llmroute {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def add(self, name: str, upstream: Upstream) -> None:
        # Mistral's is a dialect of openai-chat, and how it differs is in its built-in row.
        like = ("--like", "mistral") if upstream.dialect == "mistral" else ("--speaks", upstream.dialect)
        self.run("providers", "add", name, "--base-url", upstream.base_url, *like)
        self.run("keys", "add", name, "--stdin", stdin=KEY + "\n")

    def group(self, name: str, *targets: str) -> None:
        self.run("groups", "set", name, *targets)

    def start(self) -> None:
        self.port = _free_port()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(BINARY), "serve", "--port", str(self.port)],
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                    assert answer.status == 200
                    return
            except (urllib.error.URLError, ConnectionError):
                assert self._process.poll() is None, f"serve ended:\n{self._log.read_text()}"
                assert time.monotonic() < deadline, f"serve does not answer:\n{self._log.read_text()}"
                time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise
            finally:
                print(f"log of llmroute serve:\n{self._log.read_text()}")
                self._log.unlink()
        self._folder.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return (self.home / "token").read_text().strip()

    def openai(self, **options: Any) -> openai.OpenAI:
        return openai.OpenAI(**self._options("/v1", options))

    def async_openai(self, **options: Any) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(**self._options("/v1", options))

    def anthropic(self, **options: Any) -> anthropic.Anthropic:
        return anthropic.Anthropic(**self._options("", options))

    def async_anthropic(self, **options: Any) -> anthropic.AsyncAnthropic:
        return anthropic.AsyncAnthropic(**self._options("", options))

    def gemini(self, **options: Any) -> genai.Client:
        http = genai.types.HttpOptions(base_url=self.url, timeout=30_000, **options.pop("http", {}))
        return genai.Client(**{"api_key": self.token, "http_options": http, **options})

    def _options(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        strict = {"_strict_response_validation": True}
        return {"api_key": self.token, "base_url": self.url + path, "timeout": 30, **strict, **options}

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def totals(self, requests: int) -> dict[str, Any]:
        """The sums of `stats today`, once `requests` of them are settled."""
        deadline = time.monotonic() + 10
        while True:
            totals = self.json("stats", "today")["totals"]
            if totals["requests"] >= requests and totals.get("open", 0) == 0 or time.monotonic() > deadline:
                return totals
            time.sleep(0.05)


class Target:
    """A provider behind the router, and the model name that leads to it."""

    def __init__(self, upstream: Upstream, model: str) -> None:
        self.upstream = upstream
        self.model = model
        self.dialect = upstream.dialect
        self.will = upstream.will

    @property
    def body(self) -> dict[str, Any]:
        """The last request the provider got."""
        return self.upstream.last.body

    @property
    def is_gemini(self) -> bool:
        return self.dialect == "gemini"

    @property
    def is_anthropic(self) -> bool:
        return self.dialect == "anthropic"

    @property
    def is_responses(self) -> bool:
        return self.dialect == RESPONSES


def _judged(upstreams: list[Upstream]) -> None:
    faults = [(it.dialect, asked.faults, asked.body) for it in upstreams for asked in it.asked if asked.faults]
    assert faults == [], "a request the provider's own SDK would not have sent"


@pytest.fixture(scope="session")
def house():
    """A router that only sees good days, shared by the tests that need no trouble."""
    router = Router()
    upstreams = {dialect: Upstream(dialect) for dialect in (*EVERY, TEXT, *NATIVES)}
    try:
        for dialect, upstream in upstreams.items():
            router.add(f"up-{dialect}", upstream)
            router.group(f"to-{dialect}", f"up-{dialect}/test-model=1")
        router.group("to-gemini-3", "up-gemini/gemini-3-pro-preview=1")
        router.start()
        yield router, upstreams
    finally:
        router.stop()
        for it in upstreams.values():
            it.close()


@pytest.fixture
def router(house):
    return house[0]


@pytest.fixture(params=DIALECTS, ids=[f"to-{it}" for it in DIALECTS])
def target(request, house):
    """The upstream dialects `openai-chat` and `anthropic` in turn."""
    upstream = house[1][request.param]
    upstream.reset()
    yield Target(upstream, f"to-{request.param}")
    _judged([upstream])


@pytest.fixture(params=EVERY, ids=[f"to-{it}" for it in EVERY])
def any_target(request, house):
    """Each upstream dialect in turn, responses and Gemini among them."""
    upstream = house[1][request.param]
    upstream.reset()
    yield Target(upstream, f"to-{request.param}")
    _judged([upstream])


@pytest.fixture(params=(*EVERY, TEXT), ids=[f"to-{it}" for it in (*EVERY, TEXT)])
def text_target(request, house):
    """Each upstream dialect in turn, and the one that continues texts."""
    upstream = house[1][request.param]
    upstream.reset()
    yield Target(upstream, f"to-{request.param}")
    _judged([upstream])


@pytest.fixture
def responses_target(house):
    """The upstream that speaks responses."""
    upstream = house[1][RESPONSES]
    upstream.reset()
    yield Target(upstream, f"to-{RESPONSES}")
    _judged([upstream])


@pytest.fixture(params=NATIVES, ids=[f"to-{it}" for it in NATIVES])
def native(request, house):
    """Each upstream that speaks a dialect of its provider's own."""
    upstream = house[1][request.param]
    upstream.reset()
    yield Target(upstream, f"to-{request.param}")
    _judged([upstream])


@pytest.fixture
def to_gemini(house):
    """The upstream that speaks Gemini."""
    upstream = house[1]["gemini"]
    upstream.reset()
    yield Target(upstream, "to-gemini")
    _judged([upstream])


class Pair:
    """A router of its own with a group `pair`: the first provider has all the weight, the second is the fallback."""

    def __init__(self, first: str, second: str) -> None:
        self.router = Router()
        self.first = Upstream(first)
        self.second = Upstream(second)
        self.router.add("first", self.first)
        self.router.add("second", self.second)
        self.router.group("pair", "first/model-one=1", "second/model-two=0")
        self.router.start()

    def tries(self) -> tuple[int, int]:
        return len(self.first.asked), len(self.second.asked)

    def close(self) -> None:
        self.router.stop()
        self.first.close()
        self.second.close()


@pytest.fixture
def pair(request):
    """`@pytest.mark.parametrize("pair", [(first, second)], indirect=True)`."""
    it = Pair(*request.param)
    try:
        yield it
        _judged([it.first, it.second])
    finally:
        it.close()
