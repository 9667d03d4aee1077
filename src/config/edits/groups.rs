//! Edits of groups and weights.

use std::collections::BTreeSet;

use crate::config::edits::{Edits, names};
use crate::config::load::{FAST, SMART};
use crate::config::refusal::{Refusal, nearest};
use crate::config::settings;
use crate::domain::clock::Stamp;
use crate::domain::strategy::{NoStrategy, Strategy};
use crate::store::{CanarySetting, DeadlineSettings, GroupRow, GroupSettings, HedgeSetting, groups as rows, weights};

/// Reads `PROVIDER/MODEL=WEIGHT`, or `PROVIDER/MODEL` alone, which weighs 1.
///
/// # Errors
/// It is neither.
pub fn weighted(text: &str) -> Result<(String, f64), Refusal> {
    let (target, weight) = text.rsplit_once('=').map_or((text, None), |(target, weight)| (target, Some(weight)));
    names::target(target)?;
    let Some(written) = weight else { return Ok((target.to_owned(), 1.0)) };
    let weight: Option<f64> = written.parse().ok();
    let weight = weight.filter(|it| it.is_finite() && (0.0..1e300).contains(it)).ok_or_else(|| {
        Refusal::new(
            "bad-weight",
            "nothing was changed",
            format!("`{written}` is not a weight (of {target})"),
            format!("write a number from 0 up: {target}=3"),
        )
    })?;
    Ok((target.to_owned(), weight))
}

/// Reads the name of a strategy.
///
/// # Errors
/// There is none of that name, or not yet.
pub fn strategy(text: &str) -> Result<Strategy, Refusal> {
    text.parse().map_err(|why: NoStrategy| {
        let names = || Strategy::ALL.map(Strategy::name);
        let fix = nearest(text, names())
            .map_or_else(|| format!("use one of {}", names().join(", ")), |it| format!("is `{it}` meant?"));
        Refusal::new("bad-strategy", "the group was not saved", why.to_string(), fix)
    })
}

