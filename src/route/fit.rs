//! Stage 2: drop what cannot serve this request, and say why.

use crate::domain::ask::Ask;
use crate::domain::failure::{Failure, Origin};
use crate::domain::id::{KeyName, ModelName};
use crate::domain::model::ModelFacts;
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Provider};
use crate::domain::secret::ClientKey;
use crate::domain::target::Seat;
use crate::route::explain::Step;
use crate::route::health::FleetView;
use crate::route::{Candidate, wishes};

/// The candidates that can serve `ask`.
///
/// # Errors
/// `no_key` (424) if every candidate lacks a key, `not_set_up` (424) if what they lack is a setting, `not_offered` (404) if
/// some lack neither but none has such an operation, `no_fit` (400) if some have it but none can do what is asked. Each
/// candidate's reason is listed.
pub fn fit(
    found: Vec<Candidate>,
    ask: &Ask,
    fleet: &FleetView,
    trail: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    // A prompt is only estimated. Who has room for it even if the estimate is too low comes before who has not; where
    // nobody has, those whose window the estimate itself fits into may still serve it.
    let needed = ask.needs.prompt_tokens;
    let ample = needed.saturating_add(needed / MARGIN);
    let is_snug = |it: &Candidate| misfit(it, ask, ample).is_some() && misfit(it, ask, needed).is_none();
    let some_have_room = found.iter().any(|it| misfit(it, ask, ample).is_none());
    let prompt = if !some_have_room && found.iter().any(is_snug) { needed } else { ample };
    let mut fitting = Vec::with_capacity(found.len());
    let mut out = Vec::new();
    let mut nearest = Lack::Key;
    let most = ask.wishes.as_deref().and_then(|it| it.max_price);
    for mut it in found {
        let misfit =
            misfit(&it, ask, prompt).or_else(|| Some((Lack::Skill, wishes::too_dear(most?, &mut it, ask, fleet)?)));
        let Some((lack, why)) = misfit else {
            if it.provider.auth == Auth::Client {
                with_own_key(&mut it, ask);
            }
            fitting.push(it);
            continue;
        };
        nearest = nearest.max(lack);
        out.push(format!("{}: {why}", it.target));
        trail.push(Step::Out { target: it.target, why });
    }
    if !fitting.is_empty() {
        return Ok(fitting);
    }
    let reasons = out.join("; ");
    if out.is_empty() {
        let told = format!("the group `{}` has no targets", ask.model);
        return Err(Failure::local(Origin::Local, "empty_group", 424, told));
    }
    let (origin, code, status, what) = match nearest {
        Lack::Key => (Origin::Local, "no_key", 424, "no target has a key"),
        Lack::Setting => (Origin::Local, "not_set_up", 424, "no target is set up"),
        Lack::Operation => (Origin::Client, "not_offered", 404, "no target offers this"),
        Lack::Skill => (Origin::Client, "no_fit", 400, "no target can serve this request"),
    };
    Err(Failure::local(origin, code, status, format!("{what}: {reasons}")))
}

/// An estimate of a prompt is within a quarter of the truth for most text: this part of it is added to be sure.
const MARGIN: u64 = 4;

/// What keeps a candidate from serving, the farthest from it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    /// No key that could be used.
    Key,
    /// A setting of its address.
    Setting,
    /// Its API has no such operation, or is not the client's where nothing is translated.
    Operation,
    /// It cannot do what is asked, or must not.
    Skill,
}

