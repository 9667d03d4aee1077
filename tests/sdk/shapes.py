"""Whether a request is one the provider would take, judged by the request types of the provider's own SDK.

The SDKs describe requests as typed dictionaries. Read as they are, they accept any further field and look at lists
only when somebody iterates over them; here further fields are refused and lists are looked at.
"""

import functools
from typing import Any

import pydantic
import pydantic_core
import upstream_natives
from anthropic.types import message_create_params as anthropic_params
from google.genai import types as gemini
from openai.types import completion_create_params as text_params
from openai.types.chat import completion_create_params as openai_params
from openai.types.responses import response_create_params as responses_params

# The versions of the Messages API, with what each takes beyond the SDK's types: 2026-10-21 removed sampling.
VERSIONS = {"2023-06-01": {"temperature", "top_p", "top_k"}, "2026-10-21": set()}

TYPES = {
    ("openai-responses", False): responses_params.ResponseCreateParamsNonStreaming,
    ("openai-responses", True): responses_params.ResponseCreateParamsStreaming,
    ("anthropic", False): anthropic_params.MessageCreateParamsNonStreaming,
    ("anthropic", True): anthropic_params.MessageCreateParamsStreaming,
    ("openai-completions", False): text_params.CompletionCreateParamsNonStreaming,
    ("openai-completions", True): text_params.CompletionCreateParamsStreaming,
    ("openai-chat", False): openai_params.CompletionCreateParamsNonStreaming,
    ("openai-chat", True): openai_params.CompletionCreateParamsStreaming,
}


def _hardened(schema: Any) -> Any:
    """The same schema with lists that are read at once and dictionaries that are closed."""
    if isinstance(schema, list):
        return [_hardened(it) for it in schema]
    if isinstance(schema, tuple):
        return tuple(_hardened(it) for it in schema)
    if not isinstance(schema, dict):
        return schema
    schema = {key: _hardened(value) for key, value in schema.items()}
    if schema.get("type") == "generator":
        schema["type"] = "list"
        schema.pop("min_length", None)
    if schema.get("type") == "typed-dict":
        schema["extra_behavior"] = "forbid"
        schema.pop("extras_schema", None)
    return schema


@functools.cache
def _validator(dialect: str, stream: bool) -> pydantic_core.SchemaValidator:
    schema = pydantic.TypeAdapter(TYPES[dialect, stream]).core_schema
    return pydantic_core.SchemaValidator(_hardened(schema))


def faults(dialect: str, body: dict[str, Any], version: str | None = None) -> list[str]:
    """What the provider would not take in this body; nothing if it is as it should be. `version` is the header
    `anthropic-version`."""
    if dialect == "gemini":
        return _gemini_faults(body)
    if dialect in upstream_natives.SPEAKERS:
        return upstream_natives.faults(dialect, body)
    untyped = set()
    if dialect == "anthropic":
        if version not in VERSIONS:
            return [f"anthropic-version: {version}"]
        untyped = VERSIONS[version]
    known = {key: value for key, value in body.items() if key not in untyped}
    try:
        _validator(dialect, bool(body.get("stream"))).validate_python(known, strict=True)
    except pydantic_core.ValidationError as error:
        return [f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors()]
    return []


# The SDK describes the parts of a request; the request itself it writes field by field.
GEMINI = {
    "contents": list[gemini.Content],
    "systemInstruction": gemini.Content,
    "tools": list[gemini.Tool],
    "toolConfig": gemini.ToolConfig,
    "generationConfig": gemini.GenerationConfig,
    "safetySettings": list[gemini.SafetySetting],
}


def _gemini_faults(body: dict[str, Any]) -> list[str]:
    faults = [f"{key}: unknown" for key in body if key not in GEMINI]
    if not body.get("contents"):
        faults.append("contents: missing")
    for key, value in body.items():
        if key in GEMINI:
            try:
                # Bytes are base64 here, which JSON mode reads.
                pydantic.TypeAdapter(GEMINI[key]).validate_json(pydantic_core.to_json(value))
            except pydantic_core.ValidationError as error:
                faults += [f"{key}.{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors()]
    return faults
