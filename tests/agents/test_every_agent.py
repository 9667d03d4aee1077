"""Each agent against each upstream dialect: an answer, a tool that is really run, parallel tools with thinking, and a
provider that dies in the middle of a conversation."""

import pytest
from agents import AGENTS, VARIANTS
from conftest import EVERY
from script import ANSWER
from stage import stage
from upstream import Refuses, Says

every_agent = pytest.mark.parametrize("agent", AGENTS, ids=[it.name for it in AGENTS])
every_dialect = pytest.mark.parametrize("dialect", EVERY, ids=[f"to-{it}" for it in EVERY])
# Quotes, a line break and letters that are not ASCII: what arguments are broken by.
CONTENT = 'made "é" \\n 日本\nby a tool'


@every_dialect
@every_agent
def test_an_answer(agent, dialect, tmp_path):
    with stage(agent, dialect, folder=tmp_path) as it:
        ran = it.agent.ask("What is the answer?")
        assert (ran.code, ran.answer.endswith(ANSWER)) == (0, True), ran.log
        it.check()


@every_dialect
@every_agent
def test_a_tool_is_run(agent, dialect, tmp_path):
    with stage(agent, dialect, folder=tmp_path) as it:
        it.play((it.agent.write("call_1", "made.txt", CONTENT),))
        ran = it.agent.ask("Make the file, then tell the answer.")
        assert (ran.code, ran.answer.endswith(ANSWER)) == (0, True), ran.log
        assert it.file("made.txt").rstrip("\n") == CONTENT
        it.check()


@every_dialect
@pytest.mark.parametrize("agent", [*AGENTS, *VARIANTS], ids=[it.name for it in [*AGENTS, *VARIANTS]])
def test_parallel_tools_and_thinking(agent, dialect, tmp_path):
    """With a model of the agent's own vendor, which it asks to think."""
    with stage(agent, dialect, folder=tmp_path, model=agent.own_model) as it:
        me = it.agent
        it.play(
            (me.shell("call_1", "printf one > one.txt; echo first"), me.shell("call_2", "printf two > two.txt; echo second")),
            (me.shell("call_3", "cat one.txt two.txt"),),
            thinking=("Let me ", "think."),
        )
        ran = me.ask("Make two files, then tell the answer.")
        assert (ran.code, ran.answer.endswith(ANSWER)) == (0, True), ran.log
        [script] = it.scripts
        assert ["first" in script.seen[0], "second" in script.seen[1], "onetwo" in script.seen[2]] == [True] * 3
        it.check()


TROUBLES = {
    "overloaded": Refuses(529, "overloaded_error", "Overloaded"),
    "cut before content": Says(cut_after=0),
    "error before content": Says(fail_after=0),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))
@every_agent
def test_a_provider_that_dies_is_not_noticed(agent, trouble, tmp_path):
    """The first provider calls a tool and dies when it is given the result; one of another dialect goes on."""
    other = {"openai-chat": "anthropic", "anthropic": "openai-chat", "openai-responses": "gemini", "gemini": "openai-chat"}
    with stage(agent, agent.dialect, other[agent.dialect], folder=tmp_path) as it:
        it.play((it.agent.write("call_1", "made.txt", CONTENT),))
        first, second = it.upstreams
        script = it.scripts[0]

        def dies(asked):
            answer = script(asked)
            return trouble if script.seen else answer

        first.otherwise = dies
        ran = it.agent.ask("Make the file, then tell the answer.")
        assert (ran.code, ran.answer.endswith(ANSWER)) == (0, True), ran.log
        assert it.file("made.txt").rstrip("\n") == CONTENT
        assert len(second.asked) == 1
        rows = it.router.json("requests", "-n", "100")["requests"]
        assert [row["attempts"] for row in rows if row["moved"]] == [2]
