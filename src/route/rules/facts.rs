//! What is known of one request, worked out when a condition names it and not before, and once.

use std::borrow::Cow;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::domain::ask::Ask;
use crate::domain::caller::{Caller, Member};
use crate::domain::dialect::Dialect;
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Policy, Provider};
use crate::domain::rule::{Fact, Facts, Lookup, Variable};
use crate::domain::target::{Seat, Target};
use crate::route::breaker::Standing;
use crate::route::health::{FleetView, SeatId};
use crate::route::live::{Class, Live};
use crate::route::rules::{said, signals};

/// Headers with which somebody shows who they are. No rule sees them.
const CREDENTIALS: [&str; 7] =
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key", "x-llmroute-key"];
/// Headers that bring tags.
const TAGS: [&str; 2] = ["x-llmroute-tags", "x-litellm-tags"];

/// Whether a rule may see the header of that name, in lower case.
#[must_use]
pub fn is_open(header: &str) -> bool {
    !CREDENTIALS.contains(&header)
}

/// One request, whatever its model is called by now.
pub(super) struct Sight<'a> {
    ask: &'a Ask,
    headers: Pairs<'a>,
    params: Pairs<'a>,
    health: Targets<'a>,
    first: Targets<'a>,
    errors: Targets<'a>,
    time_zone: &'a TimeZone,
    metadata: OnceLock<said::Metadata>,
    tags: OnceLock<Vec<String>>,
    newest: OnceLock<String>,
    clock: OnceLock<(i64, i64)>,
    complexity: OnceLock<f64>,
    sensitive: OnceLock<bool>,
}

/// The same while its model is called `model`.
pub(super) struct Round<'a> {
    pub(super) sight: &'a Sight<'a>,
    pub(super) model: &'a str,
    pub(super) provider: &'a str,
}

impl<'a> Sight<'a> {
    pub(super) fn new(policy: &'a Policy, ask: &'a Ask, fleet: &'a FleetView) -> Self {
        let class = Class::of(true, ask.needs.prompt_tokens);
        let targets = |what| Targets { policy, fleet, class, what, names: OnceLock::new() };
        Self {
            ask,
            headers: Pairs(&ask.envelope.headers),
            params: Pairs(&ask.envelope.params),
            health: targets(Told::Health),
            first: targets(Told::First),
            errors: targets(Told::Errors),
            time_zone: &policy.rules.time_zone,
            metadata: OnceLock::new(),
            tags: OnceLock::new(),
            newest: OnceLock::new(),
            clock: OnceLock::new(),
            complexity: OnceLock::new(),
            sensitive: OnceLock::new(),
        }
    }

    fn metadata(&self) -> &said::Metadata {
        self.metadata.get_or_init(|| said::metadata(self.ask))
    }

    fn tags(&self) -> &[String] {
        self.tags.get_or_init(|| {
            let headers = self.ask.envelope.headers.iter().filter(|it| TAGS.contains(&it.0.as_str()));
            let of_headers = headers.flat_map(|it| it.1.split(',')).map(str::trim).filter(|it| !it.is_empty());
            of_headers.map(ToOwned::to_owned).chain(self.metadata().tags.iter().cloned()).collect()
        })
    }

    fn newest(&self) -> &str {
        self.newest.get_or_init(|| said::newest(self.ask))
    }

    /// Hour and weekday.
    fn clock(&self) -> (i64, i64) {
        *self.clock.get_or_init(|| {
            // A time beyond what a calendar holds cannot come from a clock; it is the calendar's first moment then.
            let at = Timestamp::from_microsecond(self.ask.at.wall.0).unwrap_or_default();
            let at = at.to_zoned(self.time_zone.clone());
            (i64::from(at.hour()), i64::from(at.weekday().to_monday_one_offset()))
        })
    }
}

