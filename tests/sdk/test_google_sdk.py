"""The google-genai package in front of llmroute, each upstream dialect behind it."""

import asyncio
import base64
import json

import pydantic
import pytest
from conftest import EVERY
from google.genai import errors, types
from upstream import Call, Refuses, Says, Tokens

WEATHER = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="weather",
            description="The weather of a city.",
            parameters=types.Schema(
                type="OBJECT", properties={"city": types.Schema(type="STRING")}, required=["city"]
            ),
        )
    ]
)
CALLS = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Zürich", "days": [1, 2]}))
# In base64 it has the two letters that differ between the alphabets.
PIXEL = bytes.fromhex("89504e470d0a1a0afbffbf") + b"not really a picture"


@pytest.fixture
def client(router):
    return router.gemini()


def ask(client, target, contents="Say hello.", **config):
    config = types.GenerateContentConfig(**config) if config else None
    return client.models.generate_content(model=target.model, contents=contents, config=config)


def chunks(client, target, contents="Say hello.", **config):
    config = types.GenerateContentConfig(**config) if config else None
    return list(client.models.generate_content_stream(model=target.model, contents=contents, config=config))


def texts(chunks):
    parts = [it for chunk in chunks for it in chunk.candidates[0].content.parts or []]
    return "".join(it.text for it in parts if it.text)


def test_whole(client, any_target):
    answer = ask(client, any_target)
    assert answer.text == "Hello, world."
    [candidate] = answer.candidates
    assert (candidate.finish_reason, candidate.content.role) == (types.FinishReason.STOP, "model")
    usage = answer.usage_metadata
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (11, 7, 18)
    assert answer.model_version == "test-model"
    assert len(any_target.upstream.asked) == 1
    if any_target.is_gemini:
        assert any_target.upstream.last.path == "/v1beta/models/test-model:generateContent"
    else:
        assert any_target.body["model"] == "test-model"


def test_stream(client, any_target):
    told = chunks(client, any_target)
    assert texts(told) == "Hello, world."
    assert [it.candidates[0].finish_reason for it in told if it.candidates[0].finish_reason] == ["STOP"]
    assert told[-1].candidates[0].finish_reason == "STOP"
    usage = told[-1].usage_metadata
    assert (usage.prompt_token_count, usage.candidates_token_count) == (11, 7)
    if any_target.is_gemini:
        assert any_target.upstream.last.path == "/v1beta/models/test-model:streamGenerateContent?alt=sse"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_usage_parts(client, any_target, stream):
    reasoning = 0 if any_target.is_anthropic else 8
    any_target.will(Says(tokens=Tokens(input=100, output=20, cached=60, reasoning=reasoning)))
    answer = chunks(client, any_target)[-1] if stream else ask(client, any_target)
    usage = answer.usage_metadata
    assert (usage.prompt_token_count, usage.cached_content_token_count, usage.total_token_count) == (100, 60, 120)
    assert (usage.candidates_token_count, usage.thoughts_token_count or 0) == (20 - reasoning, reasoning)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_parallel_tools_and_their_results(client, any_target, stream):
    any_target.will(Says(text=("Let me look.",), calls=CALLS))
    off = types.AutomaticFunctionCallingConfig(disable=True)
    config = types.GenerateContentConfig(tools=[WEATHER], automatic_function_calling=off)
    # The chat keeps the turns as they came, which is what must go back.
    chat = client.chats.create(model=any_target.model, config=config)
    if stream:
        parts = [it for chunk in chat.send_message_stream("Where is the sun?") for it in chunk.candidates[0].content.parts]
    else:
        parts = chat.send_message("Where is the sun?").candidates[0].content.parts
    calls = [it.function_call for it in parts if it.function_call]
    assert [(it.name, it.args) for it in calls] == [(it.name, it.arguments) for it in CALLS]
    assert "".join(it.text or "" for it in parts) == "Let me look."

    any_target.will(Says(text=("Sunny, and unknown.",)))
    results = [
        types.Part(function_response=types.FunctionResponse(id=call.id, name="weather", response=said))
        for call, said in zip(calls, [{"output": "sunny"}, {"error": "no such city"}])
    ]
    assert chat.send_message(results).text == "Sunny, and unknown."
    body = any_target.body
    if any_target.is_gemini:
        turns = body["contents"]
        assert [it["role"] for it in turns][-2:] == ["model", "user"]
        said = [it["functionResponse"]["response"] for it in turns[-1]["parts"]]
        assert said == [{"output": "sunny"}, {"error": "no such city"}]
        signatures = [it["thoughtSignature"] for turn in turns for it in turn["parts"] if "thoughtSignature" in it]
        assert signatures == ["c2lnbmF0dXJl"]
    elif any_target.is_anthropic:
        blocks = body["messages"][-1]["content"]
        assert [it["type"] for it in blocks] == ["tool_result", "tool_result"]
        made = [it for it in body["messages"][-2]["content"] if it["type"] == "tool_use"]
        assert [it["tool_use_id"] for it in blocks] == [it["id"] for it in made] == ["call_1", "call_2"]
        assert [it.get("is_error", False) for it in blocks] == [False, True]
    elif any_target.is_responses:
        said = {it["call_id"]: it["output"] for it in body["input"] if it["type"] == "function_call_output"}
        assert said == {"call_1": "sunny", "call_2": "no such city"}
        made = [it for it in body["input"] if it["type"] == "function_call"]
        assert [it["call_id"] for it in made] == ["call_1", "call_2"]
        assert [json.loads(it["arguments"]) for it in made] == [it.arguments for it in CALLS]
    else:
        said = {it["tool_call_id"]: it["content"] for it in body["messages"] if it["role"] == "tool"}
        assert said == {"call_1": "sunny", "call_2": "no such city"}
        [made] = [it["tool_calls"] for it in body["messages"] if it["role"] == "assistant"]
        assert [json.loads(it["function"]["arguments"]) for it in made] == [it.arguments for it in CALLS]


