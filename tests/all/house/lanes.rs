//! Rules about the order of a deployment: the functions are chained in lanes (docs/adr/0031).

use super::rule::Rule;
use super::tree::House;

pub(super) const RULES: &[Rule] = &[Rule {
    says: "`DependsOn` chains the functions in four to six lanes of about the same length, and each function is in one (docs/adr/0031).",
    broken,
    mutant: ("template.yaml", "    DependsOn: NativeCreateInvite\n", ""),
}];

/// The most lanes: with more, a deployment exceeds Lambda's 15 control-plane calls a second.
const MOST: usize = 6;
/// The fewest lanes: with fewer, a deployment takes needlessly long.
const FEWEST: usize = 4;
/// The most functions by which the longest lane exceeds the shortest.
const SLACK: usize = 2;

/// Returns each function with the one that it depends on.
fn functions(house: &House) -> Vec<(&str, Option<&str>)> {
    let deployed = house.deployed().into_iter();
    deployed.map(|(id, function)| (id, function["DependsOn"].as_str())).collect()
}

/// Returns the lanes, each in the order of its deployment. A function that is in none is part of a
/// cycle, or depends on something that is not a function.
fn lanes(house: &House) -> Vec<Vec<&str>> {
    let functions = functions(house);
    let heads = functions.iter().filter(|(_, before)| before.is_none());
    heads
        .map(|(head, _)| {
            let mut lane = vec![*head];
            let next = |last: &str| functions.iter().find(|(_, before)| *before == Some(last));
            while let Some((id, _)) = lane.last().and_then(|last| next(last)) {
                lane.push(id);
            }
            lane
        })
        .collect()
}

/// Returns whether a condition of the template can leave the function out.
fn is_conditional(house: &House, id: &str) -> bool {
    !house.template()["Resources"][id]["Condition"].is_null()
}

/// Returns the last function of the shortest lane, on which a new function should depend.
pub(super) fn end_of_shortest_lane(house: &House) -> String {
    let can_follow =
        |lane: &Vec<&str>| lane.last().is_some_and(|last| !is_conditional(house, last));
    let shortest = lanes(house).into_iter().filter(can_follow).min_by_key(Vec::len);
    shortest.unwrap_or_default().last().copied().unwrap_or_default().to_owned()
}

fn broken(house: &House) -> Vec<String> {
    let (functions, lanes) = (functions(house), lanes(house));
    let mut broken = Vec::new();
    for (id, before) in &functions {
        let Some(before) = before else { continue };
        let others = functions.iter().filter(|(other, own)| other != id && own == &Some(*before));
        broken.extend(others.map(|(other, _)| {
            format!("template.yaml: {id} and {other} depend on {before}; a lane does not fork")
        }));
        if is_conditional(house, before) {
            broken.push(format!("template.yaml: {id} depends on {before}, which can be left out"));
        }
        if !lanes.iter().any(|lane| lane.contains(id)) {
            broken.push(format!("template.yaml: {id} depends on {before}, but is in no lane"));
        }
    }
    let lengths: Vec<usize> = lanes.iter().map(Vec::len).collect();
    let (longest, shortest) = (lengths.iter().max(), lengths.iter().min());
    let even = longest.zip(shortest).is_some_and(|(longest, shortest)| longest - shortest <= SLACK);
    if !(FEWEST..=MOST).contains(&lengths.len()) || !even {
        let last = end_of_shortest_lane(house);
        broken.push(format!(
            "template.yaml: the functions are in lanes of {lengths:?}; let a new function depend on {last}"
        ));
    }
    broken
}
