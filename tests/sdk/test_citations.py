"""Where the words of an answer come from, as each official SDK reads it of a provider of another dialect."""

import pytest
from upstream import Cites, Says

URL = "https://a.example/schön"
# Characters of two and four bytes, and one that is two in JavaScript.
TEXT = ("Zürich ", "ist schön 😀. ", "Mehr.")
WORDS = "ist schön 😀."
ALL = "".join(TEXT)


@pytest.fixture
def cited(target):
    """An upstream that cites, and the words that a client can be told."""
    target.will(Says(text=TEXT, cites=(Cites(WORDS, URL),)))
    return target, ALL if target.is_anthropic else WORDS


def test_chat(router, cited):
    target, words = cited
    with router.openai().chat.completions.stream(
        model=target.model, messages=[{"role": "user", "content": "Where?"}]
    ) as stream:
        notes = [it for event in stream if event.type == "chunk" for it in notes_of(event.chunk)]
    [note] = notes
    assert (note["type"], note["url_citation"]["url"]) == ("url_citation", URL)
    assert ALL[note["url_citation"]["start_index"] : note["url_citation"]["end_index"]] == words


def notes_of(chunk):
    # The SDK has no type for them in a stream, and keeps them beside what it has.
    extra = chunk.choices[0].delta.model_extra or {} if chunk.choices else {}
    return extra.get("annotations") or []


def test_chat_whole(router, cited):
    target, words = cited
    answer = router.openai().chat.completions.create(
        model=target.model, messages=[{"role": "user", "content": "Where?"}]
    )
    [note] = answer.choices[0].message.annotations
    assert (note.type, note.url_citation.url, note.url_citation.title) == ("url_citation", URL, "A page")
    assert ALL[note.url_citation.start_index : note.url_citation.end_index] == words


def test_responses(router, cited):
    target, words = cited
    with router.openai().responses.stream(model=target.model, input="Where?") as stream:
        added = [it.annotation for it in stream if it.type == "response.output_text.annotation.added"]
        answer = stream.get_final_response()
    [message] = [it for it in answer.output if it.type == "message"]
    [note] = message.content[0].annotations
    assert (note.type, note.url) == ("url_citation", URL)
    assert ALL[note.start_index : note.end_index] == words
    assert len(added) == 1


def test_messages(router, cited):
    target, _ = cited
    with router.anthropic().messages.stream(
        model=target.model, max_tokens=100, messages=[{"role": "user", "content": "Where?"}]
    ) as stream:
        answer = stream.get_final_message()
    [block] = [it for it in answer.content if it.type == "text"]
    [citation] = block.citations
    assert (citation.type, citation.url, citation.title) == ("web_search_result_location", URL, "A page")
    assert block.text == ALL


def test_generate_content(router, cited):
    target, words = cited
    client = router.gemini()
    chunks = list(client.models.generate_content_stream(model=target.model, contents="Where?"))
    metadata = chunks[-1].candidates[0].grounding_metadata
    assert [it.web.uri for it in metadata.grounding_chunks] == [URL]
    [support] = metadata.grounding_supports
    assert (support.grounding_chunk_indices, support.segment.text) == ([0], words)
    said = "".join(it.text or "" for it in chunks).encode()
    assert said[support.segment.start_index or 0 : support.segment.end_index].decode() == words
