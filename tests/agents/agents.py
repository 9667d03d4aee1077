"""The agents: how each is told to use llmroute, how it is run without a terminal, and what its tools are called."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from conftest import Router
from upstream import Call

HERE = Path(__file__).resolve().parent
BIN = Path(os.environ.get("LLMROUTE_AGENTS_BIN", HERE / "node_modules" / ".bin"))
# Of a whole run; an agent whose answer does not come waits longer than that.
SECONDS = 120


@dataclasses.dataclass
class Ran:
    """What came of it: the answer as the agent tells it, and everything it printed."""

    code: int
    answer: str
    log: str


class Agent:
    """One agent. `program` is its file in the folder of programs."""

    name: str
    program: str
    # The dialect it speaks.
    dialect: str
    # A model of its own vendor, which it treats otherwise than one that it does not know.
    own_model: str
    model = "any-model"

    def __init__(self, router: Router, folder: Path) -> None:
        self.router = router
        # Empty each time: no agent remembers anything of another test.
        self.home = folder / "home"
        self.work = folder / "work"
        self.home.mkdir(exist_ok=True)
        self.work.mkdir(exist_ok=True)

    def shell(self, id: str, command: str) -> Call:
        """The call that runs a command."""
        raise NotImplementedError

    def write(self, id: str, name: str, content: str) -> Call:
        """The call that makes a file in the folder of work."""
        raise NotImplementedError

    def ask(self, prompt: str) -> Ran:
        """Runs it on a prompt, until it is done."""
        raise NotImplementedError

    def _run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        # Nothing of the machine's own keys, settings and sessions reaches an agent.
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.home), "TERM": "dumb", "CI": "1", "LANG": "C.UTF-8", **env}
        return subprocess.run(
            [str(BIN / self.program), *arguments],
            cwd=self.work,
            env=clean,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )


def _log(done: subprocess.CompletedProcess[str]) -> str:
    return f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"


class Claude(Agent):
    """Claude Code: `ANTHROPIC_BASE_URL` and a bearer token."""

    name = "claude"
    program = "claude"
    dialect = "anthropic"
    own_model = "claude-sonnet-5-5"
    env: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    # The token of its own sign-in, in place of ours.
    signed_in: str | None = None

    def shell(self, id: str, command: str) -> Call:
        return Call(id, "Bash", {"command": command, "description": "Run it"})

    def write(self, id: str, name: str, content: str) -> Call:
        return Call(id, "Write", {"file_path": str(self.work / name), "content": content})

    def ask(self, prompt: str) -> Ran:
        flags = ["--output-format", "json", "--dangerously-skip-permissions", "--model", self.model, *self.flags]
        if self.signed_in is None:
            key = {"ANTHROPIC_AUTH_TOKEN": self.router.token}
        else:
            ours = f"x-llmroute-key: {self.router.token}"
            key = {"CLAUDE_CODE_OAUTH_TOKEN": self.signed_in, "ANTHROPIC_CUSTOM_HEADERS": ours}
        done = self._run(
            "-p",
            prompt,
            *flags,
            ANTHROPIC_BASE_URL=self.router.url,
            **key,
            # Its background questions go to the same model.
            ANTHROPIC_DEFAULT_HAIKU_MODEL=self.model,
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
            DISABLE_AUTOUPDATER="1",
            # It will not skip permissions as root unless it is told that the machine is a sandbox.
            IS_SANDBOX="1",
            **self.env,
        )
        try:
            told = json.loads(done.stdout)
        except ValueError:
            return Ran(done.returncode, "", _log(done))
        return Ran(1 if told.get("is_error") else done.returncode, told.get("result") or "", _log(done))


class Codex(Agent):
    """Codex: a provider of its own in `config.toml`; the built-in one speaks WebSocket."""

    name = "codex"
    program = "codex"
    dialect = "openai-responses"
    own_model = "gpt-5.5"
    # The key of its own sign-in, in place of ours.
    signed_in: str | None = None

    def shell(self, id: str, command: str) -> Call:
        return Call(id, "exec_command", {"cmd": command})

    def write(self, id: str, name: str, content: str) -> Call:
        return self.shell(id, f"cat > {name} <<'END'\n{content}\nEND")

    def ask(self, prompt: str) -> Ran:
        if self.signed_in is None:
            key = 'env_key = "LLMROUTE_TOKEN"'
        else:
            (self.home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": self.signed_in}))
            key = f'requires_openai_auth = true\nhttp_headers = {{ "x-llmroute-key" = "{self.router.token}" }}'
        (self.home / "config.toml").write_text(
            f'model = "{self.model}"\nmodel_provider = "llmroute"\n\n[model_providers.llmroute]\nname = "llmroute"\n'
            f'base_url = "{self.router.url}/v1"\n{key}\nwire_api = "responses"\n'
        )
        # The sandbox of a test is its folder; Codex's own needs rights that a container may not have.
        flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-C", str(self.work)]
        done = self._run("exec", *flags, prompt, CODEX_HOME=str(self.home), LLMROUTE_TOKEN=self.router.token)
        return Ran(done.returncode, done.stdout.strip(), _log(done))


class Gemini(Agent):
    """Gemini CLI: `GOOGLE_GEMINI_BASE_URL`, and the token as the key."""

    name = "gemini"
    program = "gemini"
    dialect = "gemini"
    own_model = "gemini-2.5-pro"

    def shell(self, id: str, command: str) -> Call:
        return Call(id, "run_shell_command", {"command": command, "description": "Run it"})

    def write(self, id: str, name: str, content: str) -> Call:
        return Call(id, "write_file", {"file_path": str(self.work / name), "content": content})

    def ask(self, prompt: str) -> Ran:
        # Without it, a base URL makes the CLI choose an authentication that its own check refuses when there is no
        # terminal ("Invalid auth method selected").
        settings = {
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "privacy": {"usageStatisticsEnabled": False},
            "general": {"enableAutoUpdate": False},
        }
        (self.home / ".gemini").mkdir(exist_ok=True)
        (self.home / ".gemini" / "settings.json").write_text(json.dumps(settings))
        done = self._run(
            "-p",
            prompt,
            "-m",
            self.model,
            "--yolo",
            "--skip-trust",
            "--output-format",
            "json",
            GOOGLE_GEMINI_BASE_URL=self.router.url,
            GEMINI_API_KEY=self.router.token,
        )
        at = done.stdout.find("{")
        try:
            told = json.loads(done.stdout[at:])
        except ValueError:
            return Ran(done.returncode, "", _log(done))
        return Ran(done.returncode, told.get("response") or "", _log(done))


class Opencode(Agent):
    """opencode: a provider in `opencode.json`, by any of three packages of the AI SDK."""

    name = "opencode"
    program = "opencode"
    dialect = "openai-chat"
    own_model = "claude-sonnet-5-5"
    package = "@ai-sdk/openai-compatible"

    def shell(self, id: str, command: str) -> Call:
        return Call(id, "bash", {"command": command, "description": "Run it"})

    def write(self, id: str, name: str, content: str) -> Call:
        return Call(id, "write", {"filePath": str(self.work / name), "content": content})

    def ask(self, prompt: str) -> Ran:
        options: dict[str, Any] = {"baseURL": f"{self.router.url}/v1", "apiKey": "{env:LLMROUTE_TOKEN}"}
        (self.work / "opencode.json").write_text(
            json.dumps(
                {
                    "autoupdate": False,
                    "share": "disabled",
                    "model": f"llmroute/{self.model}",
                    "small_model": f"llmroute/{self.model}",
                    "enabled_providers": ["llmroute"],
                    "permission": "allow",
                    "provider": {
                        "llmroute": {
                            "npm": self.package,
                            "name": "llmroute",
                            "options": options,
                            "models": {self.model: {"name": self.model, "tool_call": True}},
                        }
                    },
                }
            )
        )
        done = self._run("run", prompt, LLMROUTE_TOKEN=self.router.token, OPENCODE_DISABLE_MODELS_FETCH="1")
        return Ran(done.returncode, done.stdout.strip(), _log(done))


class OpencodeMessages(Opencode):
    """opencode with the package that speaks Anthropic messages."""

    name = "opencode-anthropic"
    dialect = "anthropic"
    package = "@ai-sdk/anthropic"


class OpencodeResponses(Opencode):
    """opencode with the package that speaks OpenAI responses."""

    name = "opencode-openai"
    dialect = "openai-responses"
    own_model = "gpt-5.4"
    package = "@ai-sdk/openai"


AGENTS: tuple[type[Agent], ...] = (Claude, Codex, Gemini, Opencode)
# The same program speaks other dialects by these; what is asked of all of it once more.
VARIANTS: tuple[type[Agent], ...] = (OpencodeMessages, OpencodeResponses)
