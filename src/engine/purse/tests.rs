//! The purse against a model of it that keeps every attempt and adds up anew for each question.

use std::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::domain::budget::{Period, Then};
use crate::domain::caller::Member;
use crate::domain::id::KeyId;
use crate::domain::scope::Scope;
use crate::domain::target::Target;
use crate::store::ProcessKind;

/// A ledger in a folder of its own, which goes with it.
struct Place {
    ledger: Ledger,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::start(&folder.path().join("t.db"), ProcessKind::Server).unwrap();
        Self { ledger, _folder: folder }
    }

    /// A purse that nothing was spent of before.
    fn purse(&self, budgets: &[Arc<Budget>]) -> Arc<Purse> {
        let purse = Purse::open(&[], self.ledger.clone(), Stamp(BEGIN));
        purse.install(budgets, Stamp(BEGIN), |_| State::Known);
        purse
    }
}

const SECOND: i64 = 1_000_000;
/// 2026-03-29, when clocks are put forward in Berlin.
const BEGIN: i64 = 1_774_746_000 * SECOND;

const SCOPES: [&str; 9] = [
    "all",
    "customer:acme",
    "team:red",
    "virtual-key:ci",
    "virtual-key:ci/provider:a",
    "a",
    "model:a/m",
    "key:b/second",
    "session:*",
];

fn budget(scope: &str, cents: i64, period: &str) -> Budget {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let amount = Usd::from_pico(cents * 10_000_000_000);
    Budget::new(scope.parse().unwrap(), amount, period.parse().unwrap(), zone)
}

fn payer(nth: u64, who: usize, at: Stamp) -> Payer {
    let member = |id, name: &str| Member { id, name: name.into() };
    let caller = Caller {
        virtual_key: member(1, "ci"),
        team: (who % 3 == 1).then(|| member(2, "red")),
        customer: (who % 3 == 2).then(|| member(3, "acme")),
    };
    let provider = if who.is_multiple_of(2) { "a" } else { "b" };
    let target =
        Target { provider: provider.into(), model: if who.is_multiple_of(5) { "n".into() } else { "m".into() } };
    let key = if who % 7 < 3 { (KeyId(1), "first".into()) } else { (KeyId(2), "second".into()) };
    Payer {
        request: RequestId(nth),
        at,
        caller: (who % 4 != 3).then(|| Arc::new(caller)),
        session: (!who.is_multiple_of(3)).then(|| format!("s{}", who % 6).into()),
        seat: Seat { target, key: Some(key) },
    }
}

/// Every attempt there ever was.
#[derive(Default)]
struct Model {
    /// With what it holds or cost, and whether it is under way.
    attempts: Vec<(Payer, i64, bool)>,
}

impl Model {
    fn taken(&self, budget: &Budget, who: &Payer, now: Stamp) -> i64 {
        let current = |(payer, _, live): &&(Payer, i64, bool)| match budget.period {
            Period::Rolling(seconds) => {
                let part = budget.period.part().unwrap();
                *live || payer.at.0.div_euclid(part) * part + part > now.0 - seconds * SECOND
            }
            _ => budget.window(now).holds(payer.at),
        };
        let same = |it: &Payer| budget.scope != Scope::Session || it.session == who.session;
        let counted = self.attempts.iter().filter(|it| budget.scope.covers(it.0.who(), &it.0.seat));
        counted.filter(|it| current(it) && same(&it.0)).map(|it| it.1).sum()
    }

    fn admits(&self, budgets: &[Arc<Budget>], who: &Payer, need: i64, now: Stamp) -> bool {
        let mine = budgets.iter().filter(|it| it.is_hard() && it.scope.covers(who.who(), &who.seat));
        mine.clone().all(|it| self.taken(it, who, now) + need <= it.amount.pico())
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Hold(usize, i64),
    /// Of those that are held, this one costs this part of what is held for it, in percent.
    Settle(usize, i64),
    /// Dropped, sent or not.
    Drop(usize, bool),
    Wait(i64),
    /// A budget gets another amount, in percent of its first.
    Edit(usize, i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0_usize..420, 1_i64..60).prop_map(|(who, cents)| Deed::Hold(who, cents * 1_000_000_000)),
        4 => (any::<usize>(), prop_oneof![3 => 0_i64..=100, 1 => 100_i64..130]).prop_map(|(nth, part)| Deed::Settle(nth, part)),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(nth, sent)| Deed::Drop(nth, sent)),
        2 => prop_oneof![4 => 0_i64..120, 2 => 0_i64..7_200, 1 => 0_i64..400_000].prop_map(Deed::Wait),
        1 => (0_usize..20, 10_i64..200).prop_map(|(nth, part)| Deed::Edit(nth, part)),
    ]
}

