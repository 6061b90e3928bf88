//! Rules about the registry's entries: the event that starts a function, its callers, and the kind
//! of its requests.

use beckon::{Callers, Kind, logical_id};

use super::rule::{Rule, unless};
use super::tree::{House, events, yaml};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "The template starts each function by the event that the registry names: a request, the stream, a schedule, a topic or a queue.",
        broken: triggers,
        mutant: (
            "local/src/registry.rs",
            "stream!(background_send_mail, Mail)",
            "request!(background_send_mail, SignedIn, Plain)",
        ),
    },
    Rule {
        says: "Each function with access to the table has the policy TableKeyUse.",
        broken: |house| {
            let table = |policies: &str| policies.contains("dynamodb:");
            let key = |policies: &str| policies.contains("- !Ref TableKeyUse\n");
            let policies = house.deployed().into_iter();
            let policies =
                policies.map(|(id, function)| (id, yaml(&function["Properties"]["Policies"])));
            policies
                .filter(|(_, policies)| table(policies) && !key(policies))
                .map(|(id, _)| {
                    format!("{id}: add TableKeyUse to its Policies, as in the other functions")
                })
                .collect()
        },
        mutant: (
            "template.yaml",
            "        - !If [OwnTableKey, !Ref TableKeyUse, !Ref AWS::NoValue]\n",
            "",
        ),
    },
    Rule {
        says: "Routes that create something or take a token have lower throttles than the other routes.",
        broken: throttles,
        mutant: (
            "template.yaml",
            "            RouteSettings: {ThrottlingRateLimit: !Ref TokensPerSecond, ThrottlingBurstLimit: !Ref TokenBurst}\n",
            "",
        ),
    },
];

fn triggers(house: &House) -> Vec<String> {
    let registered = house.registered();
    let mut broken = Vec::new();
    for (id, function) in house.deployed() {
        let Some(one) = registered.iter().find(|one| logical_id(&one.name) == id) else { continue };
        let kind = one.event;
        let only = function["Properties"]["Events"]
            .as_mapping()
            .is_some_and(|all| all.values().all(|event| event["Type"] == kind));
        broken.extend(unless(only, &format!("{id}: set the type of all its events to {kind}")));
    }
    broken
}

/// Returns the routes without the throttle of their function's kind.
fn throttles(house: &House) -> Vec<String> {
    let registered = house.registered();
    let mut broken = Vec::new();
    for (id, function) in house.deployed() {
        let one = registered.iter().find(|one| logical_id(&one.name) == id);
        let Some(kind) = one.and_then(|one| one.access).map(|access| access.kind) else { continue };
        for route in events(function, "HttpApi") {
            let limit = match kind {
                Kind::TakesToken => "TokensPerSecond",
                Kind::Makes if route["Method"] == "POST" => "CreatesPerSecond",
                Kind::Makes | Kind::Plain => continue,
            };
            let set = yaml(&route["RouteSettings"]["ThrottlingRateLimit"]).contains(limit);
            let path = route["Path"].as_str().unwrap_or("?");
            broken.extend(unless(set, &format!("{id}: add the throttle {limit} to {path}")));
        }
    }
    let default = |name: &str| house.template()["Parameters"][name]["Default"].as_i64();
    for lower in ["CreatesPerSecond", "TokensPerSecond"] {
        broken.extend(unless(
            default(lower) < default("RequestsPerSecond"),
            &format!("template.yaml: set the default of {lower} below that of RequestsPerSecond"),
        ));
    }
    broken
}

/// Returns whether the function answers requests without credentials with 401.
pub(super) fn needs_sign_in(house: &House, id: &str) -> bool {
    let registered = house.registered();
    let access =
        registered.iter().find(|one| logical_id(&one.name) == id).and_then(|one| one.access);
    access.is_some_and(|access| access.callers == Callers::SignedIn)
}
