//! Ollama's `POST {base}/api/embed`, as its reference documents it.

use crate::domain::embedding::{Vectors, Wanted};
use crate::domain::prompt::Loss;
use crate::domain::quirks::Quirks;
use crate::domain::usage::{Source, Usage};
use crate::wire::embedding::{Provider, malformed, numbers, texts};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::{Malformed, Written};

/// The dialect.
#[derive(Debug)]
pub struct Ollama;

impl Provider for Ollama {
    fn write_request(&self, wanted: &Wanted, model: &str, _quirks: &Quirks) -> Result<Written, Malformed> {
        let texts = texts(wanted)?;
        let mut written = Written { body: Vec::new(), losses: wanted.unsaid.clone() };
        let mut object = ObjectWriter::begin(&mut written.body);
        object.text("model", model);
        object.list("input", texts, json::quote);
        if let Some(dimensions) = wanted.dimensions {
            object.plain("dimensions", dimensions);
        }
        object.end();
        if wanted.purpose.is_some() {
            let why = "the target's dialect does not say what vectors are for";
            written.losses.push(Loss { what: "taskType".to_owned(), why });
        }
        Ok(written)
    }

    fn read_answer(&self, body: &[u8]) -> Result<Vectors, Malformed> {
        let mut object = Object::parse(body)?;
        let lists = object.take_items("embeddings")?.ok_or_else(|| malformed("embeddings", "is missing"))?;
        let vectors: Option<Vec<Vec<f64>>> = lists.into_iter().map(numbers::read).collect();
        let counted = object.get("prompt_eval_count").and_then(|it| json::integer(it.get().as_bytes()));
        Ok(Vectors {
            model: object.take_text("model")?.map(Into::into),
            vectors: vectors.ok_or_else(|| malformed("embeddings", "holds something else than lists of numbers"))?,
            usage: counted.map(|input| Usage { input, source: Source::Provider, ..Usage::default() }),
        })
    }
}
