//! Amazon Bedrock `Converse` and `ConverseStream`. Spoken to providers only.
//!
//! Sources: the service model of `bedrock-runtime` that the AWS SDKs are made from; AWS's user guide on Converse, tool use,
//! prompt caching, structured outputs and Anthropic's models; recorded traffic.
//!
//! What is peculiar to it:
//! - The model and whether to stream are in the path, and the answer names neither itself nor its model.
//! - A content block is an object of one key, which says what it is. A prompt-cache mark is a block of its own.
//! - What only one vendor's models know goes through `additionalModelRequestFields` in that vendor's words ([`model`]).
//! - A stream is binary ([`crate::wire::eventstream`]); `metadata`, after `messageStop`, is its last message.
//! - What kind of error it is stands in the header `x-amzn-errortype`, the body has the message alone.
//! - Signatures are Anthropic's: they come from Claude only, and Anthropic documents that what Claude signed on one platform
//!   is accepted on every other. They are told as such, so that they survive between the two dialects.

mod blocks;
mod citations;
mod error;
mod fields;
mod media;
mod model;
mod reply;
mod request;
mod stream;
mod usage;
mod watch;

use std::sync::LazyLock;

use crate::domain::event::Fault;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::prompt::Prompt;
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::wire::{Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written, eventstream, sse};

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct BedrockConverse;

/// A message of a type that no client knows; the SDKs pass over those.
static PING: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut out = Vec::new();
    stream::write::message("ping", b"{}", &mut out);
    out
});

impl Codec for BedrockConverse {
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

    fn splitter(&self) -> Box<dyn sse::Split> {
        Box::new(eventstream::Splitter::new())
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
        error::read(None, body)
    }

    fn read_error_of(&self, header: &dyn Fn(&str) -> Option<String>, body: &[u8]) -> Fault {
        error::read(header(error::TYPE_HEADER).as_deref(), body)
    }

    fn write_error(&self, failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
        error::write(failure, id)
    }

    fn write_stream_error(&self, failure: &Failure, id: RequestId) -> Vec<u8> {
        error::write_stream(failure, id)
    }

    fn ping(&self) -> &'static [u8] {
        &PING
    }
}
