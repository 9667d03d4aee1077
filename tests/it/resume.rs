//! An answer that is cut after its client has begun to hear it, gone on with at the next target (routing.md §6, `groups set
//! --resume`): the client hears one answer, whole and once, and both parts are on the bill.

mod cuts;
mod ends;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{By, Persona, Script, Sim};
use llmroute::store::Cost;
use llmroute::store::requests::AttemptRow;

use crate::grammar;
use crate::house::{House, Plan, Seen, billed, ended_well, text};

const CHAT: Dialect = Dialect::OpenaiChat;

/// Longer than an anchor, with words that come twice and characters of every width.
const TEXT: &str = "A proxy stands between a client and a server – “in between” is what it means – and speaks for each of them \
                    to the other. 🙂 A proxy stands there, and neither has to know: où que ce soit, it answers.";

/// Some noon of 2026, in microseconds.
const NOON: u64 = 1_795_176_000_000_000;

/// Two targets, of which the first breaks off by `script` and the second has the same to say.
struct Pair {
    first: Sim,
    second: Sim,
    house: House,
    clock: Arc<AtomicU64>,
}

/// How the second target is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Prefill,
    Anchor,
}

async fn pair(first: (Dialect, Script), second: (Dialect, Script), asked: Asked) -> Pair {
    let prefills = asked == Asked::Prefill;
    let sim = |name: &str| Persona { prefills, ..Persona::plain(name) };
    let (one, two) = (Sim::start(sim("first")).await.unwrap(), Sim::start(sim("second")).await.unwrap());
    one.script().always(first.1);
    two.script().always(second.1);
    let clock = Arc::new(AtomicU64::new(NOON));
    let mut plan = Plan::new();
    plan.clock = Clock::Manual(Arc::clone(&clock));
    plan.resume = true;
    plan.deadlines.first_content = std::time::Duration::from_secs(60);
    plan.quirks.prefill_models = if prefills { vec!["*".to_owned()] } else { Vec::new() };
    let plan = plan.target("first", first.0, &one.base_url(), 1.0).target("second", second.0, &two.base_url(), 0.0);
    Pair { house: plan.open().await, first: one, second: two, clock }
}

fn cost(attempt: &AttemptRow) -> i64 {
    match attempt.cost {
        Some(Cost::Exact(it) | Cost::Estimated(it)) => it.pico(),
        ref other => panic!("{other:?} of {attempt:?}"),
    }
}

impl Pair {
    /// Asks an hour later: what was known of the targets by then has no weight any more.
    async fn ask_later(&self, client: Dialect) -> Seen {
        self.clock.fetch_add(3_600_000_000, Ordering::Relaxed);
        self.house.ask(client, true).await
    }

    /// The client has heard the whole answer once, and the ledger has both parts of it.
    async fn joined(&self, client: Dialect, seen: &Seen, way: &str, context: &str) {
        assert_eq!(text(client, true, seen), TEXT, "{context}: {seen:?}");
        assert!(ended_well(client, seen), "{context}: {seen:?}");
        is_stream_in(client, seen, false, context);
        let (row, attempts) = self.house.row(seen).await;
        assert_eq!((row.outcome.as_deref(), row.provider.as_deref()), (Some("ok"), Some("second")), "{context}");
        assert!(row.moved && row.error.is_none(), "{context}: {row:?}");
        let [cut, rest] = attempts.as_slice() else { panic!("{context}: {attempts:?}") };
        let failure = cut.error.as_ref().unwrap_or_else(|| panic!("{context}: {cut:?}"));
        assert_eq!((failure.kind.as_str(), cut.resume.as_deref(), cut.state.as_str()), ("cut", None, "settled"));
        assert!(rest.error.is_none() && rest.resume.as_deref() == Some(way), "{context}: {rest:?}");
        assert!(matches!(rest.cost, Some(Cost::Exact(it)) if it.pico() == billed(&self.second)), "{context}: {rest:?}");
        assert!(cost(cut) > 0, "{context}: {cut:?}");
        let Some(Cost::Exact(sum) | Cost::Estimated(sum)) = row.cost else { panic!("{context}: {row:?}") };
        assert_eq!(sum.pico(), cost(cut) + cost(rest), "{context}");
        let tokens = |it: &AttemptRow| it.tokens.unwrap();
        let all = row.tokens.unwrap();
        assert_eq!(all.output, tokens(cut).output + tokens(rest).output, "{context}: {row:?}");
    }
}

/// Every client, and for each all pairs in which one of the two targets speaks its dialect or the commonest one.
fn crossings() -> impl Iterator<Item = (Dialect, Dialect, Dialect)> {
    Dialect::CLIENTS.into_iter().flat_map(|client| {
        Dialect::ALL.into_iter().flat_map(move |other| [(client, client, other), (client, other, Dialect::Anthropic)])
    })
}

#[tokio::test]
async fn a_cut_answer_is_gone_on_with_from_every_dialect_to_every_dialect() {
    for (client, first, second) in crossings() {
        for asked in [Asked::Prefill, Asked::Anchor] {
            // Dialects in which a model can be given its beginning.
            let prefills = matches!(second, Dialect::OpenaiChat | Dialect::Anthropic | Dialect::BedrockConverse);
            if asked == Asked::Prefill && !prefills {
                continue;
            }
            let context = format!("{client} {first} {second} {asked:?}");
            let cut = Script::text(TEXT).fault(cut_after(20, By::Reset));
            let pair = pair((first, cut), (second, Script::text(TEXT)), asked).await;
            let seen = pair.house.ask(client, true).await;
            let way = if asked == Asked::Prefill { "prefill" } else { "anchor" };
            pair.joined(client, &seen, way, &context).await;
            assert_eq!((pair.first.meter().arrived(), pair.second.meter().arrived()), (1, 1), "{context}");
        }
    }
}

/// Lines may end in two ways: the first part is as its provider sent it.
fn is_stream_in(client: Dialect, seen: &Seen, cut: bool, context: &str) {
    grammar::is_stream_in(client, &seen.body.replace("\r\n", "\n"), cut, context);
}

fn cut_after(after: usize, by: By) -> llmroute::sim::Fault {
    llmroute::sim::Fault::Cut { after, mid_event: false, by }
}
