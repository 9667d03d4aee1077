//! Trials of simulated canaries, over many seeds: how often one is stopped that is no worse, and how soon one that is.

use std::time::Duration;

use super::*;
use crate::domain::dialect::Dialect;

/// How a target does: the share of requests that fail, and the median time to the first content in seconds.
#[derive(Clone, Copy)]
struct Does {
    fails: f64,
    first: f64,
}

const WELL: Does = Does { fails: 0.02, first: 0.6 };

fn canary(share: f64) -> Canary {
    Canary { target: Target::parse("new/m").unwrap(), share, began: Stamp(7) }
}

/// How a trial ended, or where it stood when the requests were used up.
struct Ended {
    trial: Trial,
    /// Requests in all.
    requests: u32,
}

/// A trial of up to `most` requests, each of a conversation of its own. One in ten is no stream.
fn tried(seed: u64, share: f64, own: Does, others: Does, most: u32) -> Ended {
    let canary = canary(share);
    let mut trial = Trial::new(&canary);
    let mut dice = Dice::of(RequestId(seed), 11);
    for n in 1..=most {
        let conversation = dice.word();
        let drawn = draw(&canary, Some(conversation), RequestId(u64::from(n))) < trial.share;
        let (arm, does) = if drawn { (Arm::Canary, own) } else { (Arm::Others, others) };
        let good = dice.unit() >= does.fails;
        let time = does.first * (0.5 * dice.normal()).exp();
        let streams = good && n % 10 != 0;
        let class = Class::of(true, if n % 3 == 0 { 5_000 } else { 500 });
        let first = streams.then(|| (class, Duration::from_secs_f64(time)));
        trial.tell(&Seen { arm, good: Some(good), first }, Stamp(i64::from(n)));
        if trial.state != State::Trial {
            return Ended { trial, requests: n };
        }
    }
    Ended { trial, requests: most }
}

/// What is below that share of all values.
fn quantile(mut all: Vec<u32>, share: f64) -> u32 {
    all.sort_unstable();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    let at = ((all.len() - 1) as f64 * share) as usize;
    all[at]
}

const SEEDS: u64 = 300;

#[test]
fn a_canary_that_is_no_worse_is_hardly_ever_rolled_back_and_gets_through() {
    for (does, through) in [(WELL, 0.95), (Does { fails: 0.0, ..WELL }, 0.95), (Does { fails: 0.1, ..WELL }, 0.5)] {
        let ended: Vec<Ended> = (0..SEEDS).map(|seed| tried(seed, 0.05, does, does, 4_000)).collect();
        let stopped: Vec<u64> =
            (0..SEEDS).zip(&ended).filter(|it| it.1.trial.state == State::RolledBack).map(|it| it.0).collect();
        // 1 % of 300 are 3.
        assert!(stopped.len() <= 2, "rolled back for nothing with these seeds: {stopped:?}");
        let promoted: Vec<u32> =
            ended.iter().filter(|it| it.trial.state == State::Promoted).map(|it| it.requests).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let share = promoted.len() as f64 / SEEDS as f64;
        eprintln!(
            "failing {:.0} %: {} of {SEEDS} rolled back, {:.0} % promoted, after {} (median) and {} (90 %) requests",
            does.fails * 100.0,
            stopped.len(),
            share * 100.0,
            quantile(promoted.clone(), 0.5),
            quantile(promoted.clone(), 0.9)
        );
        assert!(share >= through, "only {share} promoted where {} of all fail", does.fails);
    }
}

#[test]
fn a_canary_that_is_worse_is_rolled_back_soon() {
    // Requests of the canary's own until it is stopped, in nine cases of ten: how many clients it may cost an attempt.
    for (own, most, few) in [
        (Does { fails: 1.0, ..WELL }, 400, 6),
        (Does { fails: 0.5, ..WELL }, 1_000, 20),
        (Does { fails: 0.2, ..WELL }, 4_000, 120),
        (Does { first: 2.4, ..WELL }, 2_000, 60),
        (Does { first: 1.2, ..WELL }, 6_000, 300),
    ] {
        let ended: Vec<Ended> = (0..SEEDS).map(|seed| tried(seed, 0.05, own, WELL, most)).collect();
        let stopped = ended.iter().filter(|it| it.trial.state == State::RolledBack).count();
        let own_requests = quantile(ended.iter().map(|it| it.trial.all.canary.count.all).collect(), 0.9);
        let all = ended.iter().map(|it| it.requests).collect();
        eprintln!(
            "failing {:.0} %, {} times as slow: {stopped} of {SEEDS} rolled back, 90 % within {own_requests} requests of its own, {} in all",
            own.fails * 100.0,
            own.first / WELL.first,
            quantile(all, 0.9)
        );
        assert!(stopped as u64 >= SEEDS * 98 / 100, "{stopped} of {SEEDS} where {} of all fail", own.fails);
        assert!(own_requests <= few, "{own_requests} requests where {} of all fail", own.fails);
    }
}