/// Why this candidate is out, for a prompt of about that many tokens.
fn misfit(it: &Candidate, ask: &Ask, prompt: u64) -> Option<(Lack, String)> {
    let provider = &it.provider;
    if !provider.enabled {
        return Some((Lack::Skill, "its provider is disabled".to_owned()));
    }
    if let Some(why) = ask.wishes.as_deref().and_then(|wishes| wishes::bars(wishes, it)) {
        return Some((Lack::Skill, why));
    }
    if it.seats.is_empty() {
        return Some((Lack::Key, no_key(provider, &it.target.model)));
    }
    if provider.auth == Auth::Client
        && let Some(why) = bars_own_key(provider, ask)
    {
        return Some(why);
    }
    if let Some(unready) = &provider.unready {
        return Some((Lack::Setting, unready.to_string()));
    }
    if provider.speech_for(&ask.operation, ask.dialect, &it.target.model).is_none() {
        let operation = ask.operation.name();
        return Some(match &ask.operation {
            Operation::Chat => (Lack::Skill, format!("{} holds no conversations", provider.name)),
            it if it.translates() => {
                (Lack::Operation, format!("nothing that {} speaks has `{operation}`", provider.name))
            }
            _ => {
                let why =
                    format!("{} does not speak {}, and `{operation}` is not translated", provider.name, ask.dialect);
                (Lack::Operation, why)
            }
        });
    }
    let cannot = |what: &str| Some((Lack::Skill, format!("{} does not take {what}", provider.name)));
    let quirks = &provider.quirks;
    if ask.needs.tools && !quirks.tools {
        return cannot("tools");
    }
    if ask.needs.images && !quirks.images {
        return cannot("images");
    }
    if ask.needs.json_schema && !quirks.json_schema {
        return cannot("a JSON schema");
    }
    let unable = unable(provider.facts.get(it.target.model.as_str())?, ask, prompt)?;
    Some((Lack::Skill, format!("{} {unable}", it.target.model)))
}

/// What the model is known not to do. A fact that is unknown keeps nobody out.
fn unable(facts: &ModelFacts, ask: &Ask, prompt: u64) -> Option<String> {
    let needs = &ask.needs;
    let asked = [
        (needs.tools, facts.tools, "does not call tools"),
        (needs.images, facts.images, "does not see images"),
        (needs.audio, facts.audio, "does not hear sound"),
        (needs.json_schema, facts.json_schema, "does not answer by a JSON schema"),
        (needs.reasoning, facts.reasoning, "does not reason"),
    ];
    if let Some((.., what)) = asked.into_iter().find(|(needed, can, _)| *needed && *can == Some(false)) {
        return Some(what.to_owned());
    }
    // What is asked beside a conversation may be a list, each part of which has the window for itself.
    let is_one_prompt = matches!(ask.operation, Operation::Chat | Operation::Compact);
    let window = facts.window.filter(|it| is_one_prompt && *it < prompt)?;
    Some(format!("takes {window} tokens, and the prompt has about {}", needs.prompt_tokens))
}

/// Why the key of the client itself cannot go to `provider`. It belongs to whoever the client believes it talks to: it goes
/// to nobody that does not speak the client's dialect.
fn bars_own_key(provider: &Provider, ask: &Ask) -> Option<(Lack, String)> {
    let name = &provider.name;
    if ask.needs.own_key.is_none() {
        let why = format!(
            "{name} takes the key of the client itself, and none came (the local token goes into x-llmroute-key then)"
        );
        return Some((Lack::Key, why));
    }
    let speaks = provider.speaks.iter().any(|it| it.dialect == ask.dialect || it.dialect.is_kin(ask.dialect));
    (!speaks).then(|| {
        let why = format!("the client's own key is for {}, which {name} does not speak", ask.dialect);
        (Lack::Skill, why)
    })
}

/// The one seat there is: that of the key which the client has brought.
fn with_own_key(it: &mut Candidate, ask: &Ask) {
    let key = ask.needs.own_key.map(|id| (id, KeyName::from(ClientKey::NAME)));
    it.seats = vec![(Seat { target: it.target.clone(), key }, 1.0)];
}

fn no_key(provider: &Provider, model: &ModelName) -> String {
    if provider.usable_keys().next().is_some() {
        return format!(
            "no key of {} is for {model} (llmroute keys set {} KEY --models {model})",
            provider.name, provider.name
        );
    }
    let problems: Vec<&str> = provider.keys.iter().filter_map(|it| it.problem.as_deref()).collect();
    match (provider.keys.is_empty(), problems.as_slice()) {
        (true, _) if provider.auth == Auth::None => "it has no seat".to_owned(),
        (true, _) => format!("{} has no key (llmroute keys add {})", provider.name, provider.name),
        (false, []) => format!("every key of {} is disabled", provider.name),
        (false, problems) => format!("no key of {} can be used: {}", provider.name, problems.join(", ")),
    }
}
