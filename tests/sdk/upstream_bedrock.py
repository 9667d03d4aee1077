"""How a scripted provider speaks Bedrock Converse: judged by botocore, which has the service's own model and signer."""

import binascii
import functools
import json
import re
import struct
import urllib.parse
from typing import Any

import botocore.loaders
import botocore.model
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.validate import ParamValidator

ACCESS, SECRET, SESSION = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEJr1Zm9y"
KEY = f"{ACCESS}:{SECRET}:{SESSION}"
REGION = "eu-west-1"
STREAM = "application/vnd.amazon.eventstream"
CLASS = {400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException",
         429: "ThrottlingException", 500: "InternalServerException", 503: "ServiceUnavailableException"}


def method(path: str) -> tuple[str, bool] | None:
    """The model, and whether to stream; `None` for a path that is not served."""
    found = re.fullmatch(r"/model/([^/?]+)/converse(-stream)?", path)
    return found and (urllib.parse.unquote(found[1]), bool(found[2]))


def is_signed(path: str, headers: dict[str, str], raw: bytes) -> bool:
    """Whether botocore would have signed this request the same way."""
    form = r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/bedrock/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)"
    found = re.fullmatch(form, headers.get("authorization", ""))
    if not found or found[1] != ACCESS or found[2] != REGION or headers.get("x-amz-security-token") != SESSION:
        return False
    signed = {name: headers[name] for name in found[3].split(";")}
    request = AWSRequest(method="POST", url=f"http://{headers['host']}{path}", headers=signed, data=raw)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Credentials(ACCESS, SECRET, SESSION), "bedrock", REGION)
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    return signer.signature(to_sign, request) == found[4]


@functools.cache
def _shape() -> Any:
    model = botocore.loaders.Loader().load_service_model("bedrock-runtime", "service-2")
    return botocore.model.ServiceModel(model).operation_model("Converse").input_shape


def faults(body: dict[str, Any], model: str) -> list[str]:
    """What botocore would not have sent."""
    report = ParamValidator().validate({"modelId": model, **body}, _shape())
    return [report.generate_report()] if report.has_errors() else []


def error(message: str) -> bytes:
    return json.dumps({"message": message}).encode()


def message(data: dict[str, Any], **headers: str) -> bytes:
    """One message of a stream."""
    told = b""
    for name, value in {"message-type": "event", "content-type": "application/json", **headers}.items():
        name = ":" + name.replace("_", "-")
        told += struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
    payload = json.dumps(data).encode()
    head = struct.pack(">II", len(told) + len(payload) + 16, len(told))
    whole = head + struct.pack(">I", binascii.crc32(head)) + told + payload
    return whole + struct.pack(">I", binascii.crc32(whole))


class Bedrock:
    """One answer."""

    def __init__(self, says: Any, signature: str) -> None:
        self.says = says
        self.signature = signature

    def stop(self) -> str:
        usual = "tool_use" if self.says.calls else "end_turn"
        known = {None: usual, "end": "end_turn", "length": "max_tokens", "tool": "tool_use"}
        return known.get(self.says.stop, "stop_sequence")

    def usage(self) -> dict[str, Any]:
        it = self.says.tokens
        return {
            "inputTokens": it.input - it.cached - it.written,
            "outputTokens": it.output,
            "totalTokens": it.input + it.output,
            "cacheReadInputTokens": it.cached,
            "cacheWriteInputTokens": it.written,
        }

    def whole(self) -> dict[str, Any]:
        content: list[dict[str, Any]] = []
        if self.says.thinking:
            said = {"text": "".join(self.says.thinking), "signature": self.signature}
            content.append({"reasoningContent": {"reasoningText": said}})
        if self.says.text:
            content.append({"text": "".join(self.says.text)})
        for it in self.says.calls:
            content.append({"toolUse": {"toolUseId": it.id, "name": it.name, "input": it.arguments}})
        return {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": self.stop(),
            "usage": self.usage(),
            "metrics": {"latencyMs": 5},
        }

    def frames(self):
        at = 0

        def event(name: str, **data: Any) -> bytes:
            return message({**data, "p": "abcdefgh"}, event_type=name)

        def delta(data: dict[str, Any]) -> bytes:
            return event("contentBlockDelta", contentBlockIndex=at, delta=data)

        yield event("messageStart", role="assistant")
        if self.says.thinking:
            for piece in self.says.thinking:
                yield delta({"reasoningContent": {"text": piece}})
            yield delta({"reasoningContent": {"signature": self.signature}})
            yield event("contentBlockStop", contentBlockIndex=at)
            at += 1
        if self.says.text:
            for count, piece in enumerate(self.says.text):
                if count == self.says.cut_after:
                    yield None
                    return
                if count == self.says.fail_after:
                    broke = {"message": "The server had an error"}
                    yield message(broke, message_type="exception", exception_type="internalServerException")
                    return
                yield delta({"text": piece})
            yield event("contentBlockStop", contentBlockIndex=at)
            at += 1
        for it in self.says.calls:
            start = {"toolUse": {"toolUseId": it.id, "name": it.name}}
            yield event("contentBlockStart", contentBlockIndex=at, start=start)
            written = json.dumps(it.arguments)
            for begin in range(0, len(written), 7):
                yield delta({"toolUse": {"input": written[begin : begin + 7]}})
            yield event("contentBlockStop", contentBlockIndex=at)
            at += 1
        yield event("messageStop", stopReason=self.stop())
        yield event("metadata", usage=self.usage(), metrics={"latencyMs": 5})
