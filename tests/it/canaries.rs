//! Canaries in the running house: one that fails is rolled back by itself while every client gets its answer, one that does
//! well gets everything in the end, and neither is forgotten by a restart.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::clock::{Clock, Stamp};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::{Deadlines, Hedge, Policy, Room};
use llmroute::engine::standing::{CanaryTold, Told};
use llmroute::route::canary::{Place, State};
use llmroute::route::explain::Step;
use llmroute::route::record::{Recomputed, Record};
use llmroute::sim::{Persona, Script, Sim};
use llmroute::store::{Access, decisions, open};

use crate::house::{House, Plan, Seen, TOKEN, question};

const CHAT: Dialect = Dialect::OpenaiChat;
const SECOND: u64 = 1_000_000;

struct Town {
    sims: [Sim; 2],
    plan: Plan,
    /// Moved on by half a minute with each request, so that no breaker keeps the canary from being asked.
    hands: Arc<AtomicU64>,
    house: House,
}

/// The target `old`, and the canary `new` with that share.
async fn town(share: f64) -> Town {
    let sims = [Sim::start(Persona::plain("old")).await.unwrap(), Sim::start(Persona::plain("new")).await.unwrap()];
    let hands = Arc::new(AtomicU64::new(1_900_000_000 * SECOND));
    let plan = Plan::new().target("old", CHAT, &sims[0].base_url(), 1.0);
    let mut plan = plan.target("new", Dialect::Anthropic, &sims[1].base_url(), 1.0);
    plan.clock = Clock::Manual(Arc::clone(&hands));
    plan.canary = Some(("new".to_owned(), share, Stamp(1)));
    let house = plan.clone().open().await;
    Town { sims, plan, hands, house }
}

impl Town {
    /// A request of a conversation; the client gets its answer, whoever gives it.
    async fn ask(&self, session: &str) -> Seen {
        self.hands.fetch_add(30 * SECOND, Ordering::Relaxed);
        let request = self.house.request("/v1/chat/completions", question(CHAT, false).to_string());
        let seen = crate::house::seen(request.header("x-llmroute-session", session).send().await.unwrap()).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        seen
    }

    async fn told(&self) -> CanaryTold {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://127.0.0.1:{}/llmroute/fleet", self.house.port);
        let answer = client.get(&url).bearer_auth(TOKEN).send().await.unwrap();
        let told: Told = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(told.canaries.len(), 1, "{told:?}");
        told.canaries[0].clone()
    }

    /// Stops the house and opens it anew over its file.
    async fn again(self) -> Self {
        self.house.engine.ledger().flush().await.unwrap();
        let folder = Arc::clone(&self.house.folder);
        let ledger = self.house.engine.ledger().clone();
        self.house.stop().await;
        tokio::task::spawn_blocking(move || ledger.close()).await.unwrap();
        let house = self.plan.clone().open_in(folder).await;
        Self { house, ..self }
    }

    /// Every decision so far, made again from its record; where the canary stood in it.
    async fn places(&self) -> Vec<Place> {
        let rows = self.house.rows().await;
        let db = open(&self.house.path, Access::ReadOnly).unwrap();
        let place = |(row, _): &(llmroute::store::requests::RequestRow, _)| {
            let kept = decisions::of(&db, row.id).unwrap().unwrap();
            let record: Record = serde_json::from_str(&kept.record).unwrap();
            let policy: Policy = serde_json::from_str(&decisions::policy(&db, kept.policy).unwrap().unwrap()).unwrap();
            assert_eq!(record.recompute(&policy, kept.id, kept.salt), Recomputed::Same, "{record:?}");
            assert!(!kept.record.contains("conversation-"), "the session is not in it: {}", kept.record);
            let step = record.trail.iter().find_map(|it| match it {
                Step::Canary { place, .. } => Some(*place),
                _ => None,
            });
            step.unwrap_or_else(|| panic!("no step of the canary: {record:?}"))
        };
        rows.iter().map(place).collect()
    }
}

#[tokio::test]
async fn a_canary_that_fails_is_rolled_back_and_every_client_gets_its_answer() {
    let mut town = town(0.2).await;
    town.sims[1].script().always(Script::status(500));
    let mut asked = 0;
    while town.told().await.state == State::Trial {
        assert!(asked < 150, "not rolled back: {:?}", town.told().await);
        let seen = town.ask(&format!("conversation-{asked}")).await;
        assert_eq!(seen.header("x-llmroute-provider"), "old");
        asked += 1;
    }
    let told = town.told().await;
    assert_eq!((told.state, told.share, told.next_share), (State::RolledBack, 0.0, None));
    assert!(told.reason.starts_with("it fails more often: "), "{}", told.reason);
    let own = told.all.canary.clone();
    assert!(own.failed == own.requests && own.requests <= 8, "{told:?}");
    assert!(told.all.others.failed == 0 && told.all.others.requests > 5, "{told:?}");
    let tried = town.sims[1].meter().arrived();
    assert_eq!(tried, u64::from(own.requests), "each of its failures was one attempt");

    // It gets nothing any more, and a restart does not forget that.
    for n in 0..20 {
        town.ask(&format!("conversation-{n}")).await;
    }
    let places = town.places().await;
    assert!(places.contains(&Place::First) && places.contains(&Place::Last), "{places:?}");
    assert!(places[asked..].iter().all(|it| *it == Place::RolledBack), "{places:?}");
    town = town.again().await;
    assert_eq!(town.told().await.reason, told.reason);
    for n in 0..20 {
        town.ask(&format!("conversation-{n}")).await;
    }
    assert_eq!(town.sims[1].meter().arrived(), tried);

    // Set up again, it begins anew.
    town.sims[1].script().clear();
    let mut plan = town.plan.clone();
    plan.canary = Some(("new".to_owned(), 0.2, Stamp(2)));
    let (mut policy, keyring) = plan.policy();
    policy.version = 2;
    town.house.engine.swap(policy, keyring, plan.prices());
    let told = town.told().await;
    assert_eq!((told.state, told.share, told.all.canary.requests), (State::Trial, 0.2, 0));
    let mut by = Vec::new();
    for n in 0..40 {
        by.push(town.ask(&format!("conversation-{n}")).await.header("x-llmroute-provider").to_owned());
    }
    assert!(by.iter().any(|it| it == "new") && by.iter().any(|it| it == "old"), "{by:?}");
}

