"""Scripted providers: OpenAI chat, OpenAI responses, Anthropic messages and Gemini APIs that say what they are told to.

Written from the providers' own documentation of requests, answers, streams and errors. They keep what they were
asked, judge it by the SDK's types, and count what they would have billed.
"""

import dataclasses
import json
import socket
import struct
import threading
import uuid
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import shapes
import upstream_bedrock
import upstream_gemini
import upstream_natives
from responses import Responses

# Gemini's and Bedrock's have the model in them: `upstream_gemini.method`, `upstream_bedrock.method`.
PATHS = {
    "openai-chat": "/v1/chat/completions",
    "openai-responses": "/v1/responses",
    "openai-completions": "/v1/completions",
    "anthropic": "/v1/messages",
    **upstream_natives.PATHS,
}
KEY = "sk-upstream-0123456789abcdef0123456789abcdef"
# Of thinking: base64, as the real ones are.
SIGNATURE = "RXJVQkNrWUlCeGdDS2tCc2lnbmF0dXJl"


@dataclasses.dataclass
class Tokens:
    """What an answer used. `cached` and `written` are parts of `input`, `reasoning` is a part of `output`."""

    input: int = 11
    output: int = 7
    cached: int = 0
    written: int = 0
    reasoning: int = 0


@dataclasses.dataclass
class Call:
    """A tool call."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclasses.dataclass
class Cites:
    """Words of the answer, and the page that they come from."""

    words: str
    url: str
    title: str = "A page"


@dataclasses.dataclass
class Says:
    """An answer. `stop` is `end`, `length`, `tool` or a stop sequence; `None` chooses between `end` and `tool`.

    `thinking` comes before the text, in each dialect's own form, with a signature where the dialect has one.
    """

    text: tuple[str, ...] = ("Hello", ", ", "world.")
    calls: tuple[Call, ...] = ()
    tokens: Tokens = dataclasses.field(default_factory=Tokens)
    thinking: tuple[str, ...] = ()
    # Anthropic cites for a block of text, which here is all of it.
    cites: tuple[Cites, ...] = ()
    stop: str | None = None
    # End the stream after so many pieces of text: with the connection (`cut`) or with an error event (`fail`).
    cut_after: int | None = None
    fail_after: int | None = None


@dataclasses.dataclass
class Refuses:
    """An error answer, in the provider's own form unless `body` says otherwise."""

    status: int
    type: str = "server_error"
    message: str = "it broke"
    code: str | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: bytes | None = None


@dataclasses.dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes
    body: dict[str, Any]
    faults: list[str]


