//! A client's request as the router sees it: facts read once, the body never touched.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::caller::Caller;
use crate::domain::clock::Now;
use crate::domain::dialect::Dialect;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::limit::Used;
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::rule::Verdict;
use crate::domain::scope::Who;
use crate::domain::secret::ClientKey;
use crate::domain::wishes::Wishes;

/// One client request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Its id.
    pub id: RequestId,
    /// When it arrived.
    pub at: Now,
    /// The dialect it must be answered in: that of the path it came to.
    pub dialect: Dialect,
    /// The dialect it is written in. The same, but for clients that post a body of one dialect to the path of another and
    /// mean it (Cursor).
    pub written_in: Dialect,
    /// What is asked for.
    pub operation: Operation,
    /// `model` as sent. Empty only in a request that is passed on and names none.
    pub model: String,
    /// The client wants a stream.
    pub stream: bool,
    /// The body as it came.
    pub body: Bytes,
    /// Where its top-level fields are.
    pub fields: Fields,
    /// What a target must be able to do.
    pub needs: Needs,
    /// Headers that go upstream when the target speaks the client's dialect (`anthropic-beta`, `openai-…`): name in
    /// lower case, value.
    pub headers: Vec<(String, String)>,
    /// Who asks, from the user agent: `claude-code`, `python`, `curl`.
    pub client: String,
    /// Whose virtual key it came with; `None`: the owner's own token.
    pub caller: Option<Arc<Caller>>,
    /// The key of the client itself, where it brought one and some provider takes such.
    pub own_key: Option<Arc<ClientKey>>,
    /// The client's session id, where it sends one.
    pub session: Option<String>,
    /// How urgent it is, where a target is full.
    pub priority: Priority,
    /// Refuse rather than drop what the target's dialect cannot say.
    pub strict: bool,
    /// Where it wants to go, where it says so beside its model. The fields that did are no longer in the body.
    pub wishes: Option<Box<Wishes>>,
    /// What the body was made of, where it goes on from an answer that is kept here.
    pub recalled: Option<Recalled>,
    /// What HTTP said beside the body. Empty unless a rule reads it.
    pub envelope: Envelope,
    /// What the cheapest of the targets that its model stands for is expected to ask; `None` where no price is known.
    /// Worked out only where a rule reads it.
    pub quote: Option<Usd>,
    /// What the conversation it belongs to is known by, where it belongs to one.
    pub conversation: Option<u64>,
    /// What the rules said of it, one verdict each time they were asked, where it is decided again from its record.
    pub verdicts: Option<Vec<Verdict>>,
    /// How much of the limits that it is under is used. Worked out only where a rule reads it.
    pub used: Used,
    /// Those verdicts hold only for rules that look at what no record keeps; the others are asked again.
    pub replays: bool,
}

impl Ask {
    /// A request that says nothing beside what is given: no body, no session, not streamed, of the usual priority.
    #[must_use]
    pub fn new(id: RequestId, at: Now, dialect: Dialect, operation: Operation, model: String) -> Self {
        Self {
            id,
            at,
            dialect,
            written_in: dialect,
            operation,
            model,
            stream: false,
            body: Bytes::new(),
            fields: Fields::default(),
            needs: Needs::default(),
            headers: Vec::new(),
            client: String::new(),
            caller: None,
            own_key: None,
            session: None,
            priority: Priority::default(),
            strict: false,
            wishes: None,
            recalled: None,
            envelope: Envelope::default(),
            quote: None,
            conversation: None,
            verdicts: None,
            replays: false,
            used: Used::default(),
        }
    }

    /// Who it is from, as scopes look at it.
    #[must_use]
    pub fn who(&self) -> Who<'_> {
        Who { caller: self.caller.as_deref(), session: self.session.as_deref() }
    }
}

/// What HTTP says beside the body, for rules. Without what shows who somebody is: tokens, keys and cookies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Every header, its name in lower case, its value as sent.
    pub headers: Vec<(String, String)>,
    /// The parameters of the query, decoded.
    pub params: Vec<(String, String)>,
}

/// How urgent a request is: who waits for a place at a full target goes in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    /// After everybody else.
    Low,
    /// As usual.
    #[default]
    Normal,
    /// Before everybody else.
    High,
}

impl Priority {
    /// The priority of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "low" => Some(Self::Low),
            "normal" => Some(Self::Normal),
            "high" => Some(Self::High),
            _ => None,
        }
    }
}

/// A request that named an earlier answer and was made whole from it.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// The id of the answer it goes on from.
    pub id: String,
    /// The body as the client wrote it.
    pub written: Bytes,
}

/// What a request asks of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Needs {
    /// It brings tools.
    #[serde(skip_serializing_if = "is_not")]
    pub tools: bool,
    /// It contains sound.
    #[serde(skip_serializing_if = "is_not")]
    pub audio: bool,
    /// It contains an image.
    #[serde(skip_serializing_if = "is_not")]
    pub images: bool,
    /// It wants JSON by schema.
    #[serde(skip_serializing_if = "is_not")]
    pub json_schema: bool,
    /// It wants the conversation so far replaced by something shorter.
    #[serde(skip_serializing_if = "is_not")]
    pub compaction: bool,
    /// It asks the model to reason.
    #[serde(skip_serializing_if = "is_not")]
    pub reasoning: bool,
    /// The key of the client itself that it can be sent with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_key: Option<KeyId>,
    /// Rough prompt size in tokens: bytes of text over four.
    pub prompt_tokens: u64,
    /// The output cap it sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_not(it: &bool) -> bool {
    !*it
}

/// Byte spans of the top-level fields of a JSON object, in order of appearance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Each field.
    pub fields: Vec<Field>,
    /// Offset of the closing brace.
    pub close: usize,
}

/// One top-level field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key between its quotes, as spelled (escapes not undone).
    pub key: Range<usize>,
    /// The value, without surrounding white space.
    pub value: Range<usize>,
}

impl Fields {
    /// The span of the value of `key`, if present. Compares the key as spelled.
    #[must_use]
    pub fn find(&self, body: &[u8], key: &str) -> Option<Range<usize>> {
        self.fields.iter().find(|it| &body[it.key.clone()] == key.as_bytes()).map(|it| it.value.clone())
    }
}