impl Facts for Round<'_> {
    fn fact(&self, variable: Variable) -> Option<Fact<'_>> {
        let (sight, ask) = (self.sight, self.sight.ask);
        let count = |it: u64| Fact::Int(i64::try_from(it).unwrap_or(i64::MAX));
        Some(match variable {
            Variable::Model => Fact::Text(self.model),
            Variable::Provider => Fact::Text(self.provider),
            Variable::RequestType => Fact::Text(request_type(ask)),
            Variable::Dialect => Fact::Text(ask.dialect.name()),
            Variable::Headers => Fact::Map(&sight.headers),
            Variable::Params => Fact::Map(&sight.params),
            Variable::Metadata => Fact::Map(sight.metadata()),
            Variable::Tags => Fact::List(sight.tags()),
            Variable::VirtualKey => Fact::Text(ask.caller.as_deref().map_or("", |it| &it.virtual_key.name)),
            Variable::Team => Fact::Text(belongs(ask, |it| it.team.as_ref())),
            Variable::Customer => Fact::Text(belongs(ask, |it| it.customer.as_ref())),
            Variable::Client => Fact::Text(&ask.client),
            Variable::Session => Fact::Text(ask.session.as_deref().unwrap_or_default()),
            // Nothing has a budget.
            Variable::BudgetUsed => Fact::Double(0.0),
            Variable::TokensUsed => Fact::Double(ask.used.tokens),
            Variable::RequestsUsed => Fact::Double(ask.used.requests),
            Variable::PromptTokens => count(ask.needs.prompt_tokens),
            Variable::MaxTokens => count(ask.needs.max_tokens.unwrap_or(0)),
            Variable::EstCost => Fact::Double(ask.quote?.dollars()),
            Variable::Messages => count(said::messages(ask)),
            Variable::HasTools => Fact::Bool(ask.needs.tools),
            Variable::HasImages => Fact::Bool(ask.needs.images),
            Variable::HasAudio => Fact::Bool(ask.needs.audio || said::has_audio(ask)),
            Variable::Stream => Fact::Bool(ask.stream),
            Variable::JsonSchema => Fact::Bool(ask.needs.json_schema),
            Variable::Complexity => {
                Fact::Double(*sight.complexity.get_or_init(|| signals::complexity::of(sight.newest())))
            }
            Variable::Language => Fact::Text(signals::language::of(sight.newest())),
            Variable::Sensitive => {
                Fact::Bool(*sight.sensitive.get_or_init(|| signals::sensitive::is(said::conversation(ask))))
            }
            Variable::Hour => Fact::Int(sight.clock().0),
            Variable::Weekday => Fact::Int(sight.clock().1),
            Variable::Health => Fact::Map(&sight.health),
            Variable::TtftP50 => Fact::Map(&sight.first),
            Variable::ErrorRate => Fact::Map(&sight.errors),
        })
    }
}

/// The name of what the caller belongs to; empty where it belongs to none.
fn belongs(ask: &Ask, to: impl FnOnce(&Caller) -> Option<&Member>) -> &str {
    ask.caller.as_deref().and_then(to).map_or("", |it| &it.name)
}

/// What kind of request it is, in the words that other gateways use too.
fn request_type(ask: &Ask) -> &'static str {
    match &ask.operation {
        Operation::Embed(_) => "embedding",
        Operation::Chat | Operation::CountTokens | Operation::Compact => match ask.dialect {
            Dialect::OpenaiResponses => "responses",
            Dialect::Anthropic => "messages",
            _ => "chat",
        },
        Operation::Relay(it) => match it.path.split('/').next().unwrap_or_default() {
            "images" => "image",
            "audio" => "audio",
            "moderations" => "moderation",
            "rerank" => "rerank",
            _ => "other",
        },
    }
}

/// Texts by name, as they came. Of several of one name the first counts.
#[derive(Debug)]
struct Pairs<'a>(&'a [(String, String)]);

