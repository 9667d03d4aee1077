"""What only Claude Code asks of a gateway."""

import pytest
from agents import Claude
from conftest import EVERY
from script import ANSWER
from stage import stage

CONTENT = 'made "é"'

# Known faults: where one goes away, its test fails until its line goes too.
KNOWN = {
    "anthropic": "two texts of an answer go to OpenAI responses as parts without the id and status that its SDK's types want",
    "gemini": "another provider's reasoning goes to an openai-chat provider as `reasoning_content`, asked for or not",
}


def _from(dialect: str):
    known = [pytest.mark.xfail(strict=True, reason=KNOWN[dialect])] if dialect in KNOWN else []
    return pytest.param(dialect, id=f"from-{dialect}", marks=known)


@pytest.mark.parametrize("dialect", map(_from, EVERY))
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
