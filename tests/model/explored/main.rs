//! The models, explored. Each test prints how many states it saw.
//!
//! `BECKON_MODEL=full cargo test -p model` explores the full bounds; without it, they are smaller
//! (docs/model.md).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod lifecycle;
mod mails;
mod needed;
mod store;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::time::Instant;

use stateright::{Checker, Expectation, Model};

/// Returns whether the full bounds are asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "the bounds of a test run are not a setting of a function"
)]
fn is_full() -> bool {
    std::env::var("BECKON_MODEL").is_ok_and(|bounds| bounds == "full")
}

/// Explores the model and prints the number of its states. Returns the names of what some state shows.
///
/// # Panics
/// A property does not hold.
fn explore<M>(name: &str, model: M) -> BTreeSet<&'static str>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync,
    M::Action: Clone + Debug + PartialEq,
{
    let since = Instant::now();
    let checker = model.checker().threads(2).spawn_bfs().join();
    let (states, steps) = (checker.unique_state_count(), checker.state_count());
    let (depth, took) = (checker.max_depth(), since.elapsed());
    println!("{name}: {states} states, {steps} steps, depth {depth}, {took:.1?}");
    let broken = failures(&checker);
    assert!(broken.is_empty(), "{name}: {broken:#?}");
    checker.discoveries().into_keys().collect()
}

/// Returns each property that does not hold, with the steps that lead to that state.
fn failures<M>(checker: &impl Checker<M>) -> Vec<(&'static str, Vec<String>)>
where
    M: Model,
    M::State: Clone + Debug + Hash + PartialEq,
    M::Action: Clone + Debug + PartialEq,
{
    let discoveries = checker.discoveries().into_iter();
    let broken = discoveries
        .filter(|(name, _)| checker.model().property(name).expectation != Expectation::Sometimes);
    let steps = |path: stateright::Path<M::State, M::Action>| {
        path.into_actions().iter().map(|action| format!("{action:?}")).collect()
    };
    broken.map(|(name, path)| (name, steps(path))).collect()
}

/// Returns what each property of `sometimes` is called.
fn examples<M: Model>(model: &M) -> BTreeSet<&'static str> {
    let all = model.properties().into_iter();
    let examples = all.filter(|property| property.expectation == Expectation::Sometimes);
    examples.map(|property| property.name).collect()
}