impl Lookup for Pairs<'_> {
    fn get(&self, name: &str) -> Option<Fact<'_>> {
        self.0.iter().find(|it| it.0 == name).map(|it| Fact::Text(&it.1))
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.iter().map(|it| it.0.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Something about targets, by `provider/model`: any model of a known provider can be asked for; gone through are those that
/// groups list.
#[derive(Debug)]
struct Targets<'a> {
    policy: &'a Policy,
    fleet: &'a FleetView,
    /// The size of prompt that times are told for.
    class: Class,
    what: Told,
    names: OnceLock<Vec<String>>,
}

/// What is told of targets.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// How the best seat stands.
    Health,
    /// The usual seconds to the first content of a stream.
    First,
    /// Which part of the latest attempts failed.
    Errors,
}

impl Lookup for Targets<'_> {
    fn get(&self, name: &str) -> Option<Fact<'_>> {
        let target = Target::parse(name)?;
        let provider = self.policy.providers.get(&target.provider)?;
        Some(match self.what {
            Told::Health => Fact::Text(best(provider, &target, self.fleet)),
            Told::First => {
                // The mean of logarithms is the median where times are spread as they are.
                let usual = live(self.fleet, provider, &target).and_then(|it| it.usual(self.class));
                Fact::Double(usual.map_or(0.0, f64::exp))
            }
            Told::Errors => {
                let (good, bad) = live(self.fleet, provider, &target).map_or((0, 0), |it| it.recent(self.fleet.now));
                Fact::Double(if bad == 0 { 0.0 } else { f64::from(bad) / f64::from(good + bad) })
            }
        })
    }

    fn names(&self) -> Vec<&str> {
        let all = self.names.get_or_init(|| {
            let listed = self.policy.groups.values().flat_map(|it| &it.targets).map(|it| it.0.to_string());
            let mut all: Vec<String> = listed.collect();
            all.sort_unstable();
            all.dedup();
            all
        });
        all.iter().map(String::as_str).collect()
    }
}

/// What the seats of a target did lately, together.
fn live<'a>(fleet: &'a FleetView, provider: &Provider, target: &Target) -> Option<Cow<'a, Live>> {
    let of = |key| SeatId { provider: target.provider.clone(), model: Some(target.model.clone()), key };
    let keys = provider.keys_for(&target.model).map(|it| Some(it.id)).chain([None]);
    let mut known = keys.filter_map(|key| fleet.live.0.get(&of(key)).map(AsRef::as_ref));
    let first = known.next()?;
    let Some(second) = known.next() else { return Some(Cow::Borrowed(first)) };
    Some(Cow::Owned(Live::joined([first, second].into_iter().chain(known), fleet.now)))
}

/// How the best seat of a target stands.
fn best(provider: &Provider, target: &Target, fleet: &FleetView) -> &'static str {
    if fleet.standings.is_empty() {
        return "healthy";
    }
    let of = |key| fleet.standing(&Seat { target: target.clone(), key });
    let keyless = (provider.auth == Auth::None && provider.keys.is_empty()).then(|| of(None));
    // How the keys of clients do, each by itself, is nobody's to add up.
    let keyless = keyless.or_else(|| (provider.auth == Auth::Client).then_some(Standing::Healthy));
    let keyed = provider.keys_for(&target.model).map(|it| of(Some((it.id, it.name.clone()))));
    let word = |it: Standing| match it {
        Standing::Healthy => (0, "healthy"),
        Standing::Degraded => (1, "degraded"),
        Standing::Recovering => (2, "recovering"),
        Standing::Out { .. } => (3, "failed"),
    };
    keyless.into_iter().chain(keyed).map(word).min().map_or("failed", |it| it.1)
}

/// A fact as a document shows it.
pub(super) fn shown(fact: Fact<'_>) -> Value {
    match fact {
        Fact::Text(it) => it.into(),
        Fact::Int(it) => it.into(),
        Fact::Double(it) => it.into(),
        Fact::Bool(it) => it.into(),
        Fact::List(all) => all.into(),
        Fact::Map(it) => {
            let pairs = it.names().into_iter().filter_map(|name| Some((name.to_owned(), shown(it.get(name)?))));
            Value::Object(pairs.collect())
        }
    }
}
