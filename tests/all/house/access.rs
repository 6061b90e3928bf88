//! Rules of what the registry says of a function: the event that starts it, its callers, and the kind
//! of its requests.

use beckon::{Callers, Kind, logical_id};

use super::rule::{Rule, unless};
use super::tree::{House, events, yaml};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "The template starts each function as the registry says: by requests, or by the stream.",
        broken: triggers,
        mutant: (
            "local/src/registry.rs",
            "stream!(background_send_mail)",
            "request!(background_send_mail, SignedIn, Plain)",
        ),
    },
    Rule {
        says: "Each function that uses the table may use the table's key.",
        broken: |house| {
            let table = |policies: &str| policies.contains("dynamodb:");
            let key = |policies: &str| policies.contains("- !Ref TableKeyUse\n");
            let policies = house.deployed().into_iter();
            let policies =
                policies.map(|(id, function)| (id, yaml(&function["Properties"]["Policies"])));
            policies
                .filter(|(_, policies)| table(policies) && !key(policies))
                .map(|(id, _)| {
                    format!("{id}: add TableKeyUse to its Policies, as the others have it")
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
        says: "Routes that make something, and routes that take a token, are throttled lower than those that read.",
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
        let kind = if one.access.is_some() { "HttpApi" } else { "DynamoDB" };
        let only = function["Properties"]["Events"]
            .as_mapping()
            .is_some_and(|all| all.values().all(|event| event["Type"] == kind));
        broken.extend(unless(only, &format!("{id}: its events must be of the type {kind}")));
    }
    broken
}

/// The routes that lack the throttle of their function's kind.
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
            broken.extend(unless(set, &format!("{id}: {path} needs the throttle {limit}")));
        }
    }
    let default = |name: &str| house.template()["Parameters"][name]["Default"].as_i64();
    for lower in ["CreatesPerSecond", "TokensPerSecond"] {
        broken.extend(unless(
            default(lower) < default("RequestsPerSecond"),
            &format!("the default of {lower}"),
        ));
    }
    broken
}

/// Whether callers without credentials are answered 401.
pub(super) fn needs_sign_in(house: &House, id: &str) -> bool {
    let registered = house.registered();
    let access =
        registered.iter().find(|one| logical_id(&one.name) == id).and_then(|one| one.access);
    access.is_some_and(|access| access.callers == Callers::SignedIn)
}