#[test]
fn a_canary_that_is_worse_by_the_last_margin_does_not_get_through() {
    for own in [Does { fails: 0.08, ..WELL }, Does { first: 0.6 * 1.3, ..WELL }] {
        let through = (0..SEEDS).filter(|seed| tried(*seed, 0.05, own, WELL, 3_000).trial.state == State::Promoted);
        let through: Vec<u64> = through.collect();
        eprintln!(
            "failing {:.0} %, {:.1} times as slow: {} promoted",
            own.fails * 100.0,
            own.first / 0.6,
            through.len()
        );
        assert!(through.len() as u64 <= SEEDS * 5 / 100, "these seeds: {through:?}");
    }
}

#[test]
fn it_goes_up_step_by_step_and_begins_to_count_anew_at_each() {
    let mut trial = Trial::new(&canary(0.07));
    let mut shares = vec![trial.share];
    for n in 0..3_000_u32 {
        let arm = if n % 3 == 0 { Arm::Canary } else { Arm::Others };
        let first = Some((Class::of(true, 10), Duration::from_millis(500)));
        let told = trial.tell(&Seen { arm, good: Some(true), first }, Stamp(i64::from(n)));
        if told.is_some() {
            assert_eq!((told, trial.changed), (Some(Change::Promoted), Stamp(i64::from(n))));
            assert_eq!(trial.step, Both::default());
            assert!(trial.reason.contains("0 of ") && trial.reason.contains("0.50 s"), "{}", trial.reason);
            shares.push(trial.share);
        }
    }
    assert_eq!(shares, [0.07, 0.1, 0.25, 0.5, 1.0]);
    assert_eq!((trial.state, trial.next()), (State::Promoted, None));
    let counted = trial.all;
    assert_eq!(trial.tell(&Seen { arm: Arm::Canary, good: Some(false), first: None }, Stamp(9)), None);
    assert_eq!(trial.all, counted, "what is over is not told any more");
}

#[test]
fn without_streams_only_errors_count_and_one_arm_alone_proves_nothing() {
    let mut trial = Trial::new(&canary(0.05));
    for n in 0..400 {
        trial.tell(&Seen { arm: Arm::Canary, good: Some(n % 2 == 0), first: None }, Stamp(n));
    }
    assert_eq!((trial.state, trial.share), (State::Trial, 0.05), "{:?}", trial.weighed());
    let mut trial = Trial::new(&canary(0.05));
    for n in 0..4_000 {
        let arm = if n % 4 == 0 { Arm::Canary } else { Arm::Others };
        trial.tell(&Seen { arm, good: Some(true), first: None }, Stamp(n));
    }
    assert_eq!(trial.state, State::Promoted);
    assert!(!trial.reason.contains("begin"), "{}", trial.reason);
}

#[test]
fn a_trial_reads_back_what_it_writes_and_knows_whose_it_is() {
    let canary = canary(0.05);
    let mut ended = tried(3, 0.05, WELL, WELL, 500).trial;
    ended.tell(&Seen { arm: Arm::Others, good: None, first: None }, Stamp(1));
    let text = serde_json::to_string(&ended).unwrap();
    assert!(text.len() < 3_000, "{} bytes", text.len());
    assert_eq!(serde_json::from_str::<Trial>(&text).unwrap(), ended);
    assert!(ended.is_of(&canary) && !ended.is_of(&Canary { began: Stamp(8), ..canary }));
}

#[test]
fn a_conversation_falls_in_one_place_and_shares_come_out_as_they_should() {
    let (one, two) = (canary(0.05), Canary { target: Target::parse("new/other").unwrap(), ..canary(0.05) });
    let place = |canary: &Canary, key| draw(canary, Some(key), RequestId(1));
    let key = crate::route::conversation::hash(["s1"].into_iter());
    assert!((place(&one, key) - draw(&one, Some(key), RequestId(99))).abs() < f64::EPSILON);
    assert!((place(&one, key) - place(&two, key)).abs() > 1e-9, "another canary, other conversations");
    assert!((draw(&one, None, RequestId(1)) - draw(&one, None, RequestId(2))).abs() > 1e-9);
    assert!(draw(&one, Some(HELD_ELSEWHERE), RequestId(1)) >= 1.0, "never the canary's");
    let keys = (0..20_000_u32).map(|n| crate::route::conversation::hash([n.to_string().as_str()].into_iter()));
    let drawn = keys.filter(|key| place(&one, *key) < 0.05).count();
    assert!((900..1_100).contains(&drawn), "{drawn} of 20,000");
}

mod plans {
    //! Where the canary stands in the plan of one request.

    use std::sync::Arc;

    use super::*;
    use crate::domain::ask::Ask;
    use crate::domain::clock::Now;
    use crate::domain::operation::Operation;
    use crate::domain::policy::{Group, Policy, Provider};
    use crate::domain::wishes::Wishes;
    use crate::route::explain::{About, Step};
    use crate::route::health::FleetView;
    use crate::route::record::{Recomputed, Record};
    use crate::route::{Decision, decide};

