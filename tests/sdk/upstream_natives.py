"""How scripted providers speak Cohere's, Ollama's and Mistral's own dialects, and what they would take.

Requests are judged, and answers made, by the types of the providers' official packages: `cohere`, `ollama` and
`mistralai`.
"""

import base64
import binascii
import inspect
import json
import typing
from typing import Any

import cohere
import ollama
import pydantic
from cohere.v2.client import V2Client
from cohere.v2.types import V2ChatResponse, V2ChatStreamResponse
from mistralai.client import models as mistral

PATHS = {"cohere": "/v2/chat", "ollama": "/api/chat", "mistral": "/v1/chat/completions"}
TIME = "2026-08-04T19:58:38.466026Z"


def error(dialect: str, message: str) -> bytes:
    body = {"cohere": {"id": "up", "message": message}, "ollama": {"error": message}}
    mistrals = {"object": "error", "message": message, "type": "invalid_request_error", "param": None, "code": "1500"}
    return json.dumps(body.get(dialect, mistrals)).encode()


def _lines(error: pydantic.ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors()]


# === requests ===


def _cohere_request() -> type[pydantic.BaseModel]:
    """The arguments of the package's own method, which are the fields of a request."""
    method = V2Client.chat_stream
    hints = typing.get_type_hints(method)
    fields: dict[str, Any] = {"stream": (bool, ...)}
    for name, it in inspect.signature(method).parameters.items():
        if name not in ("self", "request_options"):
            required = it.default is inspect.Parameter.empty
            fields[name] = (hints[name], ... if required else None)
    return pydantic.create_model("Request", __config__=pydantic.ConfigDict(extra="forbid"), **fields)


COHERE = _cohere_request()


def _unknown(model: Any, path: str) -> list[str]:
    """Fields that a type of the package let in without knowing them."""
    if isinstance(model, (list, tuple)):
        return [fault for nth, it in enumerate(model) for fault in _unknown(it, f"{path}[{nth}]")]
    if not isinstance(model, pydantic.BaseModel):
        return []
    faults = [f"{path}.{key}: unknown" for key in model.model_extra or {}]
    return faults + [fault for key in model.model_fields_set for fault in _unknown(getattr(model, key, None), f"{path}.{key}")]


def _cohere_faults(body: dict[str, Any]) -> list[str]:
    try:
        asked = COHERE.model_validate(body)
    except pydantic.ValidationError as error:
        return _lines(error)
    faults = _unknown(asked, "")
    roles = {"user", "assistant", "system", "tool"}
    return faults + [f"messages: {it.get('role')}" for it in body["messages"] if it.get("role") not in roles]


def _closed(model: type[pydantic.BaseModel], value: dict[str, Any], path: str, beside: tuple[str, ...] = ()) -> list[str]:
    """`value` as `model` takes it, without a field more than that and `beside`."""
    unknown = [f"{path}.{key}: unknown" for key in value if key not in model.model_fields and key not in beside]
    try:
        model.model_validate(value)
    except pydantic.ValidationError as error:
        unknown += [f"{path}.{it}" for it in _lines(error)]
    return unknown


def _ollama_faults(body: dict[str, Any]) -> list[str]:
    faults = _closed(ollama._types.ChatRequest, body, "")
    faults += _closed(ollama.Options, body.get("options", {}), "options")
    for nth, message in enumerate(body.get("messages", [])):
        images = message.get("images", [])
        for image in images:
            try:
                base64.b64decode(image, validate=True)
            except binascii.Error as error:
                faults.append(f"messages[{nth}].images: {error}")
        plain = {key: value for key, value in message.items() if key != "images"}
        # The server knows ids of calls, the package does not yet.
        faults += _closed(ollama.Message, plain, f"messages[{nth}]", ("tool_call_id",))
        for call in message.get("tool_calls", []):
            faults += _closed(ollama.Message.ToolCall, call, f"messages[{nth}].tool_calls", ("id",))
    if not isinstance(body.get("stream"), bool):
        faults.append("stream: an answer would be streamed unasked")
    return faults