class Upstream:
    """One provider. Says what was queued with `will`, in order, then what `otherwise` makes of each request, for ever."""

    def __init__(self, dialect: str, otherwise: "Callable[[Asked], Says | Refuses]" = lambda _: Says()) -> None:
        self.dialect = dialect
        self.otherwise = otherwise
        self.asked: list[Asked] = []
        self.billed: list[Tokens] = []
        self._thinks = False
        self._plan: deque[Says | Refuses] = deque()
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"upstream": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def key(self) -> str:
        """What it admits."""
        return upstream_bedrock.KEY if self.dialect == "bedrock-converse" else KEY

    @property
    def base_url(self) -> str:
        """What `providers add --base-url` takes."""
        return self.origin + ("/v1" if self.dialect.startswith("openai-") or self.dialect == "mistral" else "")

    def will(self, *answers: Says | Refuses) -> None:
        with self._lock:
            self._plan.extend(answers)

    def reset(self) -> None:
        with self._lock:
            self.asked.clear()
            self.billed.clear()
            self._plan.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, asked: Asked) -> Says | Refuses:
        with self._lock:
            self.asked.append(asked)
            answer = self._plan.popleft() if self._plan else self.otherwise(asked)
            if isinstance(answer, Says):
                self.billed.append(answer.tokens)
                self._thinks |= bool(answer.thinking)
            return answer

    def faults(self, body: dict[str, Any], version: str) -> list[str]:
        """What this provider would not take in a body. One that tells its thinking in chat takes it back there, which
        OpenAI's own types do not know."""
        if self._thinks and self.dialect == "openai-chat":
            messages = [
                {key: value for key, value in it.items() if key != "reasoning_content" or it["role"] != "assistant"}
                for it in body.get("messages", [])
            ]
            body = {**body, "messages": messages}
        return shapes.faults(self.dialect, body, version)

    @property
    def last(self) -> Asked:
        return self.asked[-1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Each frame leaves as it is written. Held back for an acknowledgement, frames would be thrown away by the reset of a
    # stream that is cut, and nobody could know how much of it was said.
    disable_nagle_algorithm = True
    upstream: Upstream

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        dialect = self.upstream.dialect
        in_path = {"gemini": upstream_gemini.method, "bedrock-converse": upstream_bedrock.method}.get(dialect)
        method = in_path and in_path(self.path)
        if method is None and (in_path or self.path.split("?")[0] != PATHS[dialect]):
            return self._send(404, b"no such path: " + self.path.encode(), {})
        key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        if dialect == "gemini":
            key = headers.get("x-goog-api-key")
        if dialect == "bedrock-converse" and upstream_bedrock.is_signed(self.path, headers, raw):
            key = KEY
        if key != KEY:
            refusal = Refuses(401, "authentication_error", "invalid x-api-key", "invalid_api_key")
            return self._refuse(refusal)
        try:
            body = json.loads(raw)
        except ValueError as error:
            return self._refuse(Refuses(400, "invalid_request_error", f"not JSON: {error}"))
        # A header sent twice is two values, and no version.
        faults = upstream_bedrock.faults(body, method[0]) if dialect == "bedrock-converse" else self.upstream.faults(body, ", ".join(self.headers.get_all("anthropic-version", [])))
        unsigned = upstream_gemini.misses_signature(body, method[0]) if dialect == "gemini" else None
        if unsigned:
            return self._refuse(Refuses(400, message=unsigned))
        answer = self.upstream.take(Asked(self.path, headers, raw, body, faults))
        if isinstance(answer, Refuses):
            return self._refuse(answer)
        if dialect == "bedrock-converse":
            speaker = upstream_bedrock.Bedrock(answer, SIGNATURE)
        elif method is not None:
            speaker = upstream_gemini.Gemini(answer, body, method[0])
        else:
            speakers = {"openai-chat": _OpenAi, "openai-completions": _Text, "openai-responses": Responses, "anthropic": _Anthropic, **upstream_natives.SPEAKERS}
            speaker = speakers[dialect](answer, body)
        if not (method[1] if method is not None else body.get("stream")):
            return self._send(200, json.dumps(speaker.whole()).encode(), {"x-request-id": "req_up"})
        self._stream(speaker)

    def _refuse(self, it: Refuses) -> None:
        body = it.body
        if body is None and self.upstream.dialect.startswith("openai-"):
            body = _openai_error(it.type, it.message, it.code)
        elif body is None and self.upstream.dialect == "gemini":
            body = upstream_gemini.error(it.status, it.message)
        elif body is None and self.upstream.dialect == "bedrock-converse":
            it.headers.setdefault("x-amzn-errortype", upstream_bedrock.CLASS.get(it.status, "InternalServerException"))
            body = upstream_bedrock.error(it.message)
        elif body is None and self.upstream.dialect in upstream_natives.SPEAKERS:
            body = upstream_natives.error(self.upstream.dialect, it.message)
        elif body is None:
            error = {"type": "error", "error": {"type": it.type, "message": it.message}, "request_id": "req_up"}
            body = json.dumps(error).encode()
        self._send(it.status, body, it.headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, speaker: "_OpenAi | Responses | _Anthropic | upstream_gemini.Gemini") -> None:
        self.send_response(200)
        kinds = {"bedrock-converse": upstream_bedrock.STREAM, "ollama": "application/x-ndjson"}
        self.send_header("content-type", kinds.get(self.upstream.dialect, "text/event-stream; charset=utf-8"))
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for frame in speaker.frames():
            if frame is None:
                # A reset, not an orderly end.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            self.wfile.write(b"%x\r\n%s\r\n" % (len(frame), frame))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


def _openai_error(kind: str, message: str, code: str | None) -> bytes:
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()


def _pieces(text: str, size: int = 7) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


class _OpenAi:
    def __init__(self, says: Says, body: dict[str, Any]) -> None:
        self.says = says
        self.body = body
        self.head = {"id": "chatcmpl-up1", "created": 1_760_000_000, "model": body["model"]}

    def finish(self) -> str:
        if self.says.stop is None:
            return "tool_calls" if self.says.calls else "stop"
        return {"length": "length", "tool": "tool_calls"}.get(self.says.stop, "stop")

    def usage(self) -> dict[str, Any]:
        it = self.says.tokens
        return {
            "prompt_tokens": it.input,
            "completion_tokens": it.output,
            "total_tokens": it.input + it.output,
            "prompt_tokens_details": {"cached_tokens": it.cached, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": it.reasoning,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }

    def notes(self) -> list[dict[str, Any]]:
        text = "".join(self.says.text)
        notes = []
        for it in self.says.cites:
            # Characters, as Python counts them.
            start = text.index(it.words)
            page = {"start_index": start, "end_index": start + len(it.words), "url": it.url, "title": it.title}
            notes.append({"type": "url_citation", "url_citation": page})
        return notes

    def whole(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.says.text) or None, "refusal": None}
        if self.says.thinking:
            message["reasoning_content"] = "".join(self.says.thinking)
        if self.says.cites:
            message["annotations"] = self.notes()
        if self.says.calls:
            message["tool_calls"] = [
                {
                    "id": it.id,
                    "type": "function",
                    "function": {"name": it.name, "arguments": json.dumps(it.arguments)},
                }
                for it in self.says.calls
            ]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish()}
        return {**self.head, "object": "chat.completion", "choices": [choice], "usage": self.usage()}

    def chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self.frame({**self.head, "object": "chat.completion.chunk", "choices": [choice]})

    def frame(self, data: dict[str, Any]) -> bytes:
        if (self.body.get("stream_options") or {}).get("include_usage"):
            data.setdefault("usage", None)
        return b"data: " + json.dumps(data).encode() + b"\n\n"

    def frames(self):
        yield self.chunk({"role": "assistant", "content": "", "refusal": None})
        for piece in self.says.thinking:
            yield self.chunk({"reasoning_content": piece})
        for count, piece in enumerate(self.says.text):
            if count == self.says.cut_after:
                yield None
                return
            if count == self.says.fail_after:
                yield b"data: " + _openai_error("server_error", "The server had an error", None) + b"\n\n"
                return
            yield self.chunk({"content": piece})
        for index, call in enumerate(self.says.calls):
            opening = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
            yield self.chunk({"tool_calls": [opening]})
            for piece in _pieces(json.dumps(call.arguments)):
                yield self.chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        if self.says.cites:
            yield self.chunk({"annotations": self.notes()})
        yield self.chunk({}, self.finish())
        if (self.body.get("stream_options") or {}).get("include_usage"):
            yield self.frame({**self.head, "object": "chat.completion.chunk", "choices": [], "usage": self.usage()})
        yield b"data: [DONE]\n\n"


class _Text(_OpenAi):
    """Text completions: chat's head, counts and ends around a text."""

    def __init__(self, says: Says, body: dict[str, Any]) -> None:
        super().__init__(says, body)
        self.head = {**self.head, "id": "cmpl-up1", "object": "text_completion"}

    def whole(self) -> dict[str, Any]:
        choice = {"text": "".join(self.says.text), "index": 0, "logprobs": None, "finish_reason": self.finish()}
        return {**self.head, "choices": [choice], "usage": self.usage()}

    def piece(self, text: str, finish: str | None = None) -> bytes:
        return self.frame({**self.head, "choices": [{"text": text, "index": 0, "logprobs": None, "finish_reason": finish}]})

    def frames(self):
        for piece in self.says.text:
            yield self.piece(piece)
        yield self.piece("", self.finish())
        if (self.body.get("stream_options") or {}).get("include_usage"):
            yield self.frame({**self.head, "choices": [], "usage": self.usage()})
        yield b"data: [DONE]\n\n"


class _Anthropic:
    def __init__(self, says: Says, body: dict[str, Any]) -> None:
        self.says = says
        self.body = body
        self.id = f"msg_{uuid.uuid4().hex}"

    def stop(self) -> tuple[str, str | None]:
        if self.says.stop is None:
            return ("tool_use" if self.says.calls else "end_turn"), None
        named = {"end": "end_turn", "length": "max_tokens", "tool": "tool_use"}.get(self.says.stop)
        return (named, None) if named else ("stop_sequence", self.says.stop)

    def usage(self, output: int) -> dict[str, Any]:
        it = self.says.tokens
        return {
            "input_tokens": it.input - it.cached - it.written,
            "cache_creation_input_tokens": it.written,
            "cache_read_input_tokens": it.cached,
            "cache_creation": {"ephemeral_5m_input_tokens": it.written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": output,
            "service_tier": "standard",
        }

    def message(self, content: list[dict[str, Any]], output: int) -> dict[str, Any]:
        reason, sequence = self.stop() if content else (None, None)
        return {
            # One of its own for each answer: Claude Code takes answers of one id for pieces of one turn.
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.body["model"],
            "content": content,
            "stop_reason": reason,
            "stop_sequence": sequence,
            "usage": self.usage(output),
        }

    def whole(self) -> dict[str, Any]:
        content: list[dict[str, Any]] = []
        if self.says.thinking:
            content.append({"type": "thinking", "thinking": "".join(self.says.thinking), "signature": SIGNATURE})
        if self.says.text:
            cited = {"citations": self.citations()} if self.says.cites else {}
            content.append({"type": "text", "text": "".join(self.says.text), **cited})
        for it in self.says.calls:
            content.append({"type": "tool_use", "id": it.id, "name": it.name, "input": it.arguments})
        return self.message(content, self.says.tokens.output)

    def citations(self) -> list[dict[str, Any]]:
        kind = {"type": "web_search_result_location", "cited_text": "Quoted.", "encrypted_index": "E"}
        return [{**kind, "url": it.url, "title": it.title} for it in self.says.cites]

    def frame(self, kind: str, **data: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()

    def frames(self):
        yield self.frame("message_start", message=self.message([], 1))
        yield self.frame("ping")
        index = 0
        if self.says.thinking:
            block = {"type": "thinking", "thinking": "", "signature": ""}
            yield self.frame("content_block_start", index=0, content_block=block)
            for piece in self.says.thinking:
                yield self.frame("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": piece})
            delta = {"type": "signature_delta", "signature": SIGNATURE}
            yield self.frame("content_block_delta", index=0, delta=delta)
            yield self.frame("content_block_stop", index=0)
            index = 1
        if self.says.text:
            yield self.frame("content_block_start", index=index, content_block={"type": "text", "text": ""})
            for citation in self.citations():
                delta = {"type": "citations_delta", "citation": citation}
                yield self.frame("content_block_delta", index=index, delta=delta)
            for count, piece in enumerate(self.says.text):
                if count == self.says.cut_after:
                    yield None
                    return
                if count == self.says.fail_after:
                    yield self.frame("error", error={"type": "overloaded_error", "message": "Overloaded"})
                    return
                yield self.frame("content_block_delta", index=index, delta={"type": "text_delta", "text": piece})
            yield self.frame("content_block_stop", index=index)
            index += 1
        for offset, call in enumerate(self.says.calls):
            at = index + offset
            block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
            yield self.frame("content_block_start", index=at, content_block=block)
            for piece in ["", *_pieces(json.dumps(call.arguments))]:
                delta = {"type": "input_json_delta", "partial_json": piece}
                yield self.frame("content_block_delta", index=at, delta=delta)
            yield self.frame("content_block_stop", index=at)
        reason, sequence = self.stop()
        delta = {"stop_reason": reason, "stop_sequence": sequence}
        yield self.frame("message_delta", delta=delta, usage={"output_tokens": self.says.tokens.output})
        yield self.frame("message_stop")
