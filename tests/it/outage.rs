//! One target goes away for a minute while another is well, under two requests a second, with a clock that the test moves
//! (routing.md §5): who is asked meanwhile, and how soon all is as before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim};

use crate::house::{Plan, text};

const CHAT: Dialect = Dialect::OpenaiChat;
/// From one request to the next.
const STEP: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_minutes_outage_costs_a_few_probes_and_is_over_within_ten_seconds() {
    // The kind of failure decides nothing: each of these may pass.
    for script in [Script::status(500), Script::status(503), Script::reset_after()] {
        let hands = Arc::new(AtomicU64::new(1_900_000_000_000_000));
        let (first, second) =
            (Sim::start(Persona::plain("first")).await.unwrap(), Sim::start(Persona::plain("second")).await.unwrap());
        let plan = Plan::new().target("first", CHAT, &first.base_url(), 1.0);
        let mut plan = plan.target("second", CHAT, &second.base_url(), 0.0);
        plan.clock = Clock::Manual(Arc::clone(&hands));
        let house = plan.open().await;

        let mut now = Duration::ZERO;
        let (dies, lives) = (Duration::from_secs(10), Duration::from_secs(70));
        let mut asked_while_dead: Vec<Duration> = Vec::new();
        let mut back: Option<Duration> = None;
        while now < Duration::from_secs(100) {
            first.script().always(if now >= dies && now < lives { script.clone() } else { Script::natural() });
            let before = first.meter().arrived();
            let seen = house.ask(CHAT, false).await;
            assert_eq!(seen.status, 200, "nobody is let down: {now:?} {seen:?}");
            let asked = first.meter().arrived() - before;
            assert!(asked <= 1, "{now:?}");
            if now >= dies && now < lives && asked == 1 {
                asked_while_dead.push(now);
            }
            let answered = text(CHAT, false, &seen).contains("first");
            if now >= lives && answered {
                back.get_or_insert(now);
            }
            now += STEP;
            hands.fetch_add(u64::try_from(STEP.as_micros()).unwrap(), Ordering::Relaxed);
        }

        // Three in a row trip it; each cool-down after that, of at least 5 s less its tenth, ends with one probe.
        assert!(asked_while_dead.len() > 3, "{asked_while_dead:?}");
        assert_eq!(asked_while_dead[2], asked_while_dead[0] + 2 * STEP);
        let probes = &asked_while_dead[2..];
        for pair in probes.windows(2) {
            let since_trip = pair[0].saturating_sub(probes[0]);
            let least = since_trip.mul_f64(0.15).max(Duration::from_secs(5)).mul_f64(0.9);
            assert!(pair[1] >= pair[0] + least, "{script:?}: {probes:?}");
        }
        assert!(probes.len() <= 11, "{probes:?}");
        let back = back.expect("it is asked again");
        assert!(back <= lives + Duration::from_secs(10), "{script:?}: gone until {lives:?}, back at {back:?}");
        // And from then on it has its share again: nobody else is asked.
        let late = second.meter().arrivals().len();
        for _ in 0..10 {
            house.ask(CHAT, false).await;
        }
        assert_eq!(second.meter().arrivals().len(), late, "{script:?}");
    }
}