fn budgets() -> impl Strategy<Value = Vec<Budget>> {
    let period = prop::sample::select(vec!["minute", "hour", "day", "week", "month", "total", "90m", "24h"]);
    let one = (prop::sample::select(SCOPES.to_vec()), 5_i64..200, period, 0..5_u8).prop_map(
        |(scope, cents, period, soft)| {
            let mut it = budget(scope, cents, period);
            if soft == 0 {
                it.then = Then::Warn;
            }
            it
        },
    );
    prop::collection::vec(one, 1..6).prop_map(|mut all| {
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|it| seen.insert(it.label()));
        all
    })
}

fn play(place: &Place, first: &[Budget], deeds: Vec<Deed>) -> Result<(), TestCaseError> {
    let mut now = BEGIN;
    let mut budgets: Vec<Arc<Budget>> = first.iter().cloned().map(Arc::new).collect();
    let purse = place.purse(&budgets);
    let mut model = Model::default();
    let mut open: Vec<(Hold, usize)> = Vec::new();
    for (nth, deed) in (1..).zip(deeds) {
        let at = Stamp(now);
        match deed {
            Deed::Hold(who, need) => {
                let payer = payer(nth, who, at);
                let expected = model.admits(&budgets, &payer, need, at);
                let found = purse.hold(payer.clone(), Usd::from_pico(need), at);
                prop_assert_eq!(found.is_ok(), expected, "{:?}", found.err());
                if let Ok(hold) = found {
                    model.attempts.push((payer, need, true));
                    open.push((hold, model.attempts.len() - 1));
                }
            }
            Deed::Settle(nth, part) if !open.is_empty() => {
                let (mut hold, of) = open.swap_remove(nth % open.len());
                let cost = hold.amount().pico() * part / 100;
                hold.settle(Usd::from_pico(cost));
                (model.attempts[of].1, model.attempts[of].2) = (cost, false);
            }
            Deed::Drop(nth, sent) if !open.is_empty() => {
                let (mut hold, of) = open.swap_remove(nth % open.len());
                model.attempts[of].2 = false;
                if sent {
                    hold.sent();
                } else {
                    model.attempts[of].1 = 0;
                }
            }
            Deed::Wait(seconds) => now += seconds * SECOND,
            Deed::Edit(nth, part) => {
                let at = nth % budgets.len();
                let amount = Usd::from_pico(first[at].amount.pico() * part / 100);
                budgets[at] = Arc::new(Budget { amount, ..Budget::clone(&budgets[at]) });
                purse.follow(&budgets, Stamp(now));
            }
            Deed::Settle(..) | Deed::Drop(..) => {}
        }
        let now = Stamp(now);
        for (budget, told) in budgets.iter().zip(purse.told(now)) {
            if budget.scope != Scope::Session {
                let anybody = payer(0, 0, now);
                prop_assert_eq!(told.spent + told.held, model.taken(budget, &anybody, now), "{}", budget.label());
            }
        }
    }
    drop(open);
    for told in purse.told(Stamp(now)) {
        prop_assert_eq!(told.held, 0, "{:?}", told);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
    #[test]
    fn the_purse_is_its_model(budgets in budgets(), deeds in prop::collection::vec(deed(), 1..120)) {
        thread_local!(static PLACE: Place = Place::new());
        PLACE.with(|it| play(it, &budgets, deeds))?;
    }
}

/// The same for a million steps: `cargo test --release --lib a_million_steps -- --ignored`.
#[test]
#[ignore = "takes a minute"]
fn a_million_steps_of_the_purse_are_those_of_its_model() {
    let place = Place::new();
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 5_000, ..ProptestConfig::default() });
    let all = (budgets(), prop::collection::vec(deed(), 200));
    runner.run(&all, |(budgets, deeds)| play(&place, &budgets, deeds)).unwrap();
}