#[tokio::test]
async fn a_canary_that_does_well_gets_everything_but_conversations_that_began_elsewhere() {
    let mut town = town(0.5).await;
    let mut began = None;
    for n in 0..20 {
        let session = format!("conversation-{n}");
        let first = town.ask(&session).await.header("x-llmroute-provider").to_owned();
        let second = town.ask(&session).await.header("x-llmroute-provider").to_owned();
        assert_eq!(first, second, "a conversation stays where it is");
        if first == "old" {
            began = Some(session);
        }
    }
    let began = began.unwrap();
    for n in 0..600 {
        if town.told().await.state == State::Promoted {
            break;
        }
        town.ask(&format!("another-conversation-{n}")).await;
        if n % 20 == 0 {
            // It goes on all the while, and a restart in the middle loses nothing of the trial.
            assert_eq!(town.ask(&began).await.header("x-llmroute-provider"), "old");
        }
    }
    let told = town.told().await;
    assert_eq!((told.state, told.share), (State::Promoted, 1.0), "{told:?}");
    assert!(told.reason.contains("less than 5 points") && told.evidence.is_none(), "{told:?}");
    assert_eq!(town.ask(&began).await.header("x-llmroute-provider"), "old");
    for n in 0..10 {
        assert_eq!(town.ask(&format!("new-conversation-{n}")).await.header("x-llmroute-provider"), "new");
    }
    // The others stand behind it.
    town.sims[1].script().push(Script::status(500));
    assert_eq!(town.ask("the-last-conversation").await.header("x-llmroute-provider"), "old");
    town = town.again().await;
    assert_eq!(town.told().await.state, State::Promoted);
    town.places().await;
}

#[tokio::test]
async fn what_is_the_clients_fault_says_nothing_of_either() {
    let town = town(0.5).await;
    for sim in &town.sims {
        sim.script().always(Script::status(400));
    }
    for n in 0..20 {
        let request = town.house.request("/v1/chat/completions", question(CHAT, false).to_string());
        let seen = request.header("x-llmroute-session", format!("conversation-{n}")).send().await.unwrap();
        assert_eq!(seen.status(), 400);
    }
    let told = town.told().await;
    assert_eq!((told.all.canary.requests, told.all.others.requests), (0, 0), "{told:?}");
    assert!(town.sims.iter().all(|it| it.meter().arrived() > 0));
}

#[tokio::test]
async fn a_canary_that_another_target_has_to_stand_in_for_counts_as_failed() {
    let mut town = town(0.9).await;
    town.plan.hedge = Hedge::After(Duration::from_millis(50));
    let house = town.plan.clone().open().await;
    town = Town { house, ..town };
    town.sims[1].script().always(Script::hang());
    let mut hedged = 0;
    for n in 0..8 {
        let seen = town.ask(&format!("conversation-{n}")).await;
        assert_eq!(seen.header("x-llmroute-provider"), "old");
        let (_, attempts) = town.house.row(&seen).await;
        hedged += u32::from(attempts[0].error.as_ref().is_some_and(|it| it.code == "hedge_lost"));
    }
    let told = town.told().await;
    assert!(hedged > 0, "nothing was hedged: {told:?}");
    assert_eq!(told.all.canary.failed, told.all.canary.requests, "{told:?}");
    assert!(told.all.canary.requests >= hedged, "{told:?}");
}

#[tokio::test]
async fn a_request_that_finds_the_canary_full_says_nothing_of_either() {
    let mut town = town(0.99).await;
    town.plan.room = Room { most: NonZeroU32::new(1), queue: 0 };
    town.plan.deadlines = Deadlines::default();
    let house = town.plan.clone().open().await;
    town = Town { house, ..town };
    town.sims[1].script().push(Script::text("Canberra.").first(Duration::from_millis(400)));
    let second = async {
        // Once the first has its place.
        while town.sims[1].meter().arrived() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        town.ask("conversation-2").await
    };
    let (first, second) = tokio::join!(town.ask("conversation-1"), second);
    let by = [first, second].map(|it| it.header("x-llmroute-provider").to_owned());
    assert_eq!(by, ["new", "old"]);
    assert_eq!(town.places().await, [Place::First, Place::First]);
    let told = town.told().await;
    assert_eq!((told.all.canary.requests, told.all.others.requests), (1, 0), "{told:?}");
}