def _mistral_faults(body: dict[str, Any]) -> list[str]:
    faults = [f"{key}: unknown" for key in body if key not in mistral.ChatCompletionRequest.model_fields]
    kinds = {
        "system": mistral.SystemMessage,
        "user": mistral.UserMessage,
        "assistant": mistral.AssistantMessage,
        "tool": mistral.ToolMessage,
    }
    try:
        mistral.ChatCompletionRequest.model_validate(body)
    except pydantic.ValidationError as error:
        faults += _lines(error)
    for nth, message in enumerate(body["messages"]):
        faults += _closed(kinds[message["role"]], message, f"messages[{nth}]")
        parts = message["content"] if isinstance(message.get("content"), list) else []
        variants = mistral.contentchunk._CONTENT_CHUNK_VARIANTS
        for part in parts:
            known = variants.get(part["type"])
            faults += _closed(known, part, f"messages[{nth}].content") if known else [f"content: {part['type']}"]
        ids = [it["id"] for it in message.get("tool_calls") or []] + [message.get("tool_call_id") or "a" * 9]
        faults += [f"an id of {it}" for it in ids if not (len(it) == 9 and it.isalnum())]
    return faults


def faults(dialect: str, body: dict[str, Any]) -> list[str]:
    return {"cohere": _cohere_faults, "ollama": _ollama_faults, "mistral": _mistral_faults}[dialect](body)


# === answers ===


def _sse(data: dict[str, Any], event: str = "") -> bytes:
    return (f"event: {event}\n" if event else "").encode() + b"data: " + json.dumps(data).encode() + b"\n\n"


class Speaker:
    """One answer. What is sent has to be one by the package's own type."""

    def __init__(self, says: Any, body: dict[str, Any]) -> None:
        self.says = says
        self.body = body

    def pieces(self, frame: Any, failure: bytes):
        for count, piece in enumerate(self.says.text):
            if count == self.says.cut_after:
                yield None
                return
            if count == self.says.fail_after:
                yield failure
                return
            yield frame(piece)

    @property
    def breaks(self) -> bool:
        return self.says.cut_after is not None or self.says.fail_after is not None


