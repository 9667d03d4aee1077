"""The other SDKs in front of llmroute, a provider that speaks Gemini behind it."""

import json

import anthropic
import openai
import pytest
from test_anthropic_sdk import WEATHER as ANTHROPIC_WEATHER
from test_openai_sdk import HELLO, PIXEL, WEATHER, Dog
from upstream import Call, Refuses, Says, Tokens

CALLS = (Call("", "weather", {"city": "Paris"}), Call("", "weather", {"city": "Zürich", "days": [1, 2]}))


@pytest.fixture
def chat(router):
    return router.openai().chat.completions


@pytest.fixture
def messages(router):
    return router.anthropic().messages


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_openai(chat, to_gemini, stream):
    to_gemini.will(Says(tokens=Tokens(input=100, output=20, cached=60, reasoning=8)))
    if stream:
        *told, last = list(
            chat.create(model="to-gemini", messages=HELLO, stream=True, stream_options={"include_usage": True})
        )
        assert "".join(it.choices[0].delta.content or "" for it in told) == "Hello, world."
        assert [it.choices[0].finish_reason for it in told if it.choices[0].finish_reason] == ["stop"]
        usage = last.usage
    else:
        answer = chat.create(model="to-gemini", messages=HELLO)
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Hello, world.", "stop")
        usage = answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (100, 20, 120)
    assert (usage.prompt_tokens_details.cached_tokens, usage.completion_tokens_details.reasoning_tokens) == (60, 8)
    assert to_gemini.body == {"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}]}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_anthropic(messages, to_gemini, stream):
    to_gemini.will(Says(tokens=Tokens(input=100, output=20, cached=60)))
    asked = {"model": "to-gemini", "max_tokens": 64, "messages": HELLO, "system": "Be brief."}
    if stream:
        with messages.stream(**asked) as events:
            answer = events.get_final_message()
    else:
        answer = messages.create(**asked)
    assert (answer.content[0].text, answer.stop_reason) == ("Hello, world.", "end_turn")
    usage = answer.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (40, 60, 20)
    assert to_gemini.body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert to_gemini.body["generationConfig"] == {"maxOutputTokens": 64}


def _turns(target):
    parts = [it["parts"] for it in target.body["contents"]]
    made = [it["functionCall"] for it in parts[1] if "functionCall" in it]
    return made, [it["functionResponse"] for it in parts[2] if "functionResponse" in it]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_tools_of_openai(chat, to_gemini, stream):
    to_gemini.will(Says(text=(), calls=CALLS))
    asked = {"model": "to-gemini", "messages": HELLO, "tools": [WEATHER], "tool_choice": "required"}
    if stream:
        calls = {}
        for chunk in chat.create(**asked, stream=True):
            for it in chunk.choices[0].delta.tool_calls or []:
                at = calls.setdefault(it.index, {"id": it.id, "name": it.function.name, "arguments": ""})
                at["arguments"] += it.function.arguments or ""
        calls = list(calls.values())
    else:
        made = chat.create(**asked).choices[0].message.tool_calls
        calls = [{"id": it.id, "name": it.function.name, "arguments": it.function.arguments} for it in made]
    assert [(it["name"], json.loads(it["arguments"])) for it in calls] == [(it.name, it.arguments) for it in CALLS]
    # The provider gave no ids; OpenAI's clients cannot do without.
    assert len({it["id"] for it in calls}) == 2
    assert to_gemini.body["toolConfig"]["functionCallingConfig"] == {"mode": "ANY"}
    [function] = to_gemini.body["tools"][0]["functionDeclarations"]
    assert function["parametersJsonSchema"] == WEATHER["function"]["parameters"]

    turn = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": it["id"], "type": "function", "function": {"name": it["name"], "arguments": it["arguments"]}}
            for it in calls
        ],
    }
    # In another order than they were called in, as programs do that run them side by side.
    results = [{"role": "tool", "tool_call_id": calls[at]["id"], "content": f"result {at}"} for at in (1, 0)]
    chat.create(model="to-gemini", messages=[*HELLO, turn, *results], tools=[WEATHER])
    made, answered = _turns(to_gemini)
    assert [it["args"] for it in made] == [it.arguments for it in CALLS]
    assert [(it["name"], it["response"]) for it in answered] == [
        ("weather", {"output": "result 0"}),
        ("weather", {"output": "result 1"}),
    ]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_tools_of_anthropic(messages, to_gemini, stream):
    to_gemini.will(Says(text=("Let me look.",), calls=CALLS))
    asked = {"model": "to-gemini", "max_tokens": 64, "messages": HELLO, "tools": [ANTHROPIC_WEATHER]}
    if stream:
        with messages.stream(**asked) as events:
            answer = events.get_final_message()
    else:
        answer = messages.create(**asked)
    assert answer.stop_reason == "tool_use"
    calls = [it for it in answer.content if it.type == "tool_use"]
    assert [(it.name, it.input) for it in calls] == [(it.name, it.arguments) for it in CALLS]
    turn = [{"type": "tool_use", "id": it.id, "name": it.name, "input": it.input} for it in calls]
    results = [
        {"type": "tool_result", "tool_use_id": calls[0].id, "content": "sunny"},
        {"type": "tool_result", "tool_use_id": calls[1].id, "content": "no such city", "is_error": True},
    ]
    history = [*HELLO, {"role": "assistant", "content": turn}, {"role": "user", "content": results}]
    messages.create(**{**asked, "messages": history})
    _, answered = _turns(to_gemini)
    assert [it["response"] for it in answered] == [{"output": "sunny"}, {"error": "no such city"}]


def test_an_image(chat, to_gemini):
    url = f"data:image/png;base64,{PIXEL}"
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    chat.create(model="to-gemini", messages=[{"role": "user", "content": parts}])
    image = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    assert to_gemini.body["contents"][0]["parts"] == [{"text": "What is it?"}, image]


def test_a_schema(chat, to_gemini):
    to_gemini.will(Says(text=('{"name": "Rex", ', '"age": 7}')))
    answer = chat.parse(model="to-gemini", messages=HELLO, response_format=Dog)
    assert answer.choices[0].message.parsed == Dog(name="Rex", age=7)
    config = to_gemini.body["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert set(config["responseJsonSchema"]["properties"]) == {"name", "age"}


def test_errors(chat, messages, to_gemini):
    to_gemini.will(*[Refuses(400, message="not to my taste")] * 2)
    with pytest.raises(openai.BadRequestError, match="not to my taste"):
        chat.create(model="to-gemini", messages=HELLO)
    with pytest.raises(anthropic.BadRequestError, match="not to my taste"):
        messages.create(model="to-gemini", max_tokens=64, messages=HELLO)
