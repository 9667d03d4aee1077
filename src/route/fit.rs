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
/// `no_key` (424) if every candidate lacks a key, `not_offered` (404) if some have one but none has such an operation,
/// `no_fit` (400) if some have it but none can do what is asked. Each candidate's reason is listed.
pub fn fit(found: Vec<Candidate>, ask: &Ask, trail: &mut Vec<Step>) -> Result<Vec<Candidate>, Failure> {
    let mut fitting = Vec::with_capacity(found.len());
    let mut out = Vec::new();
    let mut nearest = Misfit::NoKey;
    for it in found {
        let Some((misfit, why)) = misfit(&it, ask) else {
            fitting.push(it);
            continue;
        };
        nearest = nearest.max(misfit);
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
    Err(match nearest {
        Misfit::NoKey => Failure::local(Origin::Local, "no_key", 424, format!("no target has a key: {reasons}")),
        Misfit::NotOffered => {
            let told = format!("no target offers this ({}): {reasons}", ask.operation.name());
            Failure::local(Origin::Client, "not_offered", 404, told)
        }
        Misfit::Unable => {
            Failure::local(Origin::Client, "no_fit", 400, format!("no target can serve this request: {reasons}"))
        }
    })
}

/// How far a candidate is from being able to serve, the farthest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Misfit {
    /// It has no key.
    NoKey,
    /// Its API has no such operation, or is not the client's where nothing is translated.
    NotOffered,
    /// It cannot do what this request asks for, or must not be asked.
    Unable,
}

/// Why this candidate is out.
fn misfit(it: &Candidate, ask: &Ask) -> Option<(Misfit, String)> {
    let provider = &it.provider;
    if !provider.enabled {
        return Some((Misfit::Unable, "its provider is disabled".to_owned()));
    }
    if it.seats.is_empty() {
        return Some((Misfit::NoKey, no_key(provider)));
    }
    if ask.operation != Operation::Chat && provider.speech_for(&ask.operation, ask.dialect).is_none() {
        let why = if ask.operation.translates() {
            format!("nothing that {} speaks has it", provider.name)
        } else {
            format!("{} does not speak {}, and this is passed on as it is", provider.name, ask.dialect)
        };
        return Some((Misfit::NotOffered, why));
    }
    let cannot = |what: &str| Some((Misfit::Unable, format!("{} does not take {what}", provider.name)));
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
