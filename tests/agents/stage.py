"""One agent in front of llmroute, scripted providers behind it, and what has to be true of them afterwards."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from agents import Agent
from conftest import Router
from script import Script
from upstream import Call, Upstream

Steps = tuple[tuple[Call, ...], ...]


class Stage:
    """The providers in the order in which they are tried: all weight is on the first."""

    def __init__(self, agent: type[Agent], dialects: tuple[str, ...], folder: Path, model: str) -> None:
        self.router = Router()
        self.agent = agent(self.router, folder)
        self.agent.model = model
        self.scripts = [Script(it) for it in dialects]
        self.upstreams = [Upstream(it.dialect, it) for it in self.scripts]
        for at, upstream in enumerate(self.upstreams):
            self.router.add(f"up{at}", upstream)
        weights = [f"up{at}/test-model={int(at == 0)}" for at in range(len(dialects))]
        self.router.group(model, *weights)
        self.router.start()

    def play(self, *steps: tuple[Call, ...], thinking: tuple[str, ...] = ()) -> None:
        """What the providers will say, whichever of them is asked."""
        for it in self.scripts:
            it.steps, it.thinking = steps, thinking

    def file(self, name: str) -> str:
        """A file that the agent made."""
        return (self.agent.work / name).read_text()

    @property
    def asked(self) -> int:
        """How many requests reached a provider."""
        return sum(len(it.asked) for it in self.upstreams)

    def check(self, failed: int = 0) -> None:
        """The ledger has what the providers counted: a row for each request, in order, and `failed` attempts beside.

        No request is one that the provider's SDK would not have sent. In its own dialect the body is the agent's, which
        may have fields that the SDK's types do not know.
        """
        # pytest explains no assertions in this file; each says itself what was wrong.
        faults = [(it.dialect, fault) for it in self.scripts for fault in it.faults]
        for it in self.upstreams:
            if it.dialect != self.agent.dialect:
                faults += [(it.dialect, asked.faults) for asked in it.asked if asked.faults]
        assert not faults, faults
        billed = [tokens for it in self.upstreams for tokens in it.billed]
        totals = self.router.totals(len(billed))
        rows = self.router.json("requests", "-n", "100")["requests"]
        counts = (len(rows), totals["answered"], totals["failed"])
        assert counts == (len(billed), len(billed), 0), f"{counts} for {len(billed)} answers"
        attempts = sum(it["attempts"] for it in rows)
        assert attempts == self.asked == len(billed) + failed, f"{attempts} attempts, {self.asked} requests"
        told = [(it["tokens"]["input"], it["tokens"]["cache_read"], it["tokens"]["output"]) for it in rows]
        used = [(it.input, it.cached, it.output) for it in billed]
        assert sorted(told) == sorted(used), f"{told} for {used}"
        dialects = {it["dialect"] for it in rows}
        assert dialects == {self.agent.dialect}, dialects
        assert not any(it["tokens"]["estimated"] for it in rows), "tokens were estimated"


@contextlib.contextmanager
def stage(agent: type[Agent], *dialects: str, folder: Path, model: str | None = None) -> Iterator[Stage]:
    """A stage that is cleared in the end. The model is one that nobody knows unless one is named."""
    it = Stage(agent, dialects, folder, model or agent.model)
    try:
        yield it
    finally:
        it.router.stop()
        for upstream in it.upstreams:
            upstream.close()
