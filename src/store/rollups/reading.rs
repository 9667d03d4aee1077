//! What is summed up for a span of time: whole hours from the file, and the rows of hours that lie in it only in
//! part.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range as Span;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row, params};

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::rollups::cell::{Cell, Sum};
use crate::store::rollups::facts::{Which, each_row};
use crate::store::rollups::pending::{Errors, Pending, Series};
use crate::store::rollups::{HOUR, damaged, hour};
use crate::store::stats::Range;

/// One span of time, to be asked for its sums.
#[derive(Debug)]
pub(in crate::store) struct Reading<'c> {
    conn: &'c Connection,
    /// Hours that are taken whole.
    hours: Span<i64>,
    /// Rows of the hours at both ends.
    edges: Pending<'static>,
}

impl<'c> Reading<'c> {
    /// Looks at both ends of `range`. To be used within one transaction.
    pub(in crate::store) fn new(conn: &'c Connection, range: Range) -> Result<Self, StoreError> {
        let (first, last) = (hour(range.from), hour(range.to));
        let aligned = |at: Stamp| at.0.rem_euclid(HOUR) == 0;
        let mut it = Self { conn, hours: first..last.max(first), edges: Pending::default() };
        if range.to <= range.from {
            it.hours = first..first;
            return Ok(it);
        }
        if first == last {
            if it.is_whole(last, range)? {
                it.hours.end += 1;
            }
            return Ok(it);
        }
        if !aligned(range.from) && !it.is_whole(first, range)? {
            it.hours.start += 1;
        }
        if !aligned(range.to) && it.is_whole(last, range)? {
            it.hours.end += 1;
        }
        Ok(it)
    }

    /// Whether an hour at an end of `range` can be taken whole, because all that happened in it lies in the range. If
    /// not, its rows have been added. Where rows are gone, what they were cannot be told apart any more, and the hour
    /// belongs to the span that it begins in.
    fn is_whole(&mut self, hour: i64, range: Range) -> Result<bool, StoreError> {
        let begin = Stamp(hour.saturating_mul(HOUR));
        let end = Stamp(begin.0.saturating_add(HOUR));
        let part = (begin.max(range.from), end.min(range.to));
        let mut count =
            self.conn.prepare_cached("SELECT count(*) FROM requests WHERE started >= ?1 AND started < ?2")?;
        let mut count = |from: Stamp, to: Stamp| count.query_row([from.0, to.0], |row| row.get::<_, i64>(0));
        let (inside, all) = (count(part.0, part.1)?, count(begin, end)?);
        let summed = cell(self.conn, hour)?.map_or(0, |it| it[Sum::Requests]);
        if all < summed {
            return Ok(begin >= range.from);
        }
        if inside == all {
            return Ok(true);
        }
        let edges = &mut self.edges;
        each_row(self.conn, &Which::Between(part.0, part.1), |_, request, attempts| {
            edges.whole(request, attempts);
            Ok(())
        })?;
        Ok(false)
    }