/// Reads `WHICH=TIME` into the deadlines of a group: `first-content=30s`.
///
/// # Errors
/// There is no such deadline, or the time is none.
pub fn deadline(text: &str, into: &mut DeadlineSettings) -> Result<(), Refusal> {
    let all = "connect, first-content, first-content-reasoning, byte-gap, content-gap, whole, stream";
    let refuse = |why: String, fix: String| Refusal::new("bad-deadline", "nothing was changed", why, fix);
    let (which, time) = text
        .split_once('=')
        .ok_or_else(|| refuse(format!("`{text}` is not a deadline"), format!("write WHICH=TIME, WHICH being {all}")))?;
    let place = match which {
        "connect" => &mut into.connect_ms,
        "first-content" => &mut into.first_content_ms,
        "first-content-reasoning" => &mut into.first_content_reasoning_ms,
        "byte-gap" => &mut into.byte_gap_ms,
        "content-gap" => &mut into.content_gap_ms,
        "whole" => &mut into.whole_ms,
        "stream" => &mut into.stream_ms,
        _ => {
            let fix = nearest(which, all.split(", "))
                .map_or_else(|| format!("use one of {all}"), |it| format!("is `{it}` meant?"));
            return Err(refuse(format!("there is no deadline `{which}`"), fix));
        }
    };
    let time = settings::duration(time).map_err(|why| refuse(why, format!("write it like {which}=30s")))?;
    *place = Some(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    Ok(())
}

/// Reads `auto`, `off` or a time: when the next target is asked too.
///
/// # Errors
/// It is none of them.
pub fn hedge(text: &str) -> Result<HedgeSetting, Refusal> {
    let refuse =
        |why: String| Refusal::new("bad-hedge", "nothing was changed", why, "write auto, off or a time like 4s");
    match text {
        "auto" => Ok(HedgeSetting::Auto),
        "off" => Ok(HedgeSetting::Off),
        _ => {
            let time = settings::duration(text).map_err(refuse)?;
            Ok(HedgeSetting::AfterMs(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
        }
    }
}

/// Reads `PROVIDER/MODEL=PERCENT%`, a canary that is set up at `now`, or `off`.
///
/// # Errors
/// It is neither.
pub fn canary(text: &str, now: Stamp) -> Result<Option<CanarySetting>, Refusal> {
    if text == "off" {
        return Ok(None);
    }
    let fix = "write PROVIDER/MODEL=5%, or off";
    let refuse = |why: String| Refusal::new("bad-canary", "nothing was changed", why, fix);
    let (target, share) =
        text.rsplit_once('=').ok_or_else(|| refuse(format!("`{text}` does not say how large its share is")))?;
    names::target(target)?;
    let percent: Option<f64> = share.strip_suffix('%').and_then(|it| it.parse().ok());
    let percent = percent.filter(|it| (0.01..=99.0).contains(it));
    let percent = percent.ok_or_else(|| {
        refuse(format!(
            "`{share}` is no share of a canary: from 0.01% to 99%, so that there is somebody to compare it with"
        ))
    })?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 9,900")]
    let basis_points = (percent * 100.0).round() as u32;
    Ok(Some(CanarySetting { target: target.to_owned(), basis_points, began: now }))
}

impl Edits<'_> {
    /// Makes a group, or replaces it whole. One named `fast` or `smart` stands in for the built-in group.
    ///
    /// # Errors
    /// The name, a target or a weight is wrong, or a target's provider is unknown.
    pub fn set_group(&mut self, name: &str, targets: &[(String, f64)], settings: GroupSettings) -> Result<(), Refusal> {
        names::group(name)?;
        let refuse = |why: String, fix: String| Err(Refusal::new("bad-group", "the group was not saved", why, fix));
        if targets.is_empty() {
            return refuse("a group needs targets".to_owned(), format!("llmroute groups set {name} PROVIDER/MODEL=1"));
        }
        let mut seen = BTreeSet::new();
        for (text, weight) in targets {
            let target = names::target(text)?;
            self.provider(target.provider.as_str())?;
            if !weight.is_finite() || *weight < 0.0 {
                return refuse(format!("{weight} is not a weight (of `{text}`)"), format!("write {text}=1"));
            }
            if !seen.insert(text) {
                return refuse(format!("`{text}` is listed twice"), "list each target once".to_owned());
            }
        }
        self.check_canary(name, &settings, targets)?;
        Ok(rows::set(self.db, &GroupRow { name: name.to_owned(), targets: targets.to_vec(), settings })?)
    }

    /// Changes what a group of the user's says beside its targets.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn change_group(&mut self, name: &str, settings: &GroupSettings) -> Result<(), Refusal> {
        let Some(row) = rows::get(self.db, name)? else {
            if name == FAST || name == SMART {
                let why = format!("`{name}` is built in, and nothing of it is in the file");
                let fix = format!(
                    "name its targets too, which makes it yours: llmroute groups set {name} PROVIDER/MODEL=1 …"
                );
                return Err(Refusal::new("built-in", "nothing was changed", why, fix));
            }
            return Err(self.unknown_group(name)?);
        };
        self.check_canary(name, settings, &row.targets)?;
        Ok(rows::change(self.db, name, settings)?)
    }

    /// A canary is another target than those it is compared with.
    fn check_canary(&self, name: &str, settings: &GroupSettings, targets: &[(String, f64)]) -> Result<(), Refusal> {
        let Some(canary) = &settings.canary else { return Ok(()) };
        let target = names::target(&canary.target)?;
        self.provider(target.provider.as_str())?;
        if targets.iter().any(|it| it.0 == canary.target) {
            let why =
                format!("`{}` is a target of the group `{name}`: a canary is tried out against those", canary.target);
            let fix = format!("leave it out of the targets, or end its trial: llmroute groups set {name} --canary off");
            return Err(Refusal::new("bad-canary", "the group was not saved", why, fix));
        }
        Ok(())
    }

    /// Refuses where a canary is of that provider.
    ///
    /// # Errors
    /// `in-use`: it is the canary of a group.
    pub(super) fn no_canary_of(&self, provider: &str) -> Result<(), Refusal> {
        let all = rows::list(self.db)?;
        let is_of = |it: &&GroupRow| {
            it.settings.canary.as_ref().and_then(|it| it.target.split_once('/')).is_some_and(|it| it.0 == provider)
        };
        match all.iter().find(is_of) {
            None => Ok(()),
            Some(row) => Err(Refusal::new(
                "in-use",
                format!("the provider {provider} was not removed"),
                format!("a canary of it is on trial in the group `{}`", row.name),
                format!("llmroute groups set {} --canary off", row.name),
            )),
        }
    }

    /// Removes a group of the user's.
    ///
    /// # Errors
    /// There is none of that name, or a rule sends to it.
    pub fn remove_group(&mut self, name: &str) -> Result<(), Refusal> {
        if rows::get(self.db, name)?.is_none() {
            return Err(self.unknown_group(name)?);
        }
        // The built-in group of that name takes its place.
        if name != FAST && name != SMART {
            self.unruled(&format!("the group {name}"), |it| it == name)?;
            self.no_downgrade_to(name)?;
        }
        Ok(rows::remove(self.db, name)?)
    }

    /// Sets the weights of some targets of a group, a built-in one too.
    ///
    /// # Errors
    /// There is no such group, or it has no such target.
    pub fn set_weights(&mut self, group: &str, set: &[(String, f64)]) -> Result<(), Refusal> {
        let own = match rows::get(self.db, group)? {
            Some(row) => row.targets.into_iter().map(|(target, _)| target).collect(),
            None if group == FAST || group == SMART => self.built_in_targets(group)?,
            None => return Err(self.unknown_group(group)?),
        };
        for (target, weight) in set {
            if !weight.is_finite() || *weight < 0.0 {
                let why = format!("{weight} is not a weight (of `{target}`)");
                return Err(Refusal::new("bad-weight", "nothing was changed", why, format!("write {target}=1")));
            }
            if !own.contains(target) {
                let fix = match nearest(target, own.iter().map(String::as_str)) {
                    Some(meant) => format!("is `{meant}` meant?"),
                    None => format!("llmroute groups set {group} …   sets all its targets"),
                };
                let why = format!("group `{group}` has no target `{target}`");
                return Err(Refusal::new("unknown-target", "nothing was changed", why, fix));
            }
        }
        Ok(weights::set(self.db, group, set)?)
    }

    /// Goes back to the weights the group was made with. Says how many were different.
    ///
    /// # Errors
    /// There is no such group.
    pub fn reset_weights(&mut self, group: &str) -> Result<usize, Refusal> {
        let known = group == FAST || group == SMART || rows::get(self.db, group)?.is_some();
        if !known {
            return Err(self.unknown_group(group)?);
        }
        Ok(weights::reset(self.db, group)?)
    }

    /// What `fast` or `smart` would hold if every provider had a key.
    fn built_in_targets(&self, group: &str) -> Result<Vec<String>, Refusal> {
        let own = crate::store::providers::list(self.db)?.into_iter().filter_map(|it| it.row);
        let all = own.chain(self.built_in.iter().cloned());
        let model = |row: crate::domain::row::ProviderRow| {
            let model = if group == FAST { row.fast } else { row.smart };
            model.map(|model| format!("{}/{model}", row.name))
        };
        Ok(all.filter_map(model).collect())
    }

    fn unknown_group(&self, name: &str) -> Result<Refusal, Refusal> {
        let own = rows::list(self.db)?;
        let known = own.iter().map(|it| it.name.as_str());
        let fix = match nearest(name, known.chain([FAST, SMART])) {
            Some(meant) => format!("is `{meant}` meant?   else: llmroute groups set {name} PROVIDER/MODEL=1"),
            None => format!("llmroute groups set {name} PROVIDER/MODEL=1"),
        };
        Ok(Refusal::new("unknown-group", "nothing was changed", format!("there is no group `{name}`"), fix))
    }
}
