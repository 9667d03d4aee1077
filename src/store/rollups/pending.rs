//! Sums in memory: of the records of one transaction before they are added to those in the file, or of rows that are
//! looked at one by one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::domain::money::Usd;
use crate::domain::policy::Billing;
use crate::store::error::StoreError;
use crate::store::ledger::{Cost, IN_DOUBT, Outcome, RequestRecord};
use crate::store::rollups::cell::{Cell, Sum};
use crate::store::rollups::facts::{Attempt, Problem, Request, Seat, of_record};
use crate::store::rollups::{damaged, hour};

/// Whose sums a cell holds. Empty texts and 0: none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::store) struct Series<'a> {
    pub(in crate::store) provider: Cow<'a, str>,
    pub(in crate::store) model: Cow<'a, str>,
    pub(in crate::store) key: Cow<'a, str>,
    pub(in crate::store) client: Cow<'a, str>,
    pub(in crate::store) group: Cow<'a, str>,
    pub(in crate::store) virtual_key: i64,
    pub(in crate::store) team: i64,
    pub(in crate::store) customer: i64,
}

/// Requests that ended with a code, and attempts that failed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) struct Errors {
    pub(in crate::store) attempts: u64,
    pub(in crate::store) requests: u64,
}

/// Sums by hour.
#[derive(Debug, Default)]
pub(in crate::store) struct Pending<'a> {
    pub(super) hours: HashMap<i64, Cell>,
    pub(super) series: HashMap<(i64, Series<'a>), Cell>,
    pub(super) sessions: HashMap<(i64, Cow<'a, str>), Cell>,
    /// By kind and code.
    pub(super) errors: HashMap<(i64, Cow<'a, str>, Cow<'a, str>), Errors>,
}

impl<'a> Pending<'a> {
    /// A finished request with its attempts.
    pub(in crate::store) fn record(&mut self, record: &'a RequestRecord) {
        let (request, attempts) = of_record(record);
        self.whole(&request, &attempts);
    }

    /// A request with all its attempts.
    pub(super) fn whole(&mut self, request: &Request<'a>, attempts: &[Attempt<'a>]) {
        self.request(request, request.is_rescued(attempts));
        for it in attempts {
            self.attempt(request, it);
        }
    }

    /// A request without its attempts.
    pub(super) fn request(&mut self, request: &Request<'a>, rescued: bool) {
        let ended = match &*request.outcome {
            it if it == Outcome::Ok.name() => Some(Sum::Ok),
            it if it == Outcome::Refused.name() => Some(Sum::Refused),
            it if it == Outcome::Failed.name() => Some(Sum::Failed),
            it if it == Outcome::Cut.name() => Some(Sum::Cut),
            it if it == Outcome::ClientGone.name() => Some(Sum::ClientGone),
            IN_DOUBT => Some(Sum::InDoubtRequests),
            _ => None,
        };
        self.add(request, &request.seat, |cell| {
            cell.plus(Sum::Requests, 1);
            if let Some(ended) = ended {
                cell.plus(ended, 1);
            }
            cell.plus(Sum::Rescued, i64::from(rescued));
            // Of one that was never sent it is not known what it would have been.
            if let Some(overhead) = request.overhead_us.filter(|it| *it > 0) {
                cell.overhead.add(overhead);
            }
        });
        if let Some(problem) = &request.error {
            self.problem(request, problem).requests += 1;
        }
    }

    /// One attempt of a request.
    pub(super) fn attempt(&mut self, request: &Request<'a>, attempt: &Attempt<'a>) {
        let first = attempt.n == 1;
        let by_fee = match attempt.billing {
            Billing::Metered => None,
            Billing::Subscription => Some(Sum::Subscription),
            Billing::Free => Some(Sum::Free),
        };
        self.add(request, &attempt.seat, |cell| {
            cell.plus(Sum::Attempts, 1);
            cell.plus(Sum::First, i64::from(first));
            cell.plus(Sum::FirstOk, i64::from(first && attempt.answered));
            let kinds = [Sum::Input, Sum::CacheRead, Sum::CacheWrite, Sum::CacheWrite1h, Sum::Output, Sum::Reasoning];
            for (sum, n) in kinds.into_iter().zip(attempt.tokens) {
                cell.plus(sum, n);
            }
            match attempt.cost {
                Some(Cost::Exact(usd)) => cell.plus(Sum::Exact, usd.pico()),
                Some(Cost::Estimated(usd)) => cell.plus(Sum::Estimated, usd.pico()),
                Some(Cost::InDoubt(usd)) => {
                    cell.plus(Sum::InDoubt, usd.map_or(0, Usd::pico));
                    cell.plus(Sum::InDoubtAttempts, 1);
                }
                Some(Cost::Unpriced) => cell.plus(Sum::Unpriced, 1),
                None => {}
            }
            if let (Some(sum), true) = (by_fee, attempt.answered) {
                cell.plus(sum, 1);
            }
            if let (Some(first), true) = (attempt.first_us, request.stream) {
                cell.ttft.add(first);
            }
            if let (Some(total), true) = (attempt.total_us, attempt.answered) {
                cell.total.add(total);
            }
        });
        if let Some(problem) = &attempt.error {
            self.problem(request, problem).attempts += 1;
        }
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.hours.len() + self.series.len() + self.sessions.len() + self.errors.len()
    }

    /// Adds everything to what is in the file, and is empty then.
    pub(in crate::store) fn write(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let mut read = conn.prepare_cached("SELECT cell FROM rollup_hours WHERE hour = ?1")?;
        let mut write = conn.prepare_cached(
            "INSERT INTO rollup_hours (hour, cell) VALUES (?1, ?2)
             ON CONFLICT (hour) DO UPDATE SET cell = excluded.cell",
        )?;
        for (hour, mut cell) in self.hours.drain() {
            let there = read.query_row([hour], |row| Ok(absorb(&mut cell, row.get_ref(0)?.as_blob()?))).optional()?;
            sound(there, hour)?;
            write.execute(params![hour, cell.encode()])?;
        }
        let mut read = conn.prepare_cached("SELECT cell FROM rollups WHERE hour = ?1 AND series = ?2")?;
        let mut write = conn.prepare_cached(
            "INSERT INTO rollups (hour, series, cell) VALUES (?1, ?2, ?3)
             ON CONFLICT (hour, series) DO UPDATE SET cell = excluded.cell",
        )?;
        for ((hour, series), mut cell) in self.series.drain() {
            let id = series.id(conn)?;
            let there =
                read.query_row([hour, id], |row| Ok(absorb(&mut cell, row.get_ref(0)?.as_blob()?))).optional()?;
            sound(there, hour)?;
            write.execute(params![hour, id, cell.encode()])?;
        }
        let mut read = conn.prepare_cached("SELECT cell FROM rollup_sessions WHERE hour = ?1 AND session = ?2")?;
        let mut write = conn.prepare_cached(
            "INSERT INTO rollup_sessions (hour, session, cell) VALUES (?1, ?2, ?3)
             ON CONFLICT (hour, session) DO UPDATE SET cell = excluded.cell",
        )?;
        for ((hour, session), mut cell) in self.sessions.drain() {
            let there = read
                .query_row(params![hour, session], |row| Ok(absorb(&mut cell, row.get_ref(0)?.as_blob()?)))
                .optional()?;
            sound(there, hour)?;
            write.execute(params![hour, session, cell.encode()])?;
        }
        let mut write = conn.prepare_cached(
            "INSERT INTO rollup_errors (hour, kind, code, attempts, requests) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (hour, kind, code) DO UPDATE
             SET attempts = attempts + excluded.attempts, requests = requests + excluded.requests",
        )?;
        for ((hour, kind, code), it) in self.errors.drain() {
            write.execute(params![hour, kind, code, it.attempts.cast_signed(), it.requests.cast_signed()])?;
        }
        Ok(())
    }

    /// Lets `change` change every cell that a request, as far as `seat` had to do with it, counts in.
    fn add(&mut self, request: &Request<'a>, seat: &Seat<'a>, change: impl Fn(&mut Cell)) {
        let hour = hour(request.started);
        let or_none = |it: &Option<Cow<'a, str>>| it.clone().unwrap_or_default();
        let series = Series {
            provider: or_none(&seat.provider),
            model: or_none(&seat.model),
            key: or_none(&seat.key),
            client: request.client.clone(),
            group: or_none(&request.group),
            virtual_key: request.caller.virtual_key.unwrap_or(0),
            team: request.caller.team.unwrap_or(0),
            customer: request.caller.customer.unwrap_or(0),
        };
        change(self.hours.entry(hour).or_default());
        change(self.series.entry((hour, series)).or_default());
        change(self.sessions.entry((hour, or_none(&request.session))).or_default());
    }

    fn problem(&mut self, request: &Request<'a>, problem: &Problem<'a>) -> &mut Errors {
        let key = (hour(request.started), problem.kind.clone(), problem.code.clone());
        self.errors.entry(key).or_default()
    }
}

impl Series<'_> {
    /// Its number in the file; it gets one where it has none.
    fn id(&self, conn: &Connection) -> Result<i64, StoreError> {
        let mut find = conn.prepare_cached(
            "SELECT id FROM rollup_series WHERE provider = ?1 AND model = ?2 AND key_name = ?3 AND client = ?4
             AND group_name = ?5 AND virtual_key = ?6 AND team = ?7 AND customer = ?8",
        )?;
        let columns = params![
            self.provider,
            self.model,
            self.key,
            self.client,
            self.group,
            self.virtual_key,
            self.team,
            self.customer
        ];
        if let Some(id) = find.query_row(columns, |row| row.get(0)).optional()? {
            return Ok(id);
        }
        let mut insert = conn.prepare_cached(
            "INSERT INTO rollup_series (provider, model, key_name, client, group_name, virtual_key, team, customer)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
        )?;
        Ok(insert.query_row(columns, |row| row.get(0))?)
    }
}

fn absorb(cell: &mut Cell, bytes: &[u8]) -> bool {
    cell.absorb(bytes).is_some()
}

fn sound(there: Option<bool>, hour: i64) -> Result<(), StoreError> {
    if there == Some(false) { Err(damaged(hour)) } else { Ok(()) }
}
