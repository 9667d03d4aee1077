"""What a scripted provider says to an agent: it calls the agent's tools, looks whether they were run, and answers.

It reads requests in each dialect's own form, because which of an agent's requests belongs to its work (and which only
wants a title for it) is to be seen from the tools it offers.
"""

import dataclasses
import json
from typing import Any

from upstream import Asked, Call, Says, Tokens

ANSWER = "It is 42."
ASIDE = "A title"


def offered(dialect: str, body: dict[str, Any]) -> set[str]:
    """The names of the tools that a request offers."""
    tools = body.get("tools") or []
    if dialect == "openai-chat":
        return {it["function"]["name"] for it in tools}
    if dialect == "gemini":
        return {it["name"] for tool in tools for it in tool.get("functionDeclarations", [])}
    return {it["name"] for it in tools if "name" in it}


def results(dialect: str, body: dict[str, Any]) -> list[str]:
    """The texts of the tool results in a request, in order."""
    if dialect == "openai-chat":
        return [_text(it["content"]) for it in body["messages"] if it["role"] == "tool"]
    if dialect == "openai-responses":
        kinds = ("function_call_output", "custom_tool_call_output")
        return [_text(it["output"]) for it in body["input"] if it.get("type") in kinds]
    if dialect == "anthropic":
        blocks = [it for turn in body["messages"] if isinstance(turn["content"], list) for it in turn["content"]]
        return [_text(it.get("content", "")) for it in blocks if it["type"] == "tool_result"]
    parts = [it for turn in body["contents"] for it in turn["parts"]]
    return [json.dumps(it["functionResponse"]["response"]) for it in parts if "functionResponse" in it]


def _text(content: str | list[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else "".join(it.get("text", "") for it in content)


@dataclasses.dataclass
class Script:
    """Each step is one turn with its calls; after the last one comes the answer.

    A request that does not offer the tools is an aside. `faults` collects what an agent cannot have meant.
    """

    dialect: str
    steps: tuple[tuple[Call, ...], ...] = ()
    thinking: tuple[str, ...] = ()
    seen: list[str] = dataclasses.field(default_factory=list)
    faults: list[str] = dataclasses.field(default_factory=list)

    def __call__(self, asked: Asked) -> Says:
        tools = {call.name for step in self.steps for call in step}
        if not tools <= offered(self.dialect, asked.body) or not offered(self.dialect, asked.body):
            return Says(text=(ASIDE,), tokens=Tokens(5, 3))
        self.seen = results(self.dialect, asked.body)
        done = 0
        for at, step in enumerate(self.steps):
            if done == len(self.seen):
                # Numbers that tell the turns apart in the ledger.
                tokens = Tokens(1_000 + at, 50 + at, cached=100)
                return Says(text=("Let me ", "look."), calls=step, tokens=tokens, thinking=self.thinking)
            done += len(step)
        if done != len(self.seen):
            self.faults.append(f"{len(self.seen)} results for {done} calls: {self.seen}")
        return Says(text=("It is ", "42."), tokens=Tokens(2_000, 7, cached=900), thinking=self.thinking)
