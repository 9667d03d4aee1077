"""A scripted provider of what lies beside conversations: vectors, pictures, sound, moderation, files.

Written from the vendors' references. It keeps what it was asked and answers by the path.
"""

import base64
import json
import struct
import threading
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SOUND = bytes(range(256)) * 400
PNG = base64.b64encode(b"\x89PNG not really").decode()
# Numbers that 32 bits hold exactly, so that every form of them is the same.
VECTORS = [[0.5, -0.25, 1.0], [0.0, 2.0, -0.125]]


def form(headers: Any, body: bytes) -> dict[str, bytes]:
    """The fields of a form, read by the standard library."""
    head = f"content-type: {headers['content-type']}\r\n\r\n".encode()
    parts = BytesParser().parsebytes(head + body).get_payload()
    return {it.get_param("name", header="content-disposition"): it.get_payload(decode=True) for it in parts}


class Beside:
    """One provider, in OpenAI's and Google's dialect."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.answer({})

            def do_DELETE(self) -> None:
                self.answer({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                kind = self.headers["content-type"]
                self.answer(json.loads(body) if kind.startswith("application/json") else form(self.headers, body))

            def answer(self, body: dict[str, Any]) -> None:
                outer.asked.append((self.command, self.path, body))
                kind, said = outer.says(self.path, body)
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def last(self) -> tuple[str, str, dict[str, Any]]:
        return self.asked[-1]

    def says(self, path: str, body: dict[str, Any]) -> tuple[str, bytes]:
        if path == "/v1/audio/speech":
            return "audio/mpeg", SOUND
        if path == "/v1/audio/transcriptions" and body.get("response_format") == b"text":
            return "text/plain; charset=utf-8", b"Hello there.\n"
        return "application/json", json.dumps(self.object(path, body)).encode()

    def object(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        usage = {"prompt_tokens": 6, "total_tokens": 6}
        match path.split("?")[0].removeprefix("/v1"):
            case "/embeddings":
                data = [
                    {"object": "embedding", "index": nth, "embedding": self.vector(nth, body)}
                    for nth, _ in enumerate(body["input"] if isinstance(body["input"], list) else [body["input"]])
                ]
                return {"object": "list", "data": data, "model": body["model"], "usage": usage}
            case "beta/models/model-b:batchEmbedContents":
                assert all(it["model"] == "models/model-b" for it in body["requests"])
                vectors = [{"values": VECTORS[nth]} for nth, _ in enumerate(body["requests"])]
                return {"embeddings": vectors, "usageMetadata": {"promptTokenCount": 6}}
            case "/images/generations" | "/images/edits":
                tokens = {"input_tokens": 9, "output_tokens": 20, "total_tokens": 29}
                parts = {"input_tokens_details": {"text_tokens": 9, "image_tokens": 0}}
                return {"created": 1, "data": [{"b64_json": PNG}], "usage": tokens | parts}
            case "/audio/transcriptions":
                return {"text": "Hello there.", "usage": {"type": "duration", "seconds": 2}}
            case "/moderations":
                return {"id": "modr-1", "model": body.get("model", "default"), "results": [moderation()]}
            case "/files":
                return {"object": "list", "data": [], "has_more": False}
        raise AssertionError(path)

    @staticmethod
    def vector(nth: int, body: dict[str, Any]) -> list[float] | str:
        if body.get("encoding_format") != "base64":
            return VECTORS[nth]
        return base64.b64encode(struct.pack("<3f", *VECTORS[nth])).decode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def moderation() -> dict[str, Any]:
    """A result as strict as the SDK's type."""
    from openai.types import moderation as types

    names = [it.alias or name for name, it in types.Categories.model_fields.items()]
    return {
        "flagged": False,
        "categories": dict.fromkeys(names, False),
        "category_scores": dict.fromkeys(names, 0.0),
        "category_applied_input_types": dict.fromkeys(names, ["text"]),
    }
