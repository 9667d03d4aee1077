//! The single events of a client's stream.

use super::Writer;
use crate::domain::prompt::Opaque;
use crate::domain::usage::Usage;
use crate::wire::json::ObjectWriter;
use crate::wire::openai_responses::response::Ending;
use crate::wire::sse;

impl Writer {
    /// Writes an event that holds the whole response.
    pub(super) fn response(
        &mut self,
        name: &str,
        ending: Ending,
        items: &[Vec<u8>],
        usage: Option<&Usage>,
        extra: &[Opaque],
        out: &mut Vec<u8>,
    ) {
        let mut response = Vec::with_capacity(1024);
        self.head.write(&ending, items, usage, extra, &mut response);
        self.event(name, |event| event.key("response").extend_from_slice(&response), out);
    }

    pub(super) fn event(&mut self, name: &str, fill: impl FnOnce(&mut ObjectWriter), out: &mut Vec<u8>) {
        let mut data = Vec::with_capacity(192);
        let mut event = ObjectWriter::begin(&mut data);
        event.text("type", name);
        event.plain("sequence_number", self.next);
        self.next += 1;
        fill(&mut event);
        event.end();
        sse::frame(Some(name), &data, out);
    }

    pub(super) fn item_event(&mut self, name: &str, at: usize, item: &[u8], out: &mut Vec<u8>) {
        self.event(
            name,
            |event| {
                event.plain("output_index", at);
                event.key("item").extend_from_slice(item);
            },
            out,
        );
    }

    /// Gives an item its place and says that it is there.
    pub(super) fn add(
        &mut self,
        prefix: &str,
        item: impl FnOnce(&str, &mut Vec<u8>),
        out: &mut Vec<u8>,
    ) -> (usize, String) {
        let at = self.items.len();
        self.items.push(Vec::new());
        let id = self.head.item_id(prefix, at);
        let mut begun = Vec::new();
        item(&id, &mut begun);
        self.item_event("response.output_item.added", at, &begun, out);
        (at, id)
    }

    pub(super) fn done(&mut self, at: usize, item: Vec<u8>, out: &mut Vec<u8>) {
        self.item_event("response.output_item.done", at, &item, out);
        if let Some(place) = self.items.get_mut(at) {
            *place = item;
        }
    }

    /// Writes an event about a block: where it is, and one text.
    pub(super) fn piece(&mut self, name: &str, nth: usize, index: Option<&str>, said: (&str, &str), out: &mut Vec<u8>) {
        let Some((Some(at), part, id)) = self.blocks.get(nth).map(|it| (it.at, it.part, it.item.clone())) else {
            return;
        };
        self.event(
            name,
            |event| {
                event.text("item_id", &id);
                event.plain("output_index", at);
                if let Some(index) = index {
                    event.plain(index, part);
                }
                event.text(said.0, said.1);
                if name.starts_with("response.output_text.") {
                    event.raw("logprobs", "[]");
                }
            },
            out,
        );
    }

    /// Writes a note on a text.
    pub(super) fn annotation(&mut self, nth: usize, number: usize, note: &[u8], out: &mut Vec<u8>) {
        let Some((Some(at), part, id)) = self.blocks.get(nth).map(|it| (it.at, it.part, it.item.clone())) else {
            return;
        };
        self.event(
            "response.output_text.annotation.added",
            |event| {
                event.text("item_id", &id);
                event.plain("output_index", at);
                event.plain("content_index", part);
                event.plain("annotation_index", number);
                event.key("annotation").extend_from_slice(note);
            },
            out,
        );
    }

    /// Writes an event that shows a part.
    pub(super) fn part_event(&mut self, name: &str, nth: usize, index: &str, part: &[u8], out: &mut Vec<u8>) {
        let Some((Some(at), number, id)) = self.blocks.get(nth).map(|it| (it.at, it.part, it.item.clone())) else {
            return;
        };
        self.event(
            name,
            |event| {
                event.text("item_id", &id);
                event.plain("output_index", at);
                event.plain(index, number);
                event.key("part").extend_from_slice(part);
            },
            out,
        );
    }
}
