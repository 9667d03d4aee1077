//! Vectors for texts, as every dialect means them: what is asked for, and what comes back.

use crate::domain::prompt::Loss;
use crate::domain::usage::Usage;

/// A request for vectors.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    /// What to make vectors of: one each.
    pub inputs: Vec<Input>,
    /// How long the vectors are to be; `None` = as long as the model makes them.
    pub dimensions: Option<u64>,
    /// What they are for, where the client says so: some models make others for a question than for what may answer it.
    pub purpose: Option<Purpose>,
    /// The form in which the client wants them.
    pub form: Form,
    /// Fields that only the client's dialect has.
    pub unsaid: Vec<Loss>,
}

/// What a vector is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A text.
    Text(String),
    /// A text as tokens of the model's own vocabulary, which means nothing to any other model.
    Tokens(Vec<u64>),
}

/// What vectors are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A query that documents are searched with.
    Query,
    /// A document that is searched.
    Document,
    /// Telling how alike two texts are.
    Similarity,
    /// Sorting texts into known classes.
    Classification,
    /// Finding groups among texts.
    Clustering,
    /// A question whose answer is searched.
    Question,
    /// A statement that is to be checked.
    FactCheck,
    /// A query that code is searched with.
    CodeQuery,
}

/// How a list of vectors is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// As JSON numbers.
    #[default]
    Numbers,
    /// As base64 of little-endian 32-bit floats.
    Base64,
}

/// The vectors of an answer, in the order of the inputs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vectors {
    /// The model that made them, as its provider names it.
    pub model: Option<String>,
    /// One for each input.
    pub vectors: Vec<Vec<f64>>,
    /// Counts, where the provider gave any.
    pub usage: Option<Usage>,
}
