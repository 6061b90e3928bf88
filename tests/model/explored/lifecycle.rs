//! Invites, memberships and the group.

use std::collections::BTreeSet;

use model::{ALICE, BOB, CAROL, LeftOut, Lifecycle, Request, Start};
use stateright::Model;

use crate::{examples, explore, is_full};

const STARTS: [Start; 6] =
    [Start::Empty, Start::Link, Start::Twice, Start::Owners, Start::Alone, Start::Seats];

/// Returns every request that can have an effect.
fn requests() -> Vec<Request> {
    let mut all = vec![
        Request::Accept(CAROL, 0),
        Request::Accept(CAROL, 1),
        Request::Accept(BOB, 1),
        Request::Decline(Some(CAROL), 0),
        Request::Decline(None, 0),
        Request::Remove(CAROL, CAROL),
        Request::Remove(ALICE, BOB),
        Request::Remove(BOB, ALICE),
        Request::Demote(ALICE, BOB),
        Request::Demote(BOB, ALICE),
    ];
    for by in [ALICE, BOB] {
        all.extend([Request::Create(by, 0), Request::Update(by, 0)]);
        all.extend([Request::Revoke(by, 0), Request::Revoke(by, 1)]);
        all.extend([Request::Remove(by, CAROL), Request::Remove(by, by)]);
        all.extend([Request::Freeze(by), Request::Delete(by)]);
    }
    all
}

/// Two requests under way beside one run of a function.
pub(crate) fn small() -> Lifecycle {
    Lifecycle {
        starts: STARTS.to_vec(),
        requests: requests(),
        most_requests: 2,
        most_runs: 1,
        crashes: 0,
        seconds: 0,
        waits: 0,
        orders: false,
        without: LeftOut::NONE,
    }
}

#[test]
fn the_lifecycle_holds_in_every_order_of_calls() {
    let by_clock = Lifecycle { seconds: 1, waits: 1, ..small() };
    let by_crash = Lifecycle { most_runs: 2, crashes: 1, ..small() };
    let in_any_order = Lifecycle { orders: true, ..small() };
    let three = Lifecycle { most_requests: 3, starts: vec![Start::Empty], ..small() };
    let mut shown = BTreeSet::new();
    shown.extend(explore("two requests and the clock", by_clock));
    shown.extend(explore("two requests, two runs and a crash", by_crash));
    shown.extend(explore("two requests whose batches are no snapshots", in_any_order));
    shown.extend(explore("three requests in an empty group", three));
    assert_eq!(shown, examples(&small()), "each end is reached");
}

/// The full bounds: three requests from every start, and two beside everything else.
#[test]
fn the_lifecycle_holds_within_the_full_bounds() {
    if !is_full() {
        return;
    }
    for start in STARTS {
        let three = Lifecycle { most_requests: 3, starts: vec![start], ..small() };
        explore(&format!("three requests from {start:?}"), three);
    }
    let all = Lifecycle { most_runs: 2, crashes: 1, seconds: 1, waits: 1, ..small() };
    explore("two requests, two runs, a crash and the clock", all);
    let three = Lifecycle { most_requests: 3, starts: vec![Start::Empty], ..small() };
    explore("three requests whose batches are no snapshots", Lifecycle { orders: true, ..three });
}

/// A state is worth its place only if its rows change.
#[test]
fn every_request_has_an_effect_from_some_start() {
    for request in requests() {
        let model = Lifecycle { requests: vec![request], most_requests: 1, ..small() };
        let begins = model.init_states().iter().any(|start| !model.next_states(start).is_empty());
        assert!(begins || matches!(request, Request::Remove(..)), "{request:?} never begins");
    }
}