#[test]
fn of_many_at_once_as_many_are_let_through_as_there_is_money_for() {
    let place = Place::new();
    let budgets = ["all", "virtual-key:ci", "a", "model:a/m"].map(|it| Arc::new(budget(it, 100, "day")));
    let purse = place.purse(&budgets);
    let need = Usd::from_pico(budgets[0].amount.pico() / 10 * 3);
    for _ in 0..50 {
        let holds: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        (0..4)
                            .filter_map(|_| purse.hold(payer(1, 2, Stamp(BEGIN)), need, Stamp(BEGIN)).ok())
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(holds.len(), 3, "three times three tenths fit, and no fourth");
    }
    assert!(purse.told(Stamp(BEGIN)).iter().all(|it| (it.held, it.spent) == (0, 0)));
}

#[test]
fn what_a_panic_drops_is_free_again() {
    let place = Place::new();
    let purse = place.purse(&[Arc::new(budget("all", 100, "day"))]);
    let hold = purse.hold(payer(1, 0, Stamp(BEGIN)), Usd::from_pico(5), Stamp(BEGIN)).unwrap();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _hold = hold;
        panic!("on purpose");
    }));
    assert!(ended.is_err());
    assert_eq!((purse.told(Stamp(BEGIN))[0].held, purse.told(Stamp(BEGIN))[0].spent), (0, 0));
}

#[test]
fn what_costs_more_than_was_held_is_counted_in_full_and_stops_the_next() {
    let place = Place::new();
    let purse = place.purse(&[Arc::new(budget("all", 1, "day"))]);
    let cent = Usd::from_pico(10_000_000_000);
    let mut hold = purse.hold(payer(1, 0, Stamp(BEGIN)), Usd::from_pico(5), Stamp(BEGIN)).unwrap();
    hold.settle(cent);
    assert_eq!(purse.overrun(), (Usd::from_pico(cent.pico() - 5), 1));
    let fund = purse.hold(payer(2, 0, Stamp(BEGIN)), Usd::from_pico(1), Stamp(BEGIN)).unwrap_err();
    assert_eq!((fund.left, fund.label.as_str()), (Usd::ZERO, "all/day"));
    // Until midnight in Berlin.
    assert_eq!(fund.resets_s, Some(21 * 3_600));
}

#[test]
fn all_budgets_hold_or_none_does() {
    let place = Place::new();
    let budgets = [Arc::new(budget("all", 100, "day")), Arc::new(budget("a", 1, "day"))];
    let purse = place.purse(&budgets);
    let much = Usd::from_pico(20_000_000_000);
    assert!(purse.hold(payer(1, 0, Stamp(BEGIN)), much, Stamp(BEGIN)).is_err());
    assert!(purse.told(Stamp(BEGIN)).iter().all(|it| it.held == 0));
    let _held = purse.hold(payer(1, 1, Stamp(BEGIN)), much, Stamp(BEGIN)).unwrap();
    assert_eq!(purse.told(Stamp(BEGIN)).iter().map(|it| it.held).collect::<Vec<_>>(), [much.pico(), 0]);
}

#[test]
fn a_lifted_budget_lets_through_and_counts_on() {
    let place = Place::new();
    let lifted = Budget { lifted: Some(Stamp(BEGIN + 10)), ..budget("all", 1, "day") };
    let purse = place.purse(&[Arc::new(lifted)]);
    let much = Usd::from_pico(20_000_000_000);
    let mut hold = purse.hold(payer(1, 0, Stamp(BEGIN)), much, Stamp(BEGIN)).unwrap();
    hold.settle(much);
    assert!(purse.hold(payer(1, 0, Stamp(BEGIN)), much, Stamp(BEGIN + 10)).is_err());
    assert_eq!(purse.told(Stamp(BEGIN))[0].spent, much.pico());
}
