//! The screen of a decision.

use std::time::Duration;

use crate::cli::decision::{Estimate, Line, Shown, Tried};
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts, safe};
use crate::route::explain::About;
use crate::route::record::Facts;

/// `310 tok in · stream · tools, images`: what the decision knew of the request.
pub(in crate::cli) fn facts(it: &Facts) -> String {
    let needs = &it.needs;
    let wants = [
        ("tools", needs.tools),
        ("images", needs.images),
        ("a JSON schema", needs.json_schema),
        ("reasoning", needs.reasoning),
        ("compaction", needs.compaction),
    ];
    let wants: Vec<&str> = wants.into_iter().filter(|it| it.1).map(|it| it.0).collect();
    let mut shown = vec![format!("~{} tok in", amounts::tokens(needs.prompt_tokens))];
    shown.extend(needs.max_tokens.map(|it| format!("at most {} out", amounts::tokens(it))));
    shown.push(if it.stream { "stream" } else { "whole" }.to_owned());
    if !wants.is_empty() {
        shown.push(format!("with {}", wants.join(", ")));
    }
    shown.extend(it.caller.as_ref().map(ToString::to_string));
    shown.join(" · ")
}

/// The steps about the request as a whole, the targets in order, and those that are out.
pub(in crate::cli) fn draw(it: &Shown, frame: Frame) -> String {
    let mut lines: Vec<String> = it
        .trail
        .iter()
        .filter(|it| it.step.about() == About::All)
        .map(|it| safe::line(&it.text).into_owned())
        .collect();
    if !it.plan.is_empty() {
        let made = it.plan.iter().any(|it| it.tried.is_some());
        let last = if made { "WHAT CAME" } else { "EXPECTED" };
        let mut table = Table::new(&[right("#"), left("TARGET"), right("WEIGHT"), left("PLACE"), left(last)]);
        for (at, line) in it.plan.iter().enumerate() {
            table.row([
                (at + 1).to_string(),
                line.target.clone(),
                weight(line, made),
                line.notes.join(", "),
                line.tried.as_deref().map_or_else(|| estimate(line.estimate.as_ref()), tried),
            ]);
        }
        lines.push(table.draw(frame));
    }
    for out in &it.out {
        lines.push(safe::line(&format!("– {}  {}", out.target, out.why)).into_owned());
    }
    lines.join("\n")
}

/// The weight, and of a request that is not made the share that goes there.
fn weight(line: &Line, made: bool) -> String {
    match (line.weight, line.share) {
        (Some(weight), Some(share)) if !made && weight > 0.0 => {
            format!("{} ({})", amounts::weight(weight), amounts::share(share))
        }
        (Some(weight), _) => amounts::weight(weight),
        (None, _) => amounts::NONE.to_owned(),
    }
}

fn tried(all: &[Tried]) -> String {
    if all.is_empty() {
        return "not tried".to_owned();
    }
    all.iter().map(one).collect::<Vec<_>>().join("; then ")
}

/// `429 in 88ms, retry after 41s`, or `200, first 0.91s, $0.0022 ← answered`.
fn one(it: &Tried) -> String {
    let (first, total) = it.micros;
    let status = it.status.map_or_else(|| it.error.clone().unwrap_or_else(|| "open".to_owned()), |it| it.to_string());
    if !it.answered {
        let code = it.error.as_ref().filter(|_| it.status.is_some()).map(|it| format!(" {it}")).unwrap_or_default();
        let time = total.map(|_| format!(" in {}", amounts::micros(total))).unwrap_or_default();
        let wait = it
            .retry_after_seconds
            .map(|it| format!(", retry after {}", amounts::duration(Duration::from_secs_f64(it))))
            .unwrap_or_default();
        let followed = it.followed.map(|it| format!(" → {it}")).unwrap_or_default();
        return format!("{status}{code}{time}{wait}{followed}");
    }
    let time = if first.is_some() {
        format!("first {}", amounts::micros(first))
    } else {
        format!("in {}", amounts::micros(total))
    };
    let cost = it.cost.as_ref().map(|it| format!(", {}", it.text())).unwrap_or_default();
    let how =
        it.resume.as_ref().map_or_else(|| "answered".to_owned(), |way| format!("went on with the cut answer ({way})"));
    format!("{status}, {time}{cost} ← {how}")
}

fn estimate(it: Option<&Estimate>) -> String {
    let Some(it) = it else { return amounts::NONE.to_owned() };
    let cost = match (it.usd, it.output_tokens) {
        (None, _) => "no price known".to_owned(),
        (Some(usd), Some(_)) => format!("est. {usd}"),
        (Some(usd), None) => format!("est. {usd} for the prompt alone"),
    };
    let first = it.first_us.map(|_| format!(", first {}", amounts::micros(it.first_us))).unwrap_or_default();
    format!("{cost}{first}")
}