def test_functions_called_by_the_sdk(client, any_target):
    asked = []

    def weather(city: str) -> str:
        """The weather of a city."""
        asked.append(city)
        return "sunny"

    any_target.will(Says(text=(), calls=CALLS[:1]), Says(text=("It is sunny.",)))
    assert ask(client, any_target, tools=[weather]).text == "It is sunny."
    assert asked == ["Paris"]


@pytest.mark.parametrize(
    ("mode", "names", "openai", "anthropic"),
    [
        ("AUTO", None, "auto", {"type": "auto"}),
        ("ANY", None, "required", {"type": "any"}),
        ("NONE", None, "none", {"type": "none"}),
        ("ANY", ["weather"], {"type": "function", "function": {"name": "weather"}}, {"type": "tool", "name": "weather"}),
    ],
    ids=["auto", "any", "none", "named"],
)
def test_tool_choice(client, any_target, mode, names, openai, anthropic):
    calling = types.FunctionCallingConfig(mode=mode, allowed_function_names=names)
    ask(client, any_target, tools=[WEATHER], tool_config=types.ToolConfig(function_calling_config=calling))
    body = any_target.body
    if any_target.is_gemini:
        expected = {"mode": mode, **({"allowedFunctionNames": names} if names else {})}
        assert body["toolConfig"]["functionCallingConfig"] == expected
        return
    tool = body["tools"][0]
    if any_target.is_anthropic:
        choice, schema = anthropic, tool["input_schema"]
    elif any_target.is_responses:
        # The same words as in chat, and a function's fields lie flat.
        choice = {"type": "function", "name": "weather"} if names else openai
        schema = tool["parameters"]
    else:
        choice, schema = openai, tool["function"]["parameters"]
    assert body["tool_choice"] == choice
    # JSON Schema, which has its types in lower case.
    assert schema == {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def test_an_image(client, any_target):
    ask(client, any_target, contents=["What is it?", types.Part.from_bytes(data=PIXEL, mime_type="image/png")])
    data = base64.b64encode(PIXEL).decode()
    if any_target.is_gemini:
        # In its own dialect the provider gets what the client wrote.
        image = any_target.body["contents"][0]["parts"][1]["inlineData"]
        assert image["mime_type"] == "image/png"
        assert base64.urlsafe_b64decode(image["data"]) == PIXEL
        return
    if any_target.is_responses:
        [text, image] = any_target.body["input"][0]["content"]
        assert text == {"type": "input_text", "text": "What is it?"}
        assert (image["type"], image["image_url"]) == ("input_image", f"data:image/png;base64,{data}")
        return
    [text, image] = any_target.body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is it?"}
    if any_target.is_anthropic:
        assert image["source"] == {"type": "base64", "media_type": "image/png", "data": data}
    else:
        assert image["image_url"]["url"] == f"data:image/png;base64,{data}"


class Dog(pydantic.BaseModel):
    name: str
    age: int


def test_a_schema(client, any_target):
    any_target.will(Says(text=('{"name": "Rex", ', '"age": 7}')))
    answer = ask(client, any_target, response_mime_type="application/json", response_schema=Dog)
    assert answer.parsed == Dog(name="Rex", age=7)
    body = any_target.body
    if any_target.is_gemini:
        assert body["generationConfig"]["responseMimeType"] == "application/json"
        return
    if any_target.is_anthropic:
        schema = body["output_config"]["format"]["schema"]
    elif any_target.is_responses:
        assert body["text"]["format"]["type"] == "json_schema"
        schema = body["text"]["format"]["schema"]
    else:
        assert body["response_format"]["type"] == "json_schema"
        schema = body["response_format"]["json_schema"]["schema"]
    assert (schema["type"], {key: it["type"] for key, it in schema["properties"].items()}) == (
        "object",
        {"name": "string", "age": "integer"},
    )


def test_system_stop_and_sampling(client, any_target):
    any_target.will(Says(stop="length"))
    answer = ask(
        client, any_target, system_instruction="Be brief.", stop_sequences=["END"], temperature=0.25, max_output_tokens=12
    )
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    body = any_target.body
    if any_target.is_gemini:
        assert body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
        config = body["generationConfig"]
        assert (config["stopSequences"], config["temperature"], config["maxOutputTokens"]) == (["END"], 0.25, 12)
        return
    assert body["temperature"] == 0.25
    # OpenAI refuses a smaller cap there.
    assert [value for key, value in body.items() if key.startswith("max_")] == [16 if any_target.is_responses else 12]
    if any_target.is_anthropic:
        assert (body["system"], body["stop_sequences"]) == ([{"type": "text", "text": "Be brief."}], ["END"])
    elif any_target.is_responses:
        assert (body["instructions"], "stop" in body) == ("Be brief.", False)
        # This API has no stop texts.
        dropped = answer.sdk_http_response.headers["x-llmroute-dropped"]
        assert ("stop" in dropped, "max_tokens" in dropped) == (True, True)
    else:
        assert (body["messages"][0], body["stop"]) == ({"role": "system", "content": "Be brief."}, ["END"])


def test_a_conversation(client, any_target):
    chat = client.chats.create(model=any_target.model)
    any_target.will(Says(text=("Two.",)))
    assert chat.send_message("One.").text == "Two."
    assert texts(chat.send_message_stream("Three — ünïcödé 🐕 \u2028.")) == "Hello, world."
    if any_target.is_gemini:
        sent = [(it["role"], it["parts"][0]["text"]) for it in any_target.body["contents"]]
        assert sent == [("user", "One."), ("model", "Two."), ("user", "Three — ünïcödé 🐕 \u2028.")]
    else:
        sent = [it["role"] for it in any_target.body["input" if any_target.is_responses else "messages"]]
        assert sent == ["user", "assistant", "user"]


def test_what_cannot_be_said_is_named(client, any_target):
    safety = [types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")]
    answer = ask(client, any_target, safety_settings=safety)
    dropped = answer.sdk_http_response.headers.get("x-llmroute-dropped", "")
    assert ("safetySettings" in dropped) != any_target.is_gemini


def test_async(router, any_target):
    async def talk():
        client = router.gemini().aio
        wholes = [client.models.generate_content(model=any_target.model, contents="Hi.") for _ in range(8)]
        answers = await asyncio.gather(*wholes)
        stream = await client.models.generate_content_stream(model=any_target.model, contents="Hi.")
        return [it.text for it in answers], texts([it async for it in stream])

    wholes, streamed = asyncio.run(talk())
    assert wholes == ["Hello, world."] * 8
    assert streamed == "Hello, world."


def test_a_provider_as_the_model(client, any_target):
    answer = client.models.generate_content(model=f"up-{any_target.dialect}/test-model", contents="Hi.")
    assert answer.text == "Hello, world."


def test_models(client):
    names = {it.name for it in client.models.list()}
    assert {f"models/to-{it}" for it in EVERY} <= names
    assert client.models.get(model="to-gemini").name == "models/to-gemini"


# === errors ===


def test_a_wrong_token(router, any_target):
    with pytest.raises(errors.ClientError) as caught:
        ask(router.gemini(api_key="wrong"), any_target)
    assert (caught.value.code, caught.value.status) == (401, "UNAUTHENTICATED")
    assert any_target.upstream.asked == []


def test_an_unknown_model(client):
    with pytest.raises(errors.ClientError, match="no-such-model") as caught:
        client.models.generate_content(model="no-such-model", contents="Hi.")
    assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_refusal_is_told(client, any_target, stream):
    any_target.will(Refuses(400, "invalid_request_error", "the prompt is not to my taste"))
    with pytest.raises(errors.ClientError, match="not to my taste") as caught:
        (chunks if stream else ask)(client, any_target)
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("how", ["fail", "cut"])
def test_a_stream_that_breaks_is_told(client, any_target, how):
    any_target.will(Says(**{f"{how}_after": 2}))
    told = []
    with pytest.raises(errors.APIError):
        for chunk in client.models.generate_content_stream(model=any_target.model, contents="Hi."):
            told.append(chunk)
    assert texts(told) == "Hello, "
    assert not any(it.candidates[0].finish_reason for it in told)
