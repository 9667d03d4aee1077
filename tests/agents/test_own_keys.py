"""Agents that are signed in with their own vendor: what they show reaches it as it came, through llmroute."""

import pytest
from agents import Claude, Codex
from script import ANSWER
from stage import stage
from upstream import KEY


@pytest.mark.parametrize("agent", [Claude, Codex], ids=lambda it: it.name)
def test_its_own_sign_in_is_passed_on(agent, tmp_path):
    with stage(agent, agent.dialect, folder=tmp_path, model="a-group-of-ours") as it:
        upstream = it.upstreams[0]
        own = ("--auth", "client", "--billing", "subscription")
        it.router.run("providers", "add", "plan", "--base-url", upstream.base_url, "--speaks", agent.dialect, *own)
        # A key of ours is there too, for whoever has no other.
        it.router.group(agent.own_model, "plan/test-model=1", "up0/test-model=0")
        it.agent.model, it.agent.signed_in = agent.own_model, KEY
        it.play((it.agent.write("call_1", "made.txt", "made"),))
        ran = it.agent.ask("Make the file, then tell the answer.")
        assert (ran.code, ran.answer) == (0, ANSWER), ran.log
        assert it.file("made.txt").strip() == "made"
        for asked in upstream.asked:
            assert asked.headers["authorization"] == f"Bearer {KEY}", "as the agent showed it"
            assert "llmr_" not in str(asked.headers), "our token stays here"
            # A key of ours would have come in this one, from Anthropic's row.
            assert "x-api-key" not in asked.headers
        if agent is Claude:
            assert all("oauth-" in it.headers["anthropic-beta"] for it in upstream.asked)
        rows = it.router.json("requests", "-n", "100")["requests"]
        assert {(row["target"], row["key"]) for row in rows} == {("plan/test-model", "client")}, rows
        it.check()
