//! Faults beyond a single answer that goes wrong (that is the wall's): silence and pings, clients that are slow, hostile
//! providers, keys that leak, connections that go stale, crowds at a recovering target.

mod canary;
mod closing;
pub(crate) mod connections;
pub(crate) mod crowds;
pub(crate) mod hand;
pub(crate) mod headers;
mod leaving;
pub(crate) mod pings;
pub(crate) mod pressure;
mod refusals;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim};

use crate::house::{Plan, question};

#[test]
fn a_runtime_that_ends_before_there_are_prices_still_leaves_the_row() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let house = runtime.block_on(async {
        let sim = Sim::start(Persona::plain("sim")).await.unwrap();
        sim.script().always(Script::hang());
        let house = Plan::new().target("sim", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
        let asked = house.request("/v1/chat/completions", question(Dialect::OpenaiChat, true).to_string());
        tokio::spawn(asked.send());
        sim.meter().wait_for(1).await;
        house
    });
    // The table takes longer than all of that.
    drop(runtime);
    let rows = tokio::runtime::Runtime::new().unwrap().block_on(house.rows());
    assert_eq!(rows.len(), 1);
    // Which of the tasks the runtime drops first, the client's, the server's or the simulator's, is not defined; with
    // the simulator's connection gone the engine still gets to tell that its provider failed.
    assert!(matches!(rows[0].0.outcome.as_deref(), Some("client_gone" | "failed")), "{rows:?}");
}
