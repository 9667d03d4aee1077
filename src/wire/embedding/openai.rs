//! `POST {base}/embeddings`, as OpenAI documents it, with the spellings of those that speak it with an accent: Voyage and
//! NVIDIA name a purpose (`input_type`), Jina calls it `task`, Mistral and Voyage call dimensions `output_dimension`.

use serde_json::value::RawValue;

use crate::domain::embedding::{Form, Input, Purpose, Vectors, Wanted};
use crate::domain::operation::Inputs;
use crate::domain::prompt::Loss;
use crate::domain::quirks::{DimensionsField, Quirks};
use crate::wire::embedding::{Answering, Client, Provider, malformed, numbers};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::{Malformed, Written, beside};

/// The dialect.
#[derive(Debug)]
pub struct Openai;

const NO_FIELD: &str = "the target's dialect has no field for it";
const NO_PURPOSE: &str = "the target's dialect does not say what vectors are for";

/// Purposes as they are spelled by providers of this dialect, and by Cohere, which clients of gateways write too.
const PURPOSES: [(&str, Purpose); 13] = [
    ("query", Purpose::Query),
    ("document", Purpose::Document),
    ("passage", Purpose::Document),
    ("search_query", Purpose::Query),
    ("search_document", Purpose::Document),
    ("retrieval.query", Purpose::Query),
    ("retrieval.passage", Purpose::Document),
    ("text-matching", Purpose::Similarity),
    ("classification", Purpose::Classification),
    ("clustering", Purpose::Clustering),
    ("separation", Purpose::Clustering),
    ("nl2code.query", Purpose::CodeQuery),
    ("qa.query", Purpose::Question),
];

impl Client for Openai {
    fn read_request(&self, body: &[u8], _inputs: Inputs) -> Result<Wanted, Malformed> {
        let mut object = Object::parse(body)?;
        object.take("model");
        let mut wanted = Wanted::default();
        let input = object.take("input").ok_or_else(|| malformed("input", "is missing"))?;
        wanted.inputs = inputs(input)?;
        let dimensions = object.take_integer("dimensions")?;
        wanted.dimensions = dimensions.or(object.take_integer("output_dimension")?);
        wanted.form = match object.take_text("encoding_format")?.as_deref() {
            None | Some("float") => Form::Numbers,
            Some("base64") => Form::Base64,
            Some(_) => return Err(malformed("encoding_format", "must be float or base64")),
        };
        for key in ["input_type", "task"] {
            let Some(text) = object.take_text(key)? else { continue };
            match PURPOSES.iter().find(|it| it.0.eq_ignore_ascii_case(&text)) {
                Some((_, purpose)) => wanted.purpose = Some(*purpose),
                None => wanted.unsaid.push(Loss { what: key.to_owned(), why: NO_FIELD }),
            }
        }
        let rest = object.rest().map(|(name, _)| Loss { what: name.into_owned(), why: NO_FIELD });
        wanted.unsaid.extend(rest);
        Ok(wanted)
    }

    fn write_answer(&self, vectors: &Vectors, asked: Answering<'_>) -> Vec<u8> {
        let mut body = Vec::new();
        let mut object = ObjectWriter::begin(&mut body);
        object.text("object", "list");
        object.list("data", vectors.vectors.iter().enumerate(), |(nth, vector), out| {
            let mut item = ObjectWriter::begin(out);
            item.text("object", "embedding");
            item.plain("index", nth);
            let place = item.key("embedding");
            match asked.form {
                Form::Numbers => numbers::write_json(vector, place),
                Form::Base64 => numbers::write_base64(vector, place),
            }
            item.end();
        });
        object.text("model", vectors.model.as_deref().unwrap_or(asked.model));
        let tokens = vectors.usage.as_ref().map_or(asked.estimate, |it| it.input);
        let mut usage = object.object("usage");
        usage.plain("prompt_tokens", tokens);
        usage.plain("total_tokens", tokens);
        usage.end();
        object.end();
        body
    }
}

impl Provider for Openai {
    fn write_request(&self, wanted: &Wanted, model: &str, quirks: &Quirks) -> Result<Written, Malformed> {
        let mut written = Written { body: Vec::new(), losses: wanted.unsaid.clone() };
        let mut object = ObjectWriter::begin(&mut written.body);
        object.text("model", model);
        object.list("input", &wanted.inputs, |it, out| match it {
            Input::Text(text) => json::quote(text, out),
            Input::Tokens(tokens) => {
                out.push(b'[');
                let digits: Vec<String> = tokens.iter().map(ToString::to_string).collect();
                out.extend_from_slice(digits.join(",").as_bytes());
                out.push(b']');
            }
        });
        if let Some(dimensions) = wanted.dimensions {
            let key = match quirks.embedding_dimensions {
                DimensionsField::Dimensions => "dimensions",
                DimensionsField::OutputDimension => "output_dimension",
            };
            object.plain(key, dimensions);
        }
        object.end();
        if wanted.purpose.is_some() {
            written.losses.push(Loss { what: "taskType".to_owned(), why: NO_PURPOSE });
        }
        Ok(written)
    }

    fn read_answer(&self, body: &[u8]) -> Result<Vectors, Malformed> {
        let mut object = Object::parse(body)?;
        let data = object.take_items("data")?.ok_or_else(|| malformed("data", "is missing"))?;
        let mut vectors = Vec::with_capacity(data.len());
        for (nth, item) in (0u64..).zip(data) {
            let mut item = Object::of(item).ok_or_else(|| malformed("data", "holds something else than objects"))?;
            let index = item.take_integer("index")?.unwrap_or(nth);
            let vector = item.take("embedding").and_then(numbers::read);
            vectors.push((index, vector.ok_or_else(|| malformed("embedding", "is no list of numbers"))?));
        }
        vectors.sort_by_key(|it| it.0);
        Ok(Vectors {
            model: object.take_text("model")?.map(Into::into),
            vectors: vectors.into_iter().map(|it| it.1).collect(),
            usage: object.take("usage").and_then(beside::usage),
        })
    }
}

/// A text, a list of texts, a list of tokens, or a list of such lists.
fn inputs(value: &RawValue) -> Result<Vec<Input>, Malformed> {
    let wrong = || malformed("input", "must be a text, a list of texts, or a list of tokens or of such lists");
    if let Some(text) = json::text(value) {
        return Ok(vec![Input::Text(text.into_owned())]);
    }
    let items = json::items(value).ok_or_else(wrong)?;
    if items.is_empty() {
        return Err(malformed("input", "is empty"));
    }
    if let Some(tokens) = tokens(&items) {
        return Ok(vec![Input::Tokens(tokens)]);
    }
    let each = items.into_iter().map(|it| match json::text(it) {
        Some(text) => Ok(Input::Text(text.into_owned())),
        None => json::items(it).and_then(|it| tokens(&it)).map(Input::Tokens).ok_or_else(wrong),
    });
    each.collect()
}

fn tokens(items: &[&RawValue]) -> Option<Vec<u64>> {
    items.iter().map(|it| json::integer(it.get().as_bytes())).collect()
}
