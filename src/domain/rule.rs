//! Routing rules: a condition over a request, and where the requests go for which it holds (routing.md §3). What a
//! condition can look at is here, how it is written and evaluated is `route::rules`'.

mod written;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::domain::id::{GroupName, RuleName};
use crate::domain::target::Target;

/// How often the model of one request may be rewritten by rules that chain.
pub const CHAIN_MOST: usize = 10;

/// The rules in force, in the order in which they are asked.
#[derive(Debug, Clone)]
pub struct Rules {
    ordered: Vec<Arc<Rule>>,
    /// The time zone of `hour` and `weekday`.
    pub time_zone: TimeZone,
    /// A bit for each variable that some rule names.
    named: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { ordered: Vec::new(), time_zone: TimeZone::UTC, named: 0 }
    }
}

impl Rules {
    /// Puts rules into their order: the narrower scope first, then the smaller priority, then the name.
    #[must_use]
    pub fn new(mut rules: Vec<Arc<Rule>>, time_zone: TimeZone) -> Self {
        rules.sort_by(|a, b| a.place().cmp(&b.place()));
        let named = Variable::ALL.into_iter().filter(|it| rules.iter().any(|rule| rule.when.names(*it)));
        let named = named.fold(0, |all, it| all | it.bit());
        Self { ordered: rules, time_zone, named }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }

    /// The rules in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.ordered.iter()
    }

    /// Whether any rule looks at `variable`.
    #[must_use]
    pub fn reads(&self, variable: Variable) -> bool {
        self.named & variable.bit() != 0
    }

    /// Whether any rule looks at what HTTP says beside the body.
    #[must_use]
    pub fn reads_the_envelope(&self) -> bool {
        [Variable::Headers, Variable::Params, Variable::Tags].into_iter().any(|it| self.reads(it))
    }
}

/// What came of asking the rules once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Those that could not be evaluated, and why.
    pub failed: Vec<(RuleName, String)>,
    /// The first that matched.
    pub matched: Option<RuleName>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: RuleName,
    /// Whose requests it is asked about.
    pub scope: Scope,
    /// The smaller, the earlier within its scope.
    pub priority: i64,
    /// When it matches.
    pub when: Arc<dyn Condition>,
    /// Where its requests go, with weights: any numbers from 0 up. At least one.
    pub targets: Vec<(Destination, f64)>,
    /// What stands behind those, in order.
    pub fallbacks: Vec<Destination>,
    /// It says what model is meant and the rules are asked again, instead of ending the search.
    pub chain: bool,
}

impl Rule {
    fn place(&self) -> (u8, i64, &str) {
        (self.scope.rank(), self.priority, self.name.as_str())
    }
}

/// Whose requests a rule is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those of one virtual key, by its name.
    VirtualKey(String),
    /// Those of a team.
    Team(String),
    /// Those of a customer.
    Customer(String),
    /// Everybody's.
    Global,
}

impl Scope {
    /// Its word on the command line and in the file, and the id behind it.
    #[must_use]
    pub fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::VirtualKey(id) => ("virtual-key", Some(id)),
            Self::Team(id) => ("team", Some(id)),
            Self::Customer(id) => ("customer", Some(id)),
            Self::Global => ("global", None),
        }
    }

    /// Whether a request may have both scopes.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let ((word, id), (other_word, other_id)) = (self.parts(), other.parts());
        word != other_word || id == other_id
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::VirtualKey(_) => 0,
            Self::Team(_) => 1,
            Self::Customer(_) => 2,
            Self::Global => 3,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (word, Some(id)) => f.pad(&format!("{word}:{id}")),
            (word, None) => f.pad(word),
        }
    }
}

/// The text is no scope.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no scope: use global, customer:NAME, team:NAME or virtual-key:NAME")]
pub struct NotAScope(String);

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = text.split_once(':').filter(|(_, id)| !id.is_empty());
        match (text, named) {
            ("global", _) => Ok(Self::Global),
            (_, Some(("customer", id))) => Ok(Self::Customer(id.to_owned())),
            (_, Some(("team", id))) => Ok(Self::Team(id.to_owned())),
            (_, Some(("virtual-key", id))) => Ok(Self::VirtualKey(id.to_owned())),
            _ => Err(NotAScope(text.to_owned())),
        }
    }
}

