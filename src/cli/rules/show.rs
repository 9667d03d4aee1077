//! The rules as a table, and what a condition can name.

use serde::Serialize;

use crate::cli::diag::Done;
use crate::cli::groups::shares;
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::domain::rule::{Scope, Variable};
use crate::store::{RuleRow, rules as rows};

/// The document of `rules`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    /// In the order in which they are asked.
    rules: Vec<Shown>,
}

/// One rule.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    name: String,
    scope: String,
    priority: i64,
    when: String,
    targets: Vec<Weighed>,
    fallbacks: Vec<String>,
    chain: bool,
    enabled: bool,
}

#[derive(Debug, Serialize)]
struct Weighed {
    target: String,
    weight: f64,
    /// Of the requests that match, while every target is healthy.
    share: f64,
}

/// The document of `rules variables`.
#[derive(Debug, Serialize)]
struct Names {
    schema_version: u32,
    variables: Vec<Described>,
}

#[derive(Debug, Serialize)]
struct Described {
    name: &'static str,
    #[serde(rename = "type")]
    kind: String,
    about: &'static str,
}

impl Shown {
    pub(super) fn of(row: &RuleRow) -> Self {
        let shares = shares(row.targets.iter().map(|it| it.1));
        let targets = row.targets.iter().zip(shares);
        let targets =
            targets.map(|((target, weight), share)| Weighed { target: target.clone(), weight: *weight, share });
        Self {
            name: row.name.clone(),
            scope: row.scope.clone(),
            priority: row.priority,
            when: row.when.clone(),
            targets: targets.collect(),
            fallbacks: row.fallbacks.clone(),
            chain: row.chain,
            enabled: row.enabled,
        }
    }

    /// `a/m 75% · b/m 25%, then fast`.
    pub(super) fn targets_in_words(&self) -> String {
        let of = |it: &Weighed| match self.targets.len() {
            1 => it.target.clone(),
            _ => format!("{} {}", it.target, amounts::share(it.share)),
        };
        let mut words = self.targets.iter().map(of).collect::<Vec<_>>().join(" · ");
        for it in &self.fallbacks {
            words.push_str(", then ");
            words.push_str(it);
        }
        words
    }
}

/// `rules`.
pub(super) fn list(session: &Session) -> Done {
    let mut all = rows::list(&session.read()?)?;
    // The order of the policy. A scope that a later llmroute knows is shown behind those of this one.
    all.sort_by_key(|it| {
        let rank = match it.scope.parse::<Scope>() {
            Ok(Scope::VirtualKey(_)) => 0,
            Ok(Scope::Team(_)) => 1,
            Ok(Scope::Customer(_)) => 2,
            Ok(Scope::Global) => 3,
            Err(_) => 4,
        };
        (rank, it.priority, it.name.clone())
    });
    let listed = Listed { schema_version: 1, rules: all.iter().map(Shown::of).collect() };
    session.screen.show(&listed, |it, frame| {
        if it.rules.is_empty() {
            return "no rules: llmroute rules add NAME --when CEL --to GROUP|PROVIDER/MODEL".to_owned();
        }
        draw(&it.rules, frame)
    })
}

fn draw(rules: &[Shown], frame: Frame) -> String {
    let mut table = Table::new(&[right("#"), left("RULE"), right("PRIO").wide(), left("WHEN"), left("TO")]);
    let mut number = 0;
    for it in rules {
        let asked = if it.enabled {
            number += 1;
            number.to_string()
        } else {
            "off".to_owned()
        };
        let scope = if it.scope == "global" { String::new() } else { format!(" ({})", it.scope) };
        let chain = if it.chain { "↻ " } else { "" };
        table.row([
            asked,
            format!("{}{scope}", it.name),
            it.priority.to_string(),
            it.when.replace('\n', " "),
            format!("{chain}{}", it.targets_in_words()),
        ]);
    }
    let mut drawn = table.draw(frame);
    if rules.iter().any(|it| it.chain) {
        drawn.push_str("\n↻ rewrites the model, and all rules are asked again");
    }
    drawn
}

/// `rules variables`.
pub(super) fn variables(session: &Session) -> Done {
    let of = |it: Variable| Described { name: it.name(), kind: it.kind().to_string(), about: it.about() };
    let names = Names { schema_version: 1, variables: Variable::ALL.into_iter().map(of).collect() };
    session.screen.show(&names, |it, frame| {
        let mut table = Table::new(&[left("VARIABLE"), left("TYPE"), left("WHAT IT IS")]);
        for it in &it.variables {
            table.row([it.name.to_owned(), it.kind.clone(), it.about.to_owned()]);
        }
        table.draw(frame)
    })
}
