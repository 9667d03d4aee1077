//! `serve --demo`: three simulated providers and a group over them, in a home that is gone afterwards.

use std::path::{Path, PathBuf};

use crate::catalog::prices::{Override, UnitPrices};
use crate::cli::args::Global;
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::groups::shares;
use crate::cli::providers::add::headers;
use crate::cli::session::Session;
use crate::cli::view::amounts;
use crate::config::edits::{AddKey, KeyInput};
use crate::domain::dialect::Dialect;
use crate::domain::money::Usd;
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

/// A folder that is removed with everything in it when this is dropped.
#[derive(Debug)]
pub(super) struct ThrowAway(PathBuf);

impl ThrowAway {
    /// A name for a folder that nobody else uses. The folder itself is made with the local file.
    ///
    /// # Errors
    /// There is such a folder already, left by a process that was killed.
    pub(super) fn new() -> Done<Self> {
        let folder = std::env::temp_dir().join(format!("llmroute-demo-{}", std::process::id()));
        if folder.exists() {
            let what = format!("the demo's folder {} is there already", folder.display());
            let why = "an earlier demo was killed before it could tidy up";
            return Err(Diag::new(Exit::Failed, "demo-home", what, why)
                .fix(format_args!("rm -r {}", folder.display()))
                .into());
        }
        Ok(Self(folder))
    }

    /// The options of a run in this folder.
    pub(super) fn options(&self, global: &Global) -> Global {
        Global { home: Some(self.0.clone()), ..global.clone() }
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("{} could not be removed: {error}", self.0.display());
        }
    }
}

/// The simulated providers. They end when this is dropped.
#[derive(Debug)]
pub(super) struct Sims {
    running: Vec<Sim>,
    targets: Vec<(String, f64)>,
    prices: Vec<Override>,
}

impl Sims {
    /// What they charge.
    pub(super) fn prices(&self) -> Vec<Override> {
        self.prices.clone()
    }

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
    let mut sims = Sims { running: Vec::new(), targets: Vec::new(), prices: Vec::new() };
    for (persona, (weight, input, output)) in Persona::demo().into_iter().zip(CAST) {
        let sim = Sim::start(persona).await.map_err(|error| {
            Diag::new(Exit::Failed, "demo", "the demo's providers cannot be started", error)
                .fix("free some ports on 127.0.0.1 and try again")
        })?;
        let row = row(&sim);
        let model = row.models.first().cloned().unwrap_or_default();
        sims.targets.push((format!("{}/{model}", row.name), weight));
        let each = |dollars| Usd::from_dollars(dollars).unwrap_or_default();
        let prices = UnitPrices { input: each(input), output: each(output), cache_read: None, cache_write: None };
        sims.prices.extend(row.models.iter().map(|model| Override {
            provider: row.name.as_str().into(),
            model: model.as_str().into(),
            prices,
            from: None,
            ceiling: false,
        }));
        session.edit(|edits| {
            edits.add_provider(&row)?;
            edits.add_key(AddKey {
                provider: row.name.clone(),
                name: None,
                input: KeyInput::Pasted(Secret::new(format!("sim-key-of-{}", row.name))),
                billing: Billing::Metered,
                weight: 1.0,
            })
        })?;
        sims.running.push(sim);
    }
    session.edit(|edits| edits.set_group(GROUP, &sims.targets, GroupSettings::default()))?;
    Ok(sims)
}

fn row(sim: &Sim) -> ProviderRow {
    let persona = sim.persona();
    let speech = |dialect: &Dialect| SpeechRow { dialect: *dialect, base_url: None, path: None };
    let speaks: Vec<SpeechRow> = persona.speaks.iter().map(speech).collect();
    let auth = if persona.speaks.contains(&Dialect::OpenaiChat) { Auth::Bearer } else { Auth::XApiKey };
    ProviderRow {
        name: format!("sim-{}", persona.name.trim_end_matches("-like")),
        title: Some(format!("simulated: {}", persona.name)),
        base_url: format!("{}/v1", sim.base_url()),
        auth,
        headers: headers(&speaks),
        speaks,
        env: Vec::new(),
        keys_url: None,
        local: false,
        allow_private: false,
        fast: persona.models.last().cloned(),
        smart: persona.models.first().cloned(),
        models: persona.models.clone(),
        price_id: None,
        quirks: Quirks { cancels: persona.cancels, ..Quirks::default() },
    }
}

/// How this program is called: by its name if that is what a shell would find, else by its path.
pub(super) fn program() -> String {
    let path = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("llmroute"));
    let named = std::env::args_os().next().is_some_and(|it| Path::new(&it).components().count() == 1);
    if named { "llmroute".to_owned() } else { path.display().to_string() }
}
