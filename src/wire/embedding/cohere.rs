//! Cohere's `POST {base}/embed`, version 2, as its reference documents it. An answer of version 1, whose vectors have no
//! type, is read, too.

use crate::domain::embedding::{Purpose, Vectors, Wanted};
use crate::domain::prompt::Loss;
use crate::domain::quirks::Quirks;
use crate::wire::embedding::{Provider, malformed, numbers, texts};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::{Malformed, Written, beside};

/// The dialect.
#[derive(Debug)]
pub struct Cohere;

impl Provider for Cohere {
    /// The field for the purpose is one of the two that no request may lack.
    fn write_request(&self, wanted: &Wanted, model: &str, _quirks: &Quirks) -> Result<Written, Malformed> {
        let texts = texts(wanted)?;
        let (purpose, loss) = purpose(wanted.purpose);
        let mut written = Written { body: Vec::new(), losses: wanted.unsaid.clone() };
        written.losses.extend(loss.map(|why| Loss { what: "taskType".to_owned(), why }));
        let mut object = ObjectWriter::begin(&mut written.body);
        object.text("model", model);
        object.list("texts", texts, json::quote);
        object.text("input_type", purpose);
        object.raw("embedding_types", "[\"float\"]");
        if let Some(dimensions) = wanted.dimensions {
            object.plain("output_dimension", dimensions);
        }
        object.end();
        Ok(written)
    }

    fn read_answer(&self, body: &[u8]) -> Result<Vectors, Malformed> {
        let object = Object::parse(body)?;
        let embeddings = object.get("embeddings");
        // Version 1 has no names for types.
        let floats = embeddings.and_then(|it| match Object::of(it) {
            Some(by_type) => json::items(by_type.get("float")?),
            None => json::items(it),
        });
        let floats = floats.ok_or_else(|| malformed("embeddings.float", "is missing"))?;
        let vectors: Option<Vec<Vec<f64>>> = floats.into_iter().map(numbers::read).collect();
        let billed = object.get("meta").and_then(Object::of).and_then(|it| it.get("billed_units"));
        Ok(Vectors {
            model: None,
            vectors: vectors
                .ok_or_else(|| malformed("embeddings.float", "holds something else than lists of numbers"))?,
            usage: billed.and_then(beside::usage),
        })
    }
}

/// How a purpose is said, and what is lost of it.
const fn purpose(purpose: Option<Purpose>) -> (&'static str, Option<&'static str>) {
    match purpose {
        Some(Purpose::Query | Purpose::Question) => ("search_query", None),
        Some(Purpose::Document) => ("search_document", None),
        Some(Purpose::Classification) => ("classification", None),
        Some(Purpose::Clustering) => ("clustering", None),
        Some(Purpose::FactCheck | Purpose::CodeQuery) => ("search_query", Some("told as a search for documents")),
        Some(Purpose::Similarity) => ("search_document", Some("told as a document that is searched")),
        None => ("search_document", Some("the target wants one; a document that is searched was assumed")),
    }
}
