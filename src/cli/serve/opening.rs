//! What a server says when it is ready.

use serde_json::{Value, json};

use crate::catalog;
use crate::cli::serve::demo::{self, Sims};
use crate::cli::start;
use crate::cli::view::{BOLD, paint, safe, shell};
use crate::config::Paths;
use crate::domain::policy::{Auth, Policy, Provider};

/// A server that is ready.
pub(super) struct Opening<'a> {
    pub(super) paths: &'a Paths,
    pub(super) port: u16,
    /// A token is asked for.
    pub(super) token: bool,
    pub(super) policy: &'a Policy,
    pub(super) sims: Option<&'a Sims>,
}

impl Opening<'_> {
    /// For people.
    pub(super) fn screen(&self) -> String {
        let port = self.port;
        let file = shell::shown(&self.paths.database());
        let place =
            if self.sims.is_some() { "demo: three simulated providers, nothing leaves this machine" } else { &file };
        let pid = std::process::id();
        let title = format!("llmroute {} · pid {pid} · {place} · Ctrl-C to stop", env!("CARGO_PKG_VERSION"));
        let mut facts = vec![
            ("OpenAI", format!("http://127.0.0.1:{port}/v1       chat/completions, responses, models")),
            ("Anthropic", format!("http://127.0.0.1:{port}          v1/messages")),
            ("Gemini", format!("http://127.0.0.1:{port}          v1beta/models")),
            ("providers", self.providers()),
        ];
        facts.extend(self.sims.map(|it| ("group", it.weights())));
        let token = shell::shown(&self.paths.token());
        facts.push(if self.token {
            ("token", format!("asked for; it is in {token}"))
        } else {
            ("token", "not asked for (--no-auth): every program on this machine can use these keys".to_owned())
        });
        if self.sims.is_some() {
            let program = format!("{} --home {}", shell::program(), shell::quoted(self.paths.home()));
            facts.push(("try it", format!("{program} ask -m {} \"Why is the sky blue?\"", demo::GROUP)));
            facts.push(("", format!("{program} stats")));
        } else {
            let key = if self.token { format!("\"$(cat {token})\"") } else { "none".to_owned() };
            facts.push(("use it", "llmroute ask \"hello\"".to_owned()));
            facts.push(("", format!("export OPENAI_BASE_URL=http://127.0.0.1:{port}/v1 OPENAI_API_KEY={key}")));
        }
        let mut lines = vec![paint(BOLD, &safe::line(&title))];
        lines.extend(facts.iter().map(|(name, value)| format!("  {name:<10} {}", safe::line(value))));
        lines.join("\n")
    }

    fn providers(&self) -> String {
        let shown: Vec<String> = self.policy.providers.values().filter_map(|it| state(it)).collect();
        if shown.is_empty() {
            return "none yet: llmroute keys add openai   or   llmroute serve --demo".to_owned();
        }
        shown.join(" · ")
    }

    /// For programs, on one line.
    pub(super) fn json(&self) -> Value {
        json!({
            "event": "listening",
            "version": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "port": self.port,
            "home": self.paths.home().display().to_string(),
            "token_file": self.token.then(|| self.paths.token().display().to_string()),
            "demo": self.sims.is_some(),
        })
    }
}

/// `openai`, `groq: no usable key`; nothing of built-in local ones that are not there.
fn state(it: &Provider) -> Option<String> {
    let name = &it.name;
    if !it.enabled {
        return None;
    }
    if it.unready.is_some() {
        return Some(format!("{name}: not set up (llmroute providers show {name})"));
    }
    if it.auth == Auth::None {
        // The built-in local ones are in every policy; most are not running.
        let running = catalog::provider(name.as_str()).is_none() || start::answers(it);
        return running.then(|| format!("{name} (no key needed)"));
    }
    if it.auth == Auth::Client {
        return Some(format!("{name} (the client's own key)"));
    }
    let usable = it.usable_keys().count();
    match usable {
        0 => Some(format!("{name}: no usable key")),
        1 => Some(name.to_string()),
        n => Some(format!("{name} ({n} keys)")),
    }
}
