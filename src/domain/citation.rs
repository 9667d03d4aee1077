//! Where the words of an answer come from, as its provider says.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;

/// What a block of text, or some of its words, is taken from.
#[derive(Debug, Clone)]
pub struct Citation {
    /// Which characters of the block, counted as Unicode code points, the end excluded; `None` for the block as a whole,
    /// as Anthropic and Bedrock cite. An empty range is a point in the text: there the mark of a note would stand.
    ///
    /// OpenAI and Cohere count so; Gemini counts bytes of UTF-8.
    pub span: Option<Range<u64>>,
    /// What is cited, in the provider's order. Empty where the hub cannot tell.
    pub sources: Vec<Cited>,
    /// Whose words for it `raw` is in.
    pub dialect: Dialect,
    /// The JSON as it came. `None` where its dialect says it beside the text (a list for the whole answer), which then is
    /// among the own pieces of the answer and goes back from there.
    pub raw: Option<Box<RawValue>>,
}

/// One thing that is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// What it is.
    pub source: Source,
    /// Its title, or the name of a file.
    pub title: Option<String>,
    /// The words of it that are meant.
    pub quote: Option<String>,
}

/// What can be cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A page of the web: its address.
    Web(String),
    /// A file that lies with the provider: its id there.
    File(String),
    /// A document of the request.
    Document {
        /// Its number among all of the request, from 0.
        number: u64,
        /// Where in it.
        place: Place,
    },
    /// A search result that the request gave.
    SearchResult {
        /// What the request says where it is from.
        id: String,
        /// Its number among all of the request, from 0.
        number: u64,
        /// Which of its blocks, from 0, the end excluded.
        blocks: Range<u64>,
    },
    /// Something else that the model was given (what a tool returned, a piece of a store): its id, empty if it has none.
    Given(String),
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Characters of a plain text, from 0, the end excluded.
    Characters(Range<u64>),
    /// Pages, from 1, the end excluded.
    Pages(Range<u64>),
    /// Blocks of a document made of blocks, from 0, the end excluded.
    Blocks(Range<u64>),
}

impl Citation {
    /// A citation as `dialect` told it.
    #[must_use]
    pub fn told(dialect: Dialect, raw: &RawValue, span: Option<Range<u64>>, sources: Vec<Cited>) -> Self {
        Self { span, sources, dialect, raw: Some(raw.to_owned()) }
    }

    /// A citation that `dialect` tells beside the text.
    #[must_use]
    pub const fn beside(dialect: Dialect, span: Option<Range<u64>>, sources: Vec<Cited>) -> Self {
        Self { span, sources, dialect, raw: None }
    }

    /// A range as a provider states it; `None` for one that is turned round, and for zeros, which providers send that do
    /// not know.
    #[must_use]
    pub fn span(start: Option<u64>, end: Option<u64>) -> Option<Range<u64>> {
        let (start, end) = (start.unwrap_or(0), end?);
        (start <= end && end > 0).then_some(start..end)
    }
}
