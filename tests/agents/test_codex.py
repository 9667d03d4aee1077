"""Codex offers its tools according to the model's name: plain functions, a custom `apply_patch` with a grammar, or custom
tools in namespaces inside an item of the conversation. Each of them has to reach the upstream, and to come back."""

import pytest
from agents import Codex
from conftest import EVERY, RESPONSES
from script import ANSWER
from stage import stage
from upstream import Call

COMMAND = "echo made > made.txt && cat made.txt"
PATCH = '*** Begin Patch\n*** Add File: made.txt\n+"made" é\n*** End Patch\n'
SCRIPT = f'const it = await tools.exec_command({{cmd: "{COMMAND}"}}); text(it.output);'
# The model's name, the tool it is given, and what it says to that tool.
STORIES = {
    "function": ("any-model", "exec_command", {"cmd": COMMAND}),
    "custom": ("gpt-5.5", "apply_patch", {"input": PATCH}),
    "namespaced": ("gpt-5.6-sol", "exec", {"input": SCRIPT}),
}


@pytest.mark.parametrize("dialect", EVERY, ids=[f"to-{it}" for it in EVERY])
@pytest.mark.parametrize("story", STORIES)
def test_every_kind_of_tool(dialect, story, tmp_path):
    model, tool, said = STORIES[story]
    if dialect == RESPONSES and story == "namespaced":
        pytest.skip("the scripted upstream knows no namespaces; nothing is translated here")
    with stage(Codex, dialect, folder=tmp_path, model=model) as it:
        it.play((Call("call_1", tool, said),))
        ran = it.agent.ask("What is the answer?")
        assert (ran.code, ran.answer.endswith(ANSWER)) == (0, True), ran.log
        assert "made" in it.file("made.txt")
        it.check()
