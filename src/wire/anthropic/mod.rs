//! Anthropic messages (`/v1/messages`), version 2023-06-01 with the betas that are in use.
//!
//! Sources: Anthropic's API reference and its pages on streaming, errors and thinking; recorded traffic.

mod citations;
mod content;
mod error;
mod fields;
mod reply;
pub(super) mod request;
mod stream;
mod usage;
mod watch;

use crate::domain::event::Fault;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::prompt::Prompt;
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::wire::{Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written};

/// The dialect.
#[derive(Debug, Clone, Copy)]
pub struct Anthropic;

/// What the API itself sends in silence.
const PING: &[u8] = b"event: ping\ndata: {\"type\": \"ping\"}\n\n";

impl Codec for Anthropic {
    fn read_request(&self, body: &[u8]) -> Result<Prompt, Malformed> {
        request::read::read(body)
    }

    fn write_request(&self, prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
        request::write::write(prompt, model, quirks)
    }

    fn read_reply(&self, body: &[u8]) -> Result<Reply, Malformed> {
        reply::read(body)
    }

    fn write_reply(&self, reply: &Reply) -> Written {
        reply::write(reply)
    }

    fn stream_reader(&self) -> Box<dyn StreamReader> {
        Box::<stream::read::Reader>::default()
    }

    fn stream_writer(&self, _usage: bool) -> Box<dyn StreamWriter> {
        Box::<stream::write::Writer>::default()
    }

    fn watcher(&self) -> Box<dyn Watcher> {
        Box::<watch::Watch>::default()
    }

    fn read_facts(&self, body: &[u8]) -> Result<Facts, Malformed> {
        reply::facts(body)
    }

    fn read_error(&self, body: &[u8]) -> Fault {
        error::read(body)
    }

    fn write_error(&self, failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
        error::write(failure, id)
    }

    fn write_stream_error(&self, failure: &Failure, id: RequestId) -> Vec<u8> {
        error::write_stream(failure, id)
    }

    fn ping(&self) -> &'static [u8] {
        PING
    }
}
