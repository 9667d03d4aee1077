"""A conversation whose calls another provider made, taken to a Gemini model that refuses calls without a signature."""

import json

import anthropic
import openai
import pytest
import upstream_gemini
from google.genai import errors, types
from test_anthropic_sdk import WEATHER as ANTHROPIC_WEATHER
from test_google_sdk import WEATHER as GOOGLE_WEATHER
from test_openai_sdk import HELLO, WEATHER
from upstream import Call, Says

STAND_IN = "skip_thought_signature_validator"
CALLS = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Zürich"}))
OTHERS = ("openai-chat", "openai-responses", "anthropic")


@pytest.fixture
def strict(house):
    """The upstream that speaks Gemini, under the name of a model that insists."""
    upstream = house[1]["gemini"]
    upstream.reset()
    yield upstream
    assert [it.faults for it in upstream.asked if it.faults] == []


@pytest.fixture(params=OTHERS)
def other(request, house):
    upstream = house[1][request.param]
    upstream.reset()
    return upstream


def signatures(upstream):
    """Of the calls in the last request, in order."""
    parts = [part for it in upstream.last.body["contents"] for part in it["parts"] if "functionCall" in part]
    return [it.get("thoughtSignature") for it in parts], [it["functionCall"]["args"] for it in parts]


def test_the_judge_of_signatures():
    def judged(*contents, model="gemini-3-pro-preview"):
        return upstream_gemini.misses_signature({"contents": contents}, model)

    def call(**more):
        return {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {}}, **more}]}

    asked = {"role": "user", "parts": [{"text": "hi"}]}
    answered = {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {}}}]}
    assert "missing a thought_signature" in judged(asked, call(), answered)
    assert "missing a thought_signature" in judged(asked, call(thoughtSignature=STAND_IN), answered, call(), answered)
    assert "not valid" in judged(asked, call(thoughtSignature="Zm9yZWlnbg=="), answered)
    assert judged(asked, call(thoughtSignature=STAND_IN), answered) is None
    assert judged(asked, call(thoughtSignature=upstream_gemini.SIGNATURE), answered) is None
    # A turn that is over is not looked at, and an older model does not look.
    assert judged(asked, call(), answered, asked) is None
    assert judged(asked, call(), answered, model="gemini-2.5-flash") is None


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_google(router, strict, other, stream):
    client = router.gemini()
    other.will(Says(text=(), calls=CALLS))
    config = types.GenerateContentConfig(
        tools=[GOOGLE_WEATHER], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    asked = types.Content(role="user", parts=[types.Part(text="How is the weather?")])
    question = {"model": f"to-{other.dialect}", "contents": [asked], "config": config}
    if stream:
        told = list(client.models.generate_content_stream(**question))
        parts = [part for it in told for part in it.candidates[0].content.parts or [] if part.function_call]
        made = types.Content(role="model", parts=parts)
    else:
        made = client.models.generate_content(**question).candidates[0].content
    calls = [it.function_call for it in made.parts if it.function_call]
    assert [it.args for it in calls] == [it.arguments for it in CALLS]
    results = [
        types.Part(function_response=types.FunctionResponse(id=it.id, name=it.name, response={"output": "sunny"}))
        for it in calls
    ]
    history = [asked, made, types.Content(role="user", parts=results)]
    answer = client.models.generate_content(model="to-gemini-3", contents=history, config=config)
    assert answer.text == "Hello, world."
    assert signatures(strict) == ([STAND_IN, None], [it.arguments for it in CALLS])
    # And back to who made the calls, who is shown no signature of anybody.
    client.models.generate_content(model=f"to-{other.dialect}", contents=history, config=config)
    assert STAND_IN not in other.last.raw.decode()


def test_a_google_client_that_drops_signatures_is_told_so(router, strict):
    """Its own dialect goes through as it is, and the provider's words with it."""
    call = types.Part(function_call=types.FunctionCall(name="weather", args={"city": "Paris"}))
    result = types.Part(function_response=types.FunctionResponse(name="weather", response={"output": "sunny"}))
    history = [
        types.Content(role="user", parts=[types.Part(text="How is the weather?")]),
        types.Content(role="model", parts=[call]),
        types.Content(role="user", parts=[result]),
    ]
    client = router.gemini()
    with pytest.raises(errors.ClientError, match="missing a thought_signature") as refused:
        client.models.generate_content(model="to-gemini-3", contents=history)
    assert refused.value.code == 400


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_openai(router, strict, other, stream):
    chat: openai.OpenAI = router.openai()
    other.will(Says(text=(), calls=CALLS))
    made = chat.chat.completions.create(model=f"to-{other.dialect}", messages=HELLO, tools=[WEATHER])
    turn = made.choices[0].message
    results = [{"role": "tool", "tool_call_id": it.id, "content": "sunny"} for it in turn.tool_calls]
    messages = [*HELLO, turn.model_dump(exclude_none=True), *results]
    asked = {"model": "to-gemini-3", "messages": messages, "tools": [WEATHER], "stream": stream}
    answer = chat.chat.completions.create(**asked)
    if stream:
        text = "".join(it.choices[0].delta.content or "" for it in answer if it.choices)
    else:
        text = answer.choices[0].message.content
    assert text == "Hello, world."
    assert signatures(strict) == ([STAND_IN, None], [it.arguments for it in CALLS])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_anthropic(router, strict, other, stream):
    messages: anthropic.Anthropic = router.anthropic()
    other.will(Says(text=("Let me look.",), calls=CALLS))
    asked = {"max_tokens": 64, "messages": HELLO, "tools": [ANTHROPIC_WEATHER]}
    made = messages.messages.create(model=f"to-{other.dialect}", **asked)
    calls = [it for it in made.content if it.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": it.id, "content": "sunny"} for it in calls]
    turn = {"role": "assistant", "content": [it.model_dump(exclude_none=True) for it in made.content]}
    history = {**asked, "messages": [*HELLO, turn, {"role": "user", "content": results}]}
    if stream:
        with messages.messages.stream(model="to-gemini-3", **history) as events:
            answer = events.get_final_message()
    else:
        answer = messages.messages.create(model="to-gemini-3", **history)
    assert answer.content[0].text == "Hello, world."
    given, arguments = signatures(strict)
    assert (given, json.dumps(arguments)) == ([STAND_IN, None], json.dumps([it.arguments for it in CALLS]))


def test_its_own_signature_comes_back(router, strict):
    """Calls that this model made keep what it signed them with, through a client that cannot carry it."""
    chat = router.openai().chat.completions
    strict.will(Says(text=(), calls=CALLS))
    turn = chat.create(model="to-gemini-3", messages=HELLO, tools=[WEATHER]).choices[0].message
    results = [{"role": "tool", "tool_call_id": it.id, "content": "sunny"} for it in turn.tool_calls]
    chat.create(model="to-gemini-3", messages=[*HELLO, turn.model_dump(exclude_none=True), *results], tools=[WEATHER])
    assert signatures(strict)[0] == [upstream_gemini.SIGNATURE, None]
