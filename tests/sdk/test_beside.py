"""What the official SDKs ask for beside conversations."""

import io
import time

import openai
import pytest
from conftest import Router
from google import genai
from upstream import KEY
from upstream_beside import PNG, SOUND, VECTORS, Beside


@pytest.fixture(scope="module")
def house():
    router, upstream = Router(), Beside()
    try:
        for name, dialect, base in (("one", "openai-chat", "/v1"), ("two", "gemini", "")):
            router.run("providers", "add", name, "--base-url", upstream.base_url + base, "--speaks", dialect)
            router.run("keys", "add", name, "--stdin", stdin=KEY + "\n")
        router.group("a", "one/model-a=1")
        router.group("b", "two/model-b=1")
        router.start()
        yield router, upstream
    finally:
        router.stop()
        upstream.close()


@pytest.fixture
def client(house):
    return house[0].openai()


@pytest.fixture
def upstream(house):
    return house[1]


# The SDK asks for base64 unless told otherwise.
@pytest.mark.parametrize("form", [openai.NOT_GIVEN, "float", "base64"], ids=["default", "float", "base64"])
@pytest.mark.parametrize("group", ["a", "b"], ids=["openai", "gemini"])
def test_vectors_for_openai(client, upstream, group, form):
    answer = client.embeddings.create(model=group, input=["x", "y"], dimensions=3, encoding_format=form)
    if form != "base64":
        assert [it.embedding for it in answer.data] == VECTORS
    assert [it.index for it in answer.data] == [0, 1]
    assert answer.usage.prompt_tokens == 6
    _, path, body = upstream.last
    if group == "a":
        assert (path, body["model"], body["input"]) == ("/v1/embeddings", "model-a", ["x", "y"])
    else:
        assert path == "/v1beta/models/model-b:batchEmbedContents"
        assert [it["content"]["parts"][0]["text"] for it in body["requests"]] == ["x", "y"]
        assert body["requests"][0]["outputDimensionality"] == 3


@pytest.mark.parametrize("group", ["a", "b"], ids=["openai", "gemini"])
def test_vectors_for_google(house, upstream, group):
    config = genai.types.EmbedContentConfig(output_dimensionality=3)
    answer = house[0].gemini().models.embed_content(model=group, contents=["x", "y"], config=config)
    assert [it.values for it in answer.embeddings] == VECTORS
    _, path, body = upstream.last
    assert path == {"a": "/v1/embeddings", "b": "/v1beta/models/model-b:batchEmbedContents"}[group]
    if group == "a":
        assert body == {"model": "model-a", "input": ["x", "y"], "dimensions": 3}


def test_pictures(client, upstream):
    answer = client.images.generate(model="a", prompt="a cat", n=1)
    assert (answer.data[0].b64_json, answer.usage.output_tokens) == (PNG, 20)
    assert upstream.last == ("POST", "/v1/images/generations", {"model": "model-a", "prompt": "a cat", "n": 1})
    picture = ("a.png", io.BytesIO(bytes(range(256))), "image/png")
    answer = client.images.edit(model="a", prompt="a dog", image=picture)
    assert answer.data[0].b64_json == PNG
    _, path, fields = upstream.last
    assert (path, fields["model"], fields["prompt"]) == ("/v1/images/edits", b"model-a", b"a dog")
    assert fields["image"] == bytes(range(256))


def test_sound(client, upstream):
    with client.audio.speech.with_streaming_response.create(model="a", voice="alloy", input="Hello.") as answer:
        assert b"".join(answer.iter_bytes()) == SOUND
    assert upstream.last[2]["model"] == "model-a"
    whole = client.audio.transcriptions.create(model="a", file=("a.mp3", SOUND))
    assert whole.text == "Hello there."
    _, path, fields = upstream.last
    assert (path, fields["model"], fields["file"]) == ("/v1/audio/transcriptions", b"model-a", SOUND)
    text = client.audio.transcriptions.create(model="one/whisper-1", file=("a.mp3", SOUND), response_format="text")
    assert text == "Hello there.\n"
    assert upstream.last[2]["model"] == b"whisper-1"


def test_moderation_and_files(client, upstream):
    assert client.moderations.create(model="a", input="x").results[0].flagged is False
    assert upstream.last == ("POST", "/v1/moderations", {"model": "model-a", "input": "x"})
    # Without a model: the only provider that speaks the client's dialect.
    assert client.moderations.create(input="x").model == "default"
    assert client.files.list(limit=2).data == []
    assert upstream.last[:2] == ("GET", "/v1/files?limit=2")


def test_nobody_else_is_asked(client, upstream):
    before = len(upstream.asked)
    with pytest.raises(openai.NotFoundError) as refused:
        client.audio.speech.create(model="b", voice="alloy", input="Hello.")
    assert "two/model-b" in str(refused.value) and len(upstream.asked) == before


def test_every_request_has_its_row(house):
    deadline = time.monotonic() + 10
    while True:
        rows = house[0].json("requests")["requests"]
        if all(it["outcome"] for it in rows) or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    kinds = {it["operation"] for it in rows}
    assert {"embed", "images/generations", "images/edits", "audio/speech", "moderations", "GET files"} <= kinds
    speech = next(it for it in rows if it["operation"] == "audio/speech" and it["outcome"] == "ok")
    assert (speech["cost"]["kind"], speech["tokens"]) == ("unpriced", None)
