//! `models/M:embedContent` and `models/M:batchEmbedContents`, as the Gemini API documents them. Field names go by two
//! spellings. A request of many says model, length and purpose with each text; the hub has one of each for all.

use serde_json::value::RawValue;

use crate::domain::embedding::{Input, Purpose, Vectors, Wanted};
use crate::domain::operation::Inputs;
use crate::domain::prompt::Loss;
use crate::domain::quirks::Quirks;
use crate::wire::embedding::{Answering, Client, Provider, malformed, numbers, texts};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::{Malformed, Written, beside};

/// The dialect.
#[derive(Debug)]
pub struct Gemini;

const NO_FIELD: &str = "the target's dialect has no field for it";
const JOINED: &str = "several parts are joined to one text";

const PURPOSES: [(&str, Purpose); 8] = [
    ("RETRIEVAL_QUERY", Purpose::Query),
    ("RETRIEVAL_DOCUMENT", Purpose::Document),
    ("SEMANTIC_SIMILARITY", Purpose::Similarity),
    ("CLASSIFICATION", Purpose::Classification),
    ("CLUSTERING", Purpose::Clustering),
    ("QUESTION_ANSWERING", Purpose::Question),
    ("FACT_VERIFICATION", Purpose::FactCheck),
    ("CODE_RETRIEVAL_QUERY", Purpose::CodeQuery),
];

impl Client for Gemini {
    fn read_request(&self, body: &[u8], inputs: Inputs) -> Result<Wanted, Malformed> {
        let mut object = Object::parse(body)?;
        if inputs == Inputs::One {
            return one(object);
        }
        let requests = object.take_items("requests")?.filter(|it| !it.is_empty());
        let requests = requests.ok_or_else(|| malformed("requests", "is missing or empty"))?;
        let mut all = Wanted::default();
        for (nth, request) in requests.into_iter().enumerate() {
            let request =
                Object::of(request).ok_or_else(|| malformed("requests", "holds something else than objects"))?;
            let mut it = one(request)?;
            if nth > 0 && (it.dimensions, it.purpose) != (all.dimensions, all.purpose) {
                let what =
                    "want vectors of different lengths or for different purposes, which only this dialect can say";
                return Err(malformed("requests", what));
            }
            (all.dimensions, all.purpose) = (it.dimensions, it.purpose);
            all.inputs.append(&mut it.inputs);
            let new = it.unsaid.into_iter().filter(|it| !all.unsaid.contains(it)).collect::<Vec<_>>();
            all.unsaid.extend(new);
        }
        all.unsaid.extend(object.rest().map(|(name, _)| unsaid(&name)));
        Ok(all)
    }

    fn write_answer(&self, vectors: &Vectors, asked: Answering<'_>) -> Vec<u8> {
        let mut body = Vec::new();
        let mut object = ObjectWriter::begin(&mut body);
        let write = |vector: &Vec<f64>, out: &mut Vec<u8>| {
            let mut item = ObjectWriter::begin(out);
            numbers::write_json(vector, item.key("values"));
            item.end();
        };
        match (asked.inputs, vectors.vectors.first()) {
            (Inputs::One, Some(vector)) => write(vector, object.key("embedding")),
            _ => object.list("embeddings", &vectors.vectors, write),
        }
        if let Some(usage) = &vectors.usage {
            let mut counts = object.object("usageMetadata");
            counts.plain("promptTokenCount", usage.input);
            counts.plain("totalTokenCount", usage.input);
            counts.end();
        }
        object.end();
        body
    }
}

impl Provider for Gemini {
    /// Always the method for many: it takes one, too.
    fn write_request(&self, wanted: &Wanted, model: &str, _quirks: &Quirks) -> Result<Written, Malformed> {
        let texts = texts(wanted)?;
        let purpose = wanted.purpose.and_then(|it| PURPOSES.iter().find(|known| known.1 == it));
        let mut written = Written { body: Vec::new(), losses: wanted.unsaid.clone() };
        let mut object = ObjectWriter::begin(&mut written.body);
        object.list("requests", texts, |text, out| {
            let mut request = ObjectWriter::begin(out);
            request.text("model", &format!("models/{model}"));
            let mut content = request.object("content");
            content.list("parts", [text], |text, out| {
                let mut part = ObjectWriter::begin(out);
                part.text("text", text);
                part.end();
            });
            content.end();
            if let Some((name, _)) = purpose {
                request.text("taskType", name);
            }
            if let Some(dimensions) = wanted.dimensions {
                request.plain("outputDimensionality", dimensions);
            }
            request.end();
        });
        object.end();
        Ok(written)
    }

    fn read_answer(&self, body: &[u8]) -> Result<Vectors, Malformed> {
        let mut object = Object::parse(body)?;
        let one = object.take("embedding").map(|it| vec![it]);
        let many = object.take_items("embeddings")?;
        let all = one.or(many).ok_or_else(|| malformed("embeddings", "is missing"))?;
        let values = |it: &RawValue| Object::of(it)?.get("values").and_then(numbers::read);
        let vectors: Option<Vec<Vec<f64>>> = all.into_iter().map(values).collect();
        Ok(Vectors {
            model: object.take_text("modelVersion")?.map(Into::into),
            vectors: vectors.ok_or_else(|| malformed("values", "is no list of numbers"))?,
            usage: object.take("usageMetadata").and_then(beside::usage),
        })
    }
}

/// A request for one vector.
fn one(mut object: Object) -> Result<Wanted, Malformed> {
    object.take("model");
    let mut wanted = Wanted::default();
    let content = object.take("content").and_then(Object::of).ok_or_else(|| malformed("content", "is missing"))?;
    let parts = content.get("parts").and_then(json::items).filter(|it| !it.is_empty());
    let parts = parts.ok_or_else(|| malformed("content.parts", "is missing or empty"))?;
    let text = |it: &RawValue| Object::of(it)?.get("text").and_then(json::text).map(std::borrow::Cow::into_owned);
    let texts: Option<Vec<String>> = parts.into_iter().map(text).collect();
    let texts = texts
        .ok_or_else(|| malformed("content.parts", "holds something else than text, which only this dialect takes"))?;
    if texts.len() > 1 {
        wanted.unsaid.push(Loss { what: "content.parts".to_owned(), why: JOINED });
    }
    wanted.inputs = vec![Input::Text(texts.join("\n"))];
    let either = |object: &mut Object, names: [&str; 2]| -> Result<Option<u64>, Malformed> {
        let [one, other] = names;
        Ok(object.take_integer(one)?.or(object.take_integer(other)?))
    };
    wanted.dimensions = either(&mut object, ["outputDimensionality", "output_dimensionality"])?;
    for key in ["taskType", "task_type"] {
        let Some(name) = object.take_text(key)? else { continue };
        match PURPOSES.iter().find(|it| it.0 == name) {
            Some((_, purpose)) => wanted.purpose = Some(*purpose),
            None if name == "TASK_TYPE_UNSPECIFIED" => {}
            None => wanted.unsaid.push(unsaid(key)),
        }
    }
    wanted.unsaid.extend(object.rest().map(|(name, _)| unsaid(&name)));
    Ok(wanted)
}

fn unsaid(name: &str) -> Loss {
    Loss { what: name.to_owned(), why: NO_FIELD }
}