    fn policy(share: f64) -> Policy {
        let provider = r#"{"name": "a", "speaks": [{"dialect": "openai-chat", "url": "http://x.test/v1/chat/completions",
            "stream_url": null}], "auth": "none", "quirks": {}, "keys": [], "local": false, "allow_private": false,
            "enabled": true, "fast": null, "smart": null, "models": [], "price_id": null, "settings": {},
            "unready": null}"#;
        let providers = ["a", "b", "new"].map(|name| {
            let mut it: Provider = serde_json::from_str(provider).unwrap();
            it.name = name.into();
            (it.name.clone(), Arc::new(it))
        });
        let targets = ["a/m", "b/m"].map(|it| (Target::parse(it).unwrap(), 1.0)).to_vec();
        let group = Group { canary: Some(canary(share)), ..Group::new("g".into(), targets) };
        let groups = [(group.name.clone(), Arc::new(group))].into();
        Policy { providers: providers.into(), groups, ..Policy::default() }
    }

    fn ask(conversation: u64) -> Ask {
        let ask = Ask::new(RequestId(5), Now::default(), Dialect::OpenaiChat, Operation::Chat, "g".to_owned());
        Ask { conversation: Some(conversation), ..ask }
    }

    fn decided(policy: &Policy, ask: &Ask, fleet: &FleetView) -> (Decision, Record) {
        let mut decision = decide(policy, ask, fleet, &mut Dice::of(ask.id, 1));
        let whole = decision.clone();
        let record = Record::of(ask, fleet.clone(), &mut decision).trimmed();
        assert_eq!(record.recompute(policy, ask.id, 1), Recomputed::Same, "{record:?}");
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
        (whole, record)
    }

    fn order(it: &Decision) -> Vec<&str> {
        it.plan.iter().map(|it| it.target.provider.as_str()).collect()
    }

    fn place(it: &Decision) -> Option<Place> {
        it.trail.iter().find_map(|it| if let Step::Canary { place, .. } = it { Some(*place) } else { None })
    }

    #[test]
    fn its_conversations_go_there_first_and_the_others_last() {
        let policy = policy(0.3);
        let mut seen = [0, 0];
        for key in 1..200 {
            let (it, _) = decided(&policy, &ask(key), &FleetView::default());
            assert_eq!(it.plan.len(), 3);
            match place(&it) {
                Some(Place::First) => {
                    assert_eq!(order(&it)[0], "new");
                    seen[0] += 1;
                }
                Some(Place::Last) => {
                    assert_eq!(order(&it)[2], "new");
                    seen[1] += 1;
                }
                other => panic!("{other:?}"),
            }
            // The same conversation, another request.
            let again = Ask { id: RequestId(key + 1_000), ..ask(key) };
            assert_eq!(place(&decided(&policy, &again, &FleetView::default()).0), place(&it));
        }
        assert!(seen[0] > 30 && seen[1] > 100, "{seen:?}");
    }

    #[test]
    fn it_takes_what_its_trial_has_come_to() {
        let policy = policy(0.3);
        let of = |key, share, stays| {
            let canaries = [("g".into(), Stage { share, stays })].into();
            let fleet = FleetView { canaries, ..FleetView::default() };
            let (decision, record) = decided(&policy, &ask(key), &fleet);
            assert_eq!(record.fleet.canaries, fleet.canaries, "the record holds what it came to");
            decision
        };
        for key in 1..50 {
            assert_eq!(place(&of(key, 1.0, false)), Some(Place::First), "promoted");
            let gone = of(key, 0.0, false);
            assert_eq!((place(&gone), gone.plan.len()), (Some(Place::RolledBack), 2));
            let out =
                gone.trail.iter().filter(|it| matches!(it.about(), About::Out(it) if it.provider.as_str() == "new"));
            assert_eq!(out.count(), 1);
            let stays = of(key, 1.0, true);
            assert_eq!((place(&stays), order(&stays)[2]), (Some(Place::Stays), "new"));
        }
    }

    #[test]
    fn who_says_where_it_wants_to_go_is_in_no_trial_and_the_only_one_left_is_asked() {
        let policy = policy(0.99);
        let first = Wishes { order: vec!["b".to_owned()], ..Wishes::default() };
        let (it, _) = decided(&policy, &Ask { wishes: Some(Box::new(first)), ..ask(3) }, &FleetView::default());
        assert_eq!((place(&it), order(&it)), (Some(Place::Unused), vec!["b", "a"]));
        let only = Wishes { only: vec!["new".to_owned()], ..Wishes::default() };
        let (it, _) = decided(&policy, &Ask { wishes: Some(Box::new(only)), ..ask(3) }, &FleetView::default());
        assert_eq!((place(&it), order(&it)), (Some(Place::Unused), vec!["new"]));
        let ignored = Wishes { ignore: vec!["new".to_owned()], ..Wishes::default() };
        let (it, _) = decided(&policy, &Ask { wishes: Some(Box::new(ignored)), ..ask(3) }, &FleetView::default());
        assert_eq!((place(&it), it.plan.len()), (Some(Place::Unused), 2));
        let named = Ask { model: "a/m".to_owned(), ..ask(3) };
        let (it, _) = decided(&policy, &named, &FleetView::default());
        assert_eq!((place(&it), order(&it)), (None, vec!["a"]), "no group, no canary");
    }
}
