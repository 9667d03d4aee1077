"""What only Claude Code asks of a gateway."""

import re

import pytest
from agents import Claude
from conftest import EVERY
from script import ANSWER
from stage import stage

CONTENT = 'made "é"'


@pytest.mark.parametrize("dialect", EVERY, ids=[f"from-{it}" for it in EVERY])
def test_a_conversation_goes_on_with_another_provider(dialect, tmp_path):
    """`--continue`: the second run sends the whole conversation, thinking and its signatures too, to another dialect."""
    other = EVERY[(EVERY.index(dialect) + 1) % len(EVERY)]
    with stage(Claude, dialect, other, folder=tmp_path, model=Claude.own_model) as it:
        # Long before it is asked for: a running server sees it within a second.
        it.router.group("claude-opus-5", "up1/test-model=1")
        it.play((it.agent.write("call_1", "made.txt", CONTENT),), thinking=("Let me ", "think."))
        ran = it.agent.ask("Make the file, then tell the answer.")
        assert (ran.code, ran.answer) == (0, ANSWER), ran.log
        it.agent.model, it.agent.flags = "claude-opus-5", ("--continue",)
        ran = it.agent.ask("Tell it again.")
        assert (ran.code, ran.answer) == (0, ANSWER), ran.log
        first, second = it.upstreams
        assert (len(first.asked), len(second.asked)) == (2, 1)
        assert len(it.scripts[1].seen) == 1, "the other provider is told of the file"
        it.check()


@pytest.mark.parametrize("dialect", EVERY, ids=[f"to-{it}" for it in EVERY])
def test_its_context_is_counted_without_a_word_to_the_model(dialect, tmp_path):
    """`/context` counts each part of the prompt by `count_tokens`. What it gets no count of it sends to the model, to read
    the count off the bill."""
    with stage(Claude, dialect, folder=tmp_path, model=Claude.own_model) as it:
        ran = it.agent.ask("/context")
        assert (ran.code, "Context Usage" in ran.answer) == (0, True), ran.log
        for part in ("System prompt", "System tools", "Messages"):
            told = re.search(rf"^\| {part} \| ([0-9.]+)", ran.answer, re.MULTILINE)
            assert told and float(told[1]) > 0, ran.answer
        assert it.asked == 0, "a provider was asked"
