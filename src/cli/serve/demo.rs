//! `serve --demo`: three simulated providers and a group over them, in a home that is gone afterwards.

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::groups::shares;
use crate::cli::session::Session;
use crate::cli::view::amounts;
use crate::config::edits::{AddKey, KeyInput};
use crate::domain::clock::Stamp;
use crate::domain::dialect::Dialect;
use crate::domain::policy::{Auth, Billing};
use crate::domain::quirks::Quirks;
use crate::domain::row::{ProviderRow, SpeechRow};
use crate::domain::secret::Secret;
use crate::sim::{Persona, Sim};
use crate::store::GroupSettings;

/// The group of the demo.
pub(super) const GROUP: &str = "demo";
/// Weights of the three, and what they charge: dollars for a million tokens in and out.
const CAST: [(f64, f64, f64); 3] = [(3.0, 1.25, 10.0), (2.0, 3.0, 15.0), (2.0, 0.1, 0.4)];

/// The simulated providers. They end when this is dropped.
#[derive(Debug)]
pub(super) struct Sims {
    running: Vec<Sim>,
    targets: Vec<(String, f64)>,
}

impl Sims {
    /// `demo = sim-openai/sim-large 43% · …`
    pub(super) fn weights(&self) -> String {
        let shares = shares(self.targets.iter().map(|it| it.1));
        let shown: Vec<String> =
            self.targets.iter().zip(shares).map(|(it, share)| format!("{} {}", it.0, amounts::share(share))).collect();
        format!("{GROUP} = {}", shown.join(" · "))
    }
}

/// Starts the providers and writes them, with a key and the group, into the local file.
///
/// # Errors
/// No port can be had, or the local file cannot be written.
pub(super) async fn set_up(session: &Session) -> Done<Sims> {
    let mut sims = Sims { running: Vec::new(), targets: Vec::new() };
    for (persona, (weight, input, output)) in Persona::demo().into_iter().zip(CAST) {
        let sim = Sim::start(persona).await.map_err(|error| {
            Diag::new(Exit::Failed, "demo", "the demo's providers cannot be started", error)
                .fix("free some ports on 127.0.0.1 and try again")
        })?;
        let row = row(&sim);
        let model = row.models.first().cloned().unwrap_or_default();
        sims.targets.push((format!("{}/{model}", row.name), weight));
        let price = [format!("in={input}"), format!("out={output}")];
        session.edit(|edits| {
            edits.add_provider(&row)?;
            edits.add_key(AddKey {
                provider: row.name.clone(),
                name: None,
                input: KeyInput::Pasted(Secret::new(format!("sim-key-of-{}", row.name))),
                billing: Billing::Metered,
                weight: 1.0,
            })?;
            for model in &row.models {
                edits.set_price(&format!("{}/{model}", row.name), &price, Stamp(0), false)?;
            }
            Ok(())
        })?;
        sims.running.push(sim);
    }
    session.edit(|edits| edits.set_group(GROUP, &sims.targets, GroupSettings::default()))?;
    Ok(sims)
}

fn row(sim: &Sim) -> ProviderRow {
    let persona = sim.persona();
    let speech = |dialect: &Dialect| SpeechRow::of(*dialect);
    let auth = if persona.speaks.contains(&Dialect::OpenaiChat) { Auth::Bearer } else { Auth::XApiKey };
    ProviderRow {
        name: format!("sim-{}", persona.name.trim_end_matches("-like")),
        title: Some(format!("simulated: {}", persona.name)),
        base_url: format!("{}/v1", sim.base_url()),
        auth,
        headers: Vec::new(),
        settings: Vec::new(),
        speaks: persona.speaks.iter().map(speech).collect(),
        env: Vec::new(),
        env_file: Vec::new(),
        keys_url: None,
        local: false,
        privacy: None,
        region: None,
        allow_private: false,
        fast: persona.models.last().cloned(),
        smart: persona.models.first().cloned(),
        models: persona.models.clone(),
        billing: None,
        price_id: None,
        quirks: Quirks { cancels: persona.cancels, ..Quirks::default() },
    }
}