    /// The connection that is read from.
    pub(in crate::store) fn conn(&self) -> &'c Connection {
        self.conn
    }

    /// Everything together.
    pub(in crate::store) fn totals(&self) -> Result<Cell, StoreError> {
        let mut sum = Cell::default();
        let mut statement =
            self.conn.prepare_cached("SELECT hour, cell FROM rollup_hours WHERE hour >= ?1 AND hour < ?2")?;
        let mut rows = statement.query([self.hours.start, self.hours.end])?;
        while let Some(row) = rows.next()? {
            let hour = row.get(0)?;
            sum.absorb(blob(row, 1)?).ok_or_else(|| damaged(hour))?;
        }
        for it in self.edges.hours.values() {
            sum.merge(it);
        }
        Ok(sum)
    }

    /// Sums by what `name` calls the series they belong to; what it calls `None` is left out.
    pub(in crate::store) fn by<K: Ord + Clone>(
        &self,
        name: impl Fn(&Series<'_>) -> Option<K>,
    ) -> Result<BTreeMap<K, Cell>, StoreError> {
        let mut named = Named::default();
        let mut places: HashMap<i64, Option<usize>> = HashMap::new();
        let mut find = self.conn.prepare_cached(
            "SELECT provider, model, key_name, client, group_name, virtual_key, team, customer
             FROM rollup_series WHERE id = ?1",
        )?;
        let mut statement =
            self.conn.prepare_cached("SELECT hour, series, cell FROM rollups WHERE hour >= ?1 AND hour < ?2")?;
        let mut rows = statement.query([self.hours.start, self.hours.end])?;
        while let Some(row) = rows.next()? {
            let (hour, id) = (row.get(0)?, row.get(1)?);
            let place = if let Some(it) = places.get(&id) {
                *it
            } else {
                let place = name(&series(&mut find, id, hour)?).map(|it| named.place(it));
                places.insert(id, place);
                place
            };
            if let Some(cell) = place.and_then(|it| named.cells.get_mut(it)) {
                cell.absorb(blob(row, 2)?).ok_or_else(|| damaged(hour))?;
            }
        }
        for ((_, series), cell) in &self.edges.series {
            if let Some(name) = name(series) {
                named.add(name, cell);
            }
        }
        Ok(named.finish())
    }

    /// Sums by session; the empty one is that of requests without.
    pub(in crate::store) fn by_session(&self) -> Result<BTreeMap<String, Cell>, StoreError> {
        let mut named = Named::default();
        let mut statement = self
            .conn
            .prepare_cached("SELECT hour, session, cell FROM rollup_sessions WHERE hour >= ?1 AND hour < ?2")?;
        let mut rows = statement.query([self.hours.start, self.hours.end])?;
        while let Some(row) = rows.next()? {
            let (hour, place) = (row.get(0)?, named.place(row.get(1)?));
            if let Some(cell) = named.cells.get_mut(place) {
                cell.absorb(blob(row, 2)?).ok_or_else(|| damaged(hour))?;
            }
        }
        for ((_, session), cell) in &self.edges.sessions {
            named.add(session.to_string(), cell);
        }
        Ok(named.finish())
    }

    /// Failures by code and kind.
    pub(in crate::store) fn errors(&self) -> Result<BTreeMap<(String, String), Errors>, StoreError> {
        let mut all: BTreeMap<(String, String), Errors> = BTreeMap::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT code, kind, sum(attempts), sum(requests) FROM rollup_errors WHERE hour >= ?1 AND hour < ?2
             GROUP BY code, kind",
        )?;
        let mut rows = statement.query([self.hours.start, self.hours.end])?;
        while let Some(row) = rows.next()? {
            let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
            all.insert((row.get(0)?, row.get(1)?), Errors { attempts: count(2)?, requests: count(3)? });
        }
        for ((_, kind, code), it) in &self.edges.errors {
            let sum = all.entry((code.to_string(), kind.to_string())).or_default();
            sum.attempts += it.attempts;
            sum.requests += it.requests;
        }
        Ok(all)
    }

    /// The first and the last instant at which something happened; an hour of which only the sum is left counts from
    /// its beginning.
    pub(in crate::store) fn ends(conn: &Connection, range: Range) -> Result<Option<(Stamp, Stamp)>, StoreError> {
        let sql = "SELECT min(started), max(started) FROM requests WHERE started >= ?1 AND started < ?2";
        let rows = conn.query_row(sql, params![range.from.0, range.to.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Option<(i64, i64)> = match rows {
            (Some(first), Some(last)) => Some((first, last)),
            _ => None,
        };
        let sql = "SELECT min(hour), max(hour) FROM rollup_hours WHERE hour >= ?1 AND hour < ?2";
        // An hour of which only the sum is left belongs to the span that it begins in.
        let next = |at: Stamp| hour(Stamp(at.0.saturating_sub(1))).saturating_add(1);
        let hours = conn.query_row(sql, [next(range.from), next(range.to)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let hours: Option<(i64, i64)> = match hours {
            (Some(first), Some(last)) => Some((first, last)),
            _ => None,
        };
        let begin = |hour: i64| hour.saturating_mul(HOUR);
        let inside = |at: i64| at.max(range.from.0).min(range.to.0.saturating_sub(1));
        Ok(match (rows, hours) {
            // Rows that are there tell it best, unless sums go further back.
            (Some((first, last)), Some((hour, _))) if hour < self::hour(Stamp(first)) => {
                Some((Stamp(inside(begin(hour))), Stamp(last)))
            }
            (Some((first, last)), _) => Some((Stamp(first), Stamp(last))),
            (None, Some((first, last))) => Some((Stamp(inside(begin(first))), Stamp(inside(begin(last))))),
            (None, None) => None,
        })
    }
}

/// Cells with names, found by their place.
struct Named<K> {
    places: BTreeMap<K, usize>,
    cells: Vec<Cell>,
}

impl<K> Default for Named<K> {
    fn default() -> Self {
        Self { places: BTreeMap::new(), cells: Vec::new() }
    }
}

impl<K: Ord + Clone> Named<K> {
    fn place(&mut self, name: K) -> usize {
        let next = self.cells.len();
        let place = *self.places.entry(name).or_insert(next);
        if place == next {
            self.cells.push(Cell::default());
        }
        place
    }

    fn add(&mut self, name: K, cell: &Cell) {
        let place = self.place(name);
        if let Some(it) = self.cells.get_mut(place) {
            it.merge(cell);
        }
    }

    fn finish(self) -> BTreeMap<K, Cell> {
        let Self { places, mut cells } = self;
        places.into_iter().filter_map(|(name, at)| Some((name, std::mem::take(cells.get_mut(at)?)))).collect()
    }
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(row.get_ref(column)?.as_blob()?)
}

fn cell(conn: &Connection, hour: i64) -> Result<Option<Cell>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT cell FROM rollup_hours WHERE hour = ?1")?;
    let mut cell = Cell::default();
    let read = statement.query_row([hour], |row| Ok(cell.absorb(blob(row, 0)?))).optional()?;
    match read {
        Some(None) => Err(damaged(hour)),
        Some(Some(())) => Ok(Some(cell)),
        None => Ok(None),
    }
}

fn series(find: &mut CachedStatement<'_>, id: i64, hour: i64) -> Result<Series<'static>, StoreError> {
    let found = find.query_row([id], |row| {
        let text = |column| row.get::<_, String>(column).map(Cow::Owned);
        Ok(Series {
            provider: text(0)?,
            model: text(1)?,
            key: text(2)?,
            client: text(3)?,
            group: text(4)?,
            virtual_key: row.get(5)?,
            team: row.get(6)?,
            customer: row.get(7)?,
        })
    });
    found.optional()?.ok_or_else(|| damaged(hour))
}
