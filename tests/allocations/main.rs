//! What a decision allocates, counted by an allocator of this program's own: the reason why it is a program of its own.

#[path = "../../benches/decide/fleet.rs"]
mod fleet;

use std::alloc::System;
use std::sync::Arc;

use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;
use llmroute::domain::strategy::Strategy;
use llmroute::route::decide;
use llmroute::route::health::FleetView;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often a decision over `view` allocates, and how many bytes.
fn allocated(strategy: Strategy, view: &FleetView) -> (usize, usize) {
    let (mut policy, ask) = (fleet::policy(), fleet::ask());
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = strategy;
    let region = Region::new(ALLOCATOR);
    let decision = decide(&policy, &ask, view, &mut Dice::of(RequestId(1), 7));
    let change = region.change();
    assert_eq!(decision.plan.len(), 12);
    (change.allocations + change.reallocations, change.bytes_allocated)
}

/// Routing that grows with what has happened would slow down for as long as the proxy runs.
#[test]
fn a_decision_allocates_as_much_after_a_day_of_answers_as_after_ten_seconds() {
    let (fresh, old) = (fleet::after(20), fleet::after(2 * 86_400));
    for strategy in Strategy::ALL {
        let before = allocated(strategy, &fresh);
        println!("{strategy}: {} allocations, {} bytes", before.0, before.1);
        assert!(before.0 > 0, "the allocator counts nothing");
        assert_eq!(before, allocated(strategy, &old), "{strategy}");
    }
}
