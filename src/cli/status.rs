//! `llmroute` alone: how things stand, and one next step.

use serde::Serialize;

use crate::catalog;
use crate::cli::diag::Done;
use crate::cli::live;
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::stats::today;
use crate::cli::view::{BOLD, amounts, paint, safe, shell};
use crate::domain::policy::{Auth, Provider};
use crate::engine::standing::Cooling;
use crate::store::server_lock;
use crate::store::stats::{self, By};

/// Keys that are out and have a line on the card.
const COOLING_MOST: usize = 3;

/// The document of `llmroute --json`.
#[derive(Debug, Serialize)]
struct Card {
    schema_version: u32,
    version: &'static str,
    home: String,
    database: String,
    /// `null` = not running.
    server: Option<Server>,
    /// Providers that requests can go to.
    providers: Vec<String>,
    /// Keys that are out just now, for one model or for all.
    cooling: Vec<Cooling>,
    groups: Vec<String>,
    requests_today: u64,
    rescued_today: u64,
    /// `null` = unknown.
    cost_today_usd: Option<f64>,
    next: String,
    #[serde(skip)]
    shown: Shown,
}

#[derive(Debug, Serialize)]
struct Server {
    pid: u32,
    port: u16,
}

/// What the screen says in its own words.
#[derive(Debug, Default)]
struct Shown {
    database: String,
    providers: String,
    today: String,
}

/// Prints the card.
///
/// # Errors
/// The local file cannot be read.
pub(super) fn run(session: &Session) -> Done {
    let paths = session.paths()?;
    let loaded = session.glance()?;
    let policy = &loaded.policy;
    let server = server_lock::find(paths.home())?.map(|it| Server { pid: it.pid, port: it.port });
    let usable: Vec<&Provider> = policy.providers.values().map(AsRef::as_ref).filter(|it| is_usable(it)).collect();
    let found = |it: &&Provider| loaded.keys.iter().find(|key| key.id.0 < 0 && key.provider == it.name.as_str());
    let told = |it: &&Provider| match found(it) {
        Some(key) => format!("{} (found {})", it.name, key.source.trim_start_matches("env:")),
        None => it.name.to_string(),
    };
    let range = today(session)?;
    let totals = stats::report(&session.read()?, range, &By::Total)?.totals;
    let known = totals.money.unpriced == 0 || totals.money.spent() != crate::domain::money::Usd::ZERO;
    let cost = known.then(|| totals.money.spent());
    let next = if usable.is_empty() {
        "llmroute keys add openai        without any key: llmroute serve --demo"
    } else if totals.requests.all == 0 {
        "llmroute ask \"hello\""
    } else if server.is_none() {
        "llmroute serve"
    } else {
        "llmroute stats"
    };
    let mut day = vec![amounts::plural(totals.requests.all, "request", "requests"), amounts::money(cost)];
    if totals.requests.rescued > 0 {
        day.push(format!("{} rescued", amounts::count(totals.requests.rescued)));
    }
    let card = Card {
        schema_version: 1,
        version: env!("CARGO_PKG_VERSION"),
        home: paths.home().display().to_string(),
        database: paths.database().display().to_string(),
        server,
        cooling: live::cooling(session, &loaded)?,
        groups: policy.groups.keys().map(ToString::to_string).collect(),
        requests_today: totals.requests.all,
        rescued_today: totals.requests.rescued,
        cost_today_usd: cost.map(crate::domain::money::Usd::dollars),
        next: next.to_owned(),
        shown: Shown {
            database: shell::shown(&paths.database()),
            providers: usable.iter().map(told).collect::<Vec<_>>().join(" · "),
            today: day.join(" · "),
        },
        providers: usable.iter().map(|it| it.name.to_string()).collect(),
    };
    session.screen.show(&card, |it, _| draw(it))
}

fn is_usable(it: &Provider) -> bool {
    let absent = it.auth == Auth::None && catalog::provider(it.name.as_str()).is_some() && !start::answers(it);
    it.is_usable() && !absent
}

fn draw(it: &Card) -> String {
    let server = match &it.server {
        Some(server) => format!("http://127.0.0.1:{} (pid {})", server.port, server.pid),
        None => "not running".to_owned(),
    };
    let or_none = |text: &str| if text.is_empty() { "none yet".to_owned() } else { text.to_owned() };
    let facts = [
        ("server", server),
        ("providers", or_none(&it.shown.providers)),
        ("groups", or_none(&it.groups.join(", "))),
        ("today", it.shown.today.clone()),
    ];
    let mut lines = vec![paint(BOLD, &safe::line(&format!("llmroute {} · {}", it.version, it.shown.database)))];
    lines.extend(facts.iter().map(|(name, value)| format!("  {name:<10} {}", safe::line(value))));
    for (nth, out) in it.cooling.iter().enumerate().take(COOLING_MOST) {
        let name = if nth == 0 { "cooling" } else { "" };
        let key = out.key.as_ref().map(|it| format!(" key {it}")).unwrap_or_default();
        let told = format!("{}{key} {}", out.provider, live::words(out).trim_start_matches("cooling "));
        lines.push(format!("  {name:<10} {}", safe::line(&told)));
    }
    if it.cooling.len() > COOLING_MOST {
        lines.push(format!("  {:<10} and {} more: llmroute keys", "", it.cooling.len() - COOLING_MOST));
    }
    lines.push(format!("next: {}", it.next));
    lines.join("\n")
}
