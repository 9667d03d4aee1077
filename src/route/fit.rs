//! Stage 2: drop what cannot serve this request, and say why.

use crate::domain::ask::Ask;
use crate::domain::failure::{Failure, Origin};
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Provider};
use crate::route::Candidate;
use crate::route::explain::Step;

/// The candidates that can serve `ask`.
///
/// # Errors
/// `no_key` (424) if every candidate lacks a key, `not_set_up` (424) if what they lack is a setting, `not_offered` (404) if
/// some lack neither but none has such an operation, `no_fit` (400) if some have it but none can do what is asked. Each
/// candidate's reason is listed.
pub fn fit(found: Vec<Candidate>, ask: &Ask, trail: &mut Vec<Step>) -> Result<Vec<Candidate>, Failure> {
    let mut fitting = Vec::with_capacity(found.len());
    let mut out = Vec::new();
    let mut nearest = Lack::Key;
    for it in found {
        let Some((lack, why)) = misfit(&it, ask) else {
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

/// Why this candidate is out.
fn misfit(it: &Candidate, ask: &Ask) -> Option<(Lack, String)> {
    let provider = &it.provider;
    if !provider.enabled {
        return Some((Lack::Skill, "its provider is disabled".to_owned()));
    }
    if it.seats.is_empty() {
        return Some((Lack::Key, no_key(provider)));
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
    None
}

fn no_key(provider: &Provider) -> String {
    let problems: Vec<&str> = provider.keys.iter().filter_map(|it| it.problem.as_deref()).collect();
    match (provider.keys.is_empty(), problems.as_slice()) {
        (true, _) if provider.auth == Auth::None => "it has no seat".to_owned(),
        (true, _) => format!("{} has no key (llmroute keys add {})", provider.name, provider.name),
        (false, []) => format!("every key of {} is disabled", provider.name),
        (false, problems) => format!("no key of {} can be used: {}", provider.name, problems.join(", ")),
    }
}