class Cohere(Speaker):
    def finish(self) -> str:
        if self.says.stop is None:
            return "TOOL_CALL" if self.says.calls else "COMPLETE"
        return {"length": "MAX_TOKENS", "tool": "TOOL_CALL", "end": "COMPLETE"}.get(self.says.stop, "STOP_SEQUENCE")

    def usage(self) -> dict[str, Any]:
        it = self.says.tokens
        tokens = {"input_tokens": it.input + 496.0, "output_tokens": it.output + 2.0, "reasoning_tokens": it.reasoning}
        return {"billed_units": {"input_tokens": float(it.input), "output_tokens": float(it.output)}, "tokens": tokens}

    def calls(self) -> list[dict[str, Any]]:
        return [
            {"id": it.id, "type": "function", "function": {"name": it.name, "arguments": json.dumps(it.arguments)}}
            for it in self.says.calls
        ]

    def whole(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant"}
        if self.says.text:
            message["content"] = [{"type": "text", "text": "".join(self.says.text)}]
        if self.says.calls:
            message |= {"tool_plan": "I will look.", "tool_calls": self.calls()}
        whole = {"id": "co-up1", "finish_reason": self.finish(), "message": message, "usage": self.usage()}
        V2ChatResponse.model_validate(whole)
        return whole

    def event(self, kind: str, message: dict[str, Any] | None = None, **more: Any) -> bytes:
        event = {"type": kind, **more, **({"delta": {"message": message}} if message is not None else {})}
        pydantic.TypeAdapter(V2ChatStreamResponse).validate_python(event)
        return _sse(event, kind)

    def frames(self):
        yield self.event("message-start", {"role": "assistant", "content": [], "tool_calls": [], "citations": []}, id="co-up1")
        if self.says.text:
            yield self.event("content-start", {"content": {"type": "text", "text": ""}}, index=0)
            failed = {"finish_reason": "ERROR", "error": "it broke"}
            more = lambda piece: self.event("content-delta", {"content": {"text": piece}}, index=0)
            yield from self.pieces(more, self.event("message-end", delta=failed))
            if self.breaks:
                return
            yield self.event("content-end", index=0)
        if self.says.calls:
            yield self.event("tool-plan-delta", {"tool_plan": "I will look."})
        for nth, call in enumerate(self.calls()):
            arguments = call["function"].pop("arguments")
            yield self.event("tool-call-start", {"tool_calls": {**call, "function": {**call["function"], "arguments": ""}}}, index=nth)
            for at in range(0, len(arguments), 7):
                function = {"function": {"arguments": arguments[at : at + 7]}}
                yield self.event("tool-call-delta", {"tool_calls": function}, index=nth)
            yield self.event("tool-call-end", index=nth)
        yield self.event("message-end", delta={"finish_reason": self.finish(), "usage": self.usage()})
        yield b"data: [DONE]\n\n"


class Ollama(Speaker):
    def line(self, done: bool, **message: Any) -> dict[str, Any]:
        line = {"model": self.body["model"], "created_at": TIME, "done": done}
        line["message"] = {"role": "assistant", "content": "", **message}
        if done:
            reason = "length" if self.says.stop == "length" else "stop"
            counts = {"prompt_eval_count": self.says.tokens.input, "eval_count": self.says.tokens.output}
            line |= {"done_reason": reason, "total_duration": 4, **counts}
        ollama.ChatResponse.model_validate(line)
        return line

    def calls(self) -> list[dict[str, Any]]:
        """As a version of before ids tells them."""
        return [{"function": {"index": at, "name": it.name, "arguments": it.arguments}} for at, it in enumerate(self.says.calls)]

    def whole(self) -> dict[str, Any]:
        calls = {"tool_calls": self.calls()} if self.says.calls else {}
        return self.line(True, content="".join(self.says.text), **calls)

    def frames(self):
        told = lambda line: json.dumps(line).encode() + b"\n"
        yield from self.pieces(lambda piece: told(self.line(False, content=piece)), told({"error": "it broke"}))
        if self.breaks:
            return
        for call in self.calls():
            yield told(self.line(False, tool_calls=[call]))
        yield told(self.line(True))


class Mistral(Speaker):
    def head(self, kind: str) -> dict[str, Any]:
        return {"id": "up1", "object": kind, "created": 1_760_000_000, "model": self.body["model"]}

    def finish(self) -> str:
        if self.says.stop is None:
            return "tool_calls" if self.says.calls else "stop"
        return {"length": "length", "tool": "tool_calls"}.get(self.says.stop, "stop")

    def usage(self) -> dict[str, Any]:
        it = self.says.tokens
        counts = {"prompt_tokens": it.input, "completion_tokens": it.output, "total_tokens": it.input + it.output}
        return {**counts, "prompt_tokens_details": {"cached_tokens": it.cached}}

    def calls(self) -> list[dict[str, Any]]:
        return [
            {"id": it.id, "type": "function", "index": at, "function": {"name": it.name, "arguments": json.dumps(it.arguments)}}
            for at, it in enumerate(self.says.calls)
        ]

    def whole(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.says.text), "tool_calls": self.calls() or None}
        choice = {"index": 0, "finish_reason": self.finish(), "message": message}
        whole = {**self.head("chat.completion"), "choices": [choice], "usage": self.usage()}
        mistral.ChatCompletionResponse.model_validate(whole)
        return whole

    def chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {**self.head("chat.completion.chunk"), "choices": [choice]}
        if finish:
            chunk["usage"] = self.usage()
        mistral.CompletionChunk.model_validate(chunk)
        return _sse(chunk)

    def frames(self):
        yield self.chunk({"role": "assistant", "content": ""})
        failure = b"data: " + error("mistral", "it broke") + b"\n\n"
        yield from self.pieces(lambda piece: self.chunk({"content": piece}), failure)
        if self.breaks:
            return
        yield self.chunk({"content": "", **({"tool_calls": self.calls()} if self.says.calls else {})}, self.finish())
        yield b"data: [DONE]\n\n"


SPEAKERS = {"cohere": Cohere, "ollama": Ollama, "mistral": Mistral}
