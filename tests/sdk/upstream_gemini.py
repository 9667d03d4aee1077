"""How a scripted provider speaks Gemini: paths, keys, errors, answers and streams, from Google's documentation."""

import json
import re
import secrets
from typing import Any

STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
          429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}


def method(path: str) -> tuple[str, bool] | None:
    """The model, and whether to stream; `None` for a path that is not served."""
    found = re.fullmatch(r"/v1beta/models/([^/:?]+):(generateContent|streamGenerateContent\?alt=sse)", path)
    return found and (found[1], found[2].startswith("stream"))


# What it signs a call with.
SIGNATURE = "c2lnbmF0dXJl"
# What Google documents for a call that another model made (https://ai.google.dev/gemini-api/docs/thought-signatures).
STAND_INS = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")


def misses_signature(body: dict[str, Any], model: str) -> str | None:
    """Why a model that insists on its signatures does not take this conversation. From the third generation on, the
    first call of each step of the current turn must be signed; that turn begins with the last text of the user. Whatever
    is signed must be signed by it, or bear what stands in for that."""
    version = re.match(r"gemini-(\d+)", model)
    if version is None or int(version[1]) < 3:
        return None
    contents = body.get("contents", [])
    asks = [at for at, it in enumerate(contents) if it.get("role") != "model" and any("text" in part for part in it["parts"])]
    for at, content in enumerate(contents):
        calls = [part for part in content["parts"] if "functionCall" in part]
        for part in content["parts"]:
            if part.get("thoughtSignature", SIGNATURE) not in (SIGNATURE, *STAND_INS):
                return "Thought signature is not valid."
        if calls and at > max(asks, default=-1) and "thoughtSignature" not in calls[0]:
            name = calls[0]["functionCall"]["name"]
            return f"Function call is missing a thought_signature in functionCall parts. Additional data, function call `{name}`, position {at + 1}."
    return None


def error(status: int, message: str) -> bytes:
    body = {"error": {"code": status, "message": message, "status": STATUS.get(status, "UNKNOWN")}}
    return json.dumps(body).encode()


class Gemini:
    """One answer. Its calls have no ids."""

    def __init__(self, says: Any, body: dict[str, Any], model: str) -> None:
        self.says = says
        self.model = model
        # Each answer has its own, and calls are known by it where they have no ids.
        self.id = secrets.token_urlsafe(17)

    def finish(self) -> str:
        return "MAX_TOKENS" if self.says.stop == "length" else "STOP"

    def usage(self) -> dict[str, Any]:
        it = self.says.tokens
        counts = {
            "promptTokenCount": it.input,
            "candidatesTokenCount": it.output - it.reasoning,
            "totalTokenCount": it.input + it.output,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": it.input}],
        }
        if it.reasoning:
            counts["thoughtsTokenCount"] = it.reasoning
        if it.cached:
            counts["cachedContentTokenCount"] = it.cached
        return counts

    def calls(self) -> list[dict[str, Any]]:
        parts = [{"functionCall": {"name": it.name, "args": it.arguments}} for it in self.says.calls]
        if parts:
            parts[0]["thoughtSignature"] = SIGNATURE
        return parts

    def answer(self, parts: list[dict[str, Any]], finish: str | None = None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        return {
            "candidates": [candidate],
            "usageMetadata": self.usage(),
            "modelVersion": self.model,
            "responseId": self.id,
        }

    def whole(self) -> dict[str, Any]:
        thoughts = [{"text": "".join(self.says.thinking), "thought": True}] if self.says.thinking else []
        text = [{"text": "".join(self.says.text)}] if self.says.text else []
        return self.answer([*thoughts, *text, *self.calls()], self.finish())

    def frames(self):
        def frame(data: dict[str, Any]) -> bytes:
            return b"data: " + json.dumps(data).encode() + b"\r\n\r\n"

        for piece in self.says.thinking:
            yield frame(self.answer([{"text": piece, "thought": True}]))
        for count, piece in enumerate(self.says.text):
            if count == self.says.cut_after:
                yield None
                return
            if count == self.says.fail_after:
                yield b"data: " + error(503, "The model is overloaded.") + b"\r\n\r\n"
                return
            yield frame(self.answer([{"text": piece}]))
        for part in self.calls():
            yield frame(self.answer([part]))
        yield frame(self.answer([{"text": ""}], self.finish()))
