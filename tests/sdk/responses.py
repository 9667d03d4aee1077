"""A scripted provider's answers in OpenAI responses: whole, and as the events of a stream."""

import json
from typing import Any

# What a provider's encrypted reasoning looks like from outside.
SEALED = "gAAAAABoISQ24OyVRYbkYfukdJoqdzWT-sealed-reasoning"


class Responses:
    def __init__(self, says: Any, body: dict[str, Any]) -> None:
        self.says = says
        self.body = body
        self.sequence = -1
        self.custom = {it["name"] for it in body.get("tools") or [] if it["type"] == "custom"}

    @property
    def status(self) -> str:
        return "incomplete" if self.says.stop == "length" else "completed"

    def usage(self) -> dict[str, Any]:
        it = self.says.tokens
        return {
            "input_tokens": it.input,
            "input_tokens_details": {"cached_tokens": it.cached, "cache_write_tokens": it.written},
            "output_tokens": it.output,
            "output_tokens_details": {"reasoning_tokens": it.reasoning},
            "total_tokens": it.input + it.output,
        }

    def response(self, output: list[dict[str, Any]], status: str) -> dict[str, Any]:
        over = status != "in_progress"
        return {
            "id": "resp_up1",
            "object": "response",
            "created_at": 1_760_000_000,
            "status": status,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
            "instructions": None,
            "metadata": {},
            "model": self.body["model"],
            "output": output,
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "usage": self.usage() if over else None,
        }

    def message(self, text: str, status: str) -> dict[str, Any]:
        content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}] if text else []
        return {"id": "msg_up1", "type": "message", "role": "assistant", "status": status, "content": content}

    def call(self, nth: int, said: str, status: str) -> dict[str, Any]:
        it = self.says.calls[nth]
        kind, key = ("custom_tool_call", "input") if it.name in self.custom else ("function_call", "arguments")
        return {"id": f"fc_up{nth}", "type": kind, "call_id": it.id, "name": it.name, key: said, "status": status}

    def said(self, nth: int) -> str:
        it = self.says.calls[nth]
        return it.arguments["input"] if it.name in self.custom else json.dumps(it.arguments)

    def reasoning(self, text: str) -> dict[str, Any]:
        summary = [{"type": "summary_text", "text": text}] if text else []
        item = {"id": "rs_up1", "type": "reasoning", "summary": summary}
        if "reasoning.encrypted_content" in (self.body.get("include") or []):
            item["encrypted_content"] = SEALED
        return item

    def items(self) -> list[dict[str, Any]]:
        items = [self.reasoning("".join(self.says.thinking))] if self.says.thinking else []
        items += [self.message("".join(self.says.text), self.status)] if self.says.text else []
        return items + [self.call(nth, self.said(nth), "completed") for nth in range(len(self.says.calls))]

    def whole(self) -> dict[str, Any]:
        return self.response(self.items(), self.status)

    def frame(self, kind: str, **data: Any) -> bytes:
        self.sequence += 1
        event = {"type": kind, "sequence_number": self.sequence, **data}
        return f"event: {kind}\ndata: {json.dumps(event)}\n\n".encode()

    def frames(self):
        for kind in ("response.created", "response.in_progress"):
            yield self.frame(kind, response=self.response([], "in_progress"))
        at = 0
        if self.says.thinking:
            yield from self.thought()
            at = 1
        if self.says.text:
            yield self.frame("response.output_item.added", output_index=at, item=self.message("", "in_progress"))
            place = {"item_id": "msg_up1", "output_index": at, "content_index": 0}
            empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
            yield self.frame("response.content_part.added", **place, part=empty)
            for count, piece in enumerate(self.says.text):
                if count == self.says.cut_after:
                    yield None
                    return
                if count == self.says.fail_after:
                    yield from self.failure()
                    return
                yield self.frame("response.output_text.delta", **place, delta=piece, logprobs=[])
            text = "".join(self.says.text)
            yield self.frame("response.output_text.done", **place, text=text, logprobs=[])
            yield self.frame("response.content_part.done", **place, part={**empty, "text": text})
            yield self.frame("response.output_item.done", output_index=at, item=self.message(text, self.status))
            at += 1
        for nth, call in enumerate(self.says.calls):
            name, key = (
                ("custom_tool_call_input", "input") if call.name in self.custom else ("function_call_arguments", "arguments")
            )
            said = self.said(nth)
            yield self.frame("response.output_item.added", output_index=at, item=self.call(nth, "", "in_progress"))
            place = {"item_id": f"fc_up{nth}", "output_index": at}
            for start in range(0, len(said), 7):
                yield self.frame(f"response.{name}.delta", **place, delta=said[start : start + 7])
            yield self.frame(f"response.{name}.done", **place, **{key: said})
            yield self.frame("response.output_item.done", output_index=at, item=self.call(nth, said, "completed"))
            at += 1
        yield self.frame(f"response.{self.status}", response=self.response(self.items(), self.status))

    def thought(self):
        yield self.frame("response.output_item.added", output_index=0, item=self.reasoning(""))
        place = {"item_id": "rs_up1", "output_index": 0, "summary_index": 0}
        empty = {"type": "summary_text", "text": ""}
        yield self.frame("response.reasoning_summary_part.added", **place, part=empty)
        for piece in self.says.thinking:
            yield self.frame("response.reasoning_summary_text.delta", **place, delta=piece)
        text = "".join(self.says.thinking)
        yield self.frame("response.reasoning_summary_text.done", **place, text=text)
        yield self.frame("response.reasoning_summary_part.done", **place, part={**empty, "text": text})
        yield self.frame("response.output_item.done", output_index=0, item=self.reasoning(text))

    def failure(self):
        error = {"type": "server_error", "code": "server_error", "message": "The server had an error", "param": None}
        yield self.frame("error", error=error)
        failed = self.response([], "failed")
        yield self.frame("response.failed", response={**failed, "error": {"code": "server_error", "message": error["message"]}})
