"""The real Codex (npm `@openai/codex`), headless, in front of llmroute, each upstream dialect behind it.

    npm install --prefix /some/folder @openai/codex
    CODEX_BIN=/some/folder/node_modules/.bin/codex python -m pytest tests/agents

Codex offers its tools according to the model's name: plain functions, a custom `apply_patch` with a grammar, or custom
tools in namespaces inside an item of the conversation. Each of them has to reach the upstream, and to come back.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))

from conftest import DIALECTS, RESPONSES, Router
from upstream import Call, Says, Upstream

CODEX = os.environ.get("CODEX_BIN") or shutil.which("codex")
pytestmark = pytest.mark.skipif(not CODEX, reason="no codex: set CODEX_BIN")

COMMAND = "echo made > made.txt && cat made.txt"
PATCH = '*** Begin Patch\n*** Add File: made.txt\n+"made" é\n*** End Patch\n'
SCRIPT = f'const it = await tools.exec_command({{cmd: "{COMMAND}"}}); text(it.output);'
# The model's name, the tool it is given, and what it says to that tool.
STORIES = {
    "function": ("any-model", "exec_command", {"cmd": COMMAND}),
    "custom": ("gpt-5.5", "apply_patch", {"input": PATCH}),
    "namespaced": ("gpt-5.6-sol", "exec", {"input": SCRIPT}),
}


@pytest.mark.parametrize("dialect", [*DIALECTS, RESPONSES])
@pytest.mark.parametrize("story", STORIES)
def test_a_tool_call_and_an_answer(dialect, story, tmp_path):
    model, tool, said = STORIES[story]
    if dialect == RESPONSES and story == "namespaced":
        pytest.skip("the scripted upstream knows no namespaces; nothing is translated here")
    router, upstream = Router(), Upstream(dialect)
    try:
        router.add("up", upstream)
        router.group(model, "up/test-model=1")
        router.start()
        upstream.will(Says(text=("Let me look.",), calls=(Call("call_1", tool, said),)), Says(text=("It is ", "42.")))
        done = _codex(router, model, tmp_path)
        assert done.returncode == 0, done.stderr
        assert "It is 42." in done.stdout
        assert "made" in (tmp_path / "work" / "made.txt").read_text()
        assert len(upstream.asked) == 2, "nothing was tried again"
        if dialect != RESPONSES:
            # In its own dialect the body is Codex's, which has fields that the SDK's types do not know.
            assert [it.faults for it in upstream.asked] == [[], []]
        assert router.totals(2)["requests"] == 2
    finally:
        router.stop()
        upstream.close()


def _codex(router: Router, model: str, folder: Path) -> subprocess.CompletedProcess[str]:
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    (home / "config.toml").write_text(
        f'model = "{model}"\nmodel_provider = "llmroute"\n\n[model_providers.llmroute]\nname = "llmroute"\n'
        f'base_url = "{router.url}/v1"\nenv_key = "LLMROUTE_TOKEN"\nwire_api = "responses"\n'
    )
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "CODEX_HOME": str(home), "LLMROUTE_TOKEN": router.token}
    # The sandbox of a test is its folder; Codex's own needs rights that a container may not have.
    flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-C", str(work)]
    return subprocess.run(
        [CODEX, "exec", *flags, "What is the answer?"],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