/// Where a rule sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To a group, whatever it holds then.
    Group(GroupName),
    /// To one target.
    Target(Target),
}

impl Destination {
    /// Reads a name: with a `/` it is `provider/model`, without one a group.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match Target::parse(text) {
            Some(it) => Some(Self::Target(it)),
            None if text.is_empty() || text.contains('/') => None,
            None => Some(Self::Group(text.into())),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(it) => it.fmt(f),
            Self::Target(it) => it.fmt(f),
        }
    }
}

/// The condition of a rule, compiled when the policy was made. Nothing is compiled while requests are served.
pub trait Condition: fmt::Debug + Send + Sync {
    /// How it is written.
    fn text(&self) -> &str;

    /// Whether it looks at `variable`.
    fn names(&self, variable: Variable) -> bool;

    /// Whether it holds.
    ///
    /// # Errors
    /// It cannot be evaluated over these facts; says why, without repeating what the request said.
    fn holds(&self, facts: &dyn Facts) -> Result<bool, String>;
}

/// What is known of a request.
pub trait Facts: Send + Sync {
    /// The value of `variable`; `None` where it is not known.
    fn fact(&self, variable: Variable) -> Option<Fact<'_>>;
}

/// The value of a variable.
#[derive(Debug, Clone, Copy)]
pub enum Fact<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// Yes or no.
    Bool(bool),
    /// Several texts.
    List(&'a [String]),
    /// Something for each of some names.
    Map(&'a dyn Lookup),
}

/// Values by name. Nothing is worked out before it is asked for.
pub trait Lookup: fmt::Debug + Send + Sync {
    /// The value of that name.
    fn get(&self, name: &str) -> Option<Fact<'_>>;

    /// All names.
    fn names(&self) -> Vec<&str>;
}

/// Declares the variables a condition can name, with what each one means.
macro_rules! variables {
    ($($variant:ident $name:literal $kind:ident $about:literal)*) => {
        /// What a condition can name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Variable {
            $(#[doc = $about] $variant,)*
        }

        impl Variable {
            /// Every one, in the order they are shown.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// How it is written.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What kind of value it has.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// What it means.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }

            /// The one that is written so.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

variables! {
    Model "model" Text "The model as asked for, or as a chained rule rewrote it."
    Provider "provider" Text "The provider that `model` names before a `/`; empty where it names none."
    RequestType "request_type" Text "chat, responses, messages, embedding, image, audio, moderation, rerank or other."
    Dialect "dialect" Text "openai-chat, openai-responses, anthropic or gemini."
    Headers "headers" TextMap "Headers by name in lower case, without tokens, keys and cookies."
    Params "params" TextMap "Parameters of the query, without keys."
    Metadata "metadata" TextMap "The body's `metadata` (Gemini: `labels`): its texts, numbers and booleans, as text."
    Tags "tags" TextList "x-llmroute-tags and x-litellm-tags, split at commas, and the body's metadata.tags."
    VirtualKey "virtual_key" Text "The virtual key that asks; empty where there is none."
    Team "team" Text "Its team; empty where there is none."
    Customer "customer" Text "Its customer; empty where there is none."
    Client "client" Text "Who asks, from the user agent: claude-code, python, curl."
    Session "session" Text "The client's session id; empty where it sends none."
    BudgetUsed "budget_used" Double "Percent of the tightest budget that applies; 0 where none does."
    TokensUsed "tokens_used" Double "Percent used of the tightest limit on tokens for who asks; 0 where none applies."
    RequestsUsed "requests_used" Double "Percent used of the tightest limit on requests for who asks; 0 where none applies."
    PromptTokens "prompt_tokens" Int "Estimated tokens of the prompt: a quarter of its bytes."
    MaxTokens "max_tokens" Int "The output cap the request sets; 0 where it sets none."
    EstCost "est_cost" Double "Estimated dollars: the cheapest target of the model asked for, its prompt and its output cap."
    Messages "messages" Int "Messages (OpenAI responses: input items; Gemini: contents) in the body."
    HasTools "has_tools" Bool "It brings tools."
    HasImages "has_images" Bool "It holds an image."
    HasAudio "has_audio" Bool "It holds sound."
    Stream "stream" Bool "It wants a stream."
    JsonSchema "json_schema" Bool "It wants JSON by schema."
    Complexity "complexity" Double "How demanding the newest words of the user look, 0 to 1: a rough guess."
    Language "language" Text "ISO 639-1 code of the language of the newest words of the user; empty where unsure."
    Sensitive "sensitive" Bool "It holds what looks like a private key, an access key, an IBAN or a card number."
    Hour "hour" Int "The hour of the day, 0 to 23, in the configured time zone."
    Weekday "weekday" Int "1 for Monday to 7 for Sunday, in the configured time zone."
    Health "health" TextMap "By PROVIDER/MODEL: healthy, degraded, recovering or failed; its best key counts."
    TtftP50 "ttft_p50" DoubleMap "By PROVIDER/MODEL: the usual seconds to the first content of a stream; 0 where none was seen."
    ErrorRate "error_rate" DoubleMap "By PROVIDER/MODEL: the share of attempts of the last half minute that failed, 0 to 1."
}

impl Variable {
    /// Whether the record of a decision and the ledger keep it, or it is the same for all. Words of a request are not kept,
    /// nor what HTTP said beside them, nor prices of the time, nor how much of a limit was used.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        !matches!(
            self,
            Self::Headers
                | Self::Params
                | Self::Metadata
                | Self::Tags
                | Self::EstCost
                | Self::TokensUsed
                | Self::RequestsUsed
                | Self::Messages
                | Self::Complexity
                | Self::Language
                | Self::Sensitive
        )
    }

    const fn bit(self) -> u64 {
        1 << self as u32
    }
}

/// The kind of a variable's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Double,
    /// Yes or no.
    Bool,
    /// Texts.
    TextList,
    /// Texts by name.
    TextMap,
    /// Numbers by name.
    DoubleMap,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Text => "string",
            Self::Int => "int",
            Self::Double => "double",
            Self::Bool => "bool",
            Self::TextList => "list(string)",
            Self::TextMap => "map(string, string)",
            Self::DoubleMap => "map(string, double)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Always;

    impl Condition for Always {
        fn text(&self) -> &'static str {
            "true"
        }

        fn names(&self, variable: Variable) -> bool {
            variable == Variable::Params
        }

        fn holds(&self, _facts: &dyn Facts) -> Result<bool, String> {
            Ok(true)
        }
    }

    fn rule(name: &str, scope: Scope, priority: i64) -> Arc<Rule> {
        Arc::new(Rule {
            name: name.into(),
            scope,
            priority,
            when: Arc::new(Always),
            targets: vec![(Destination::Group("fast".into()), 1.0)],
            fallbacks: Vec::new(),
            chain: false,
        })
    }

    #[test]
    fn the_narrower_scope_comes_first_then_the_priority_then_the_name() {
        let all = vec![
            rule("b", Scope::Global, 1),
            rule("a", Scope::Global, 1),
            rule("z", Scope::Global, 0),
            rule("c", Scope::Customer("x".to_owned()), 9),
            rule("t", Scope::Team("x".to_owned()), 9),
            rule("k", Scope::VirtualKey("x".to_owned()), 9),
        ];
        let rules = Rules::new(all, TimeZone::UTC);
        let order: Vec<&str> = rules.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(order, ["k", "t", "c", "z", "a", "b"]);
        assert!(rules.reads(Variable::Params) && rules.reads_the_envelope() && !rules.reads(Variable::Model));
        assert!(!Rules::default().reads_the_envelope());
    }

    #[test]
    fn scopes_and_destinations_read_back_what_they_print() {
        for text in ["global", "customer:acme", "team:a:b", "virtual-key:vk1"] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for bad in ["", "team", "team:", "everybody", "global:x"] {
            assert!(bad.parse::<Scope>().is_err(), "{bad}");
        }
        for text in ["fast", "p/m", "p/m/n:free"] {
            assert_eq!(Destination::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "/m", "p/", "/"] {
            assert_eq!(Destination::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_variable_is_found_by_its_name_and_has_a_bit_of_its_own() {
        let bits: std::collections::BTreeSet<u64> = Variable::ALL.iter().map(|it| it.bit()).collect();
        assert_eq!(bits.len(), Variable::ALL.len());
        for it in Variable::ALL {
            assert_eq!(Variable::parse(it.name()), Some(it));
        }
        assert_eq!(Variable::parse("modell"), None);
    }
}
