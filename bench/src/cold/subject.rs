//! The functions that can be measured, and their events. Each event is a new, signed and valid
//! request.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::peer::Peer;
use super::program::Program;
use super::stage::{FIRST_PERSON, Stage};
use crate::fault::Fault;

/// A function and the number of its requests so far.
pub(super) struct Subject {
    /// The name of its package and binary.
    pub(super) name: &'static str,
    /// The status of a success.
    pub(super) status: u16,
    /// What is started for it.
    pub(super) program: Program,
    asked: AtomicUsize,
}

/// The names of the functions and the statuses of a success.
const KNOWN: [(&str, u16); 10] = [
    (HELLO, 200),
    (PUT, 201),
    (CREATE, 201),
    (ACCEPT, 200),
    ("native-list-group-invites", 200),
    ("evanta-create-group-invite", 201),
    ("rownd-create-invite", 200),
    ("onezone-create-user-token", 200),
    ("chembiohub-create-invitation", 201),
    ("bungie-invite-individual", 200),
];
/// The floor: a function that only uses lambda_http.
pub(super) const HELLO: &str = "floor-hello";
/// The floor with the SDK: a function that writes one item.
pub(super) const PUT: &str = "floor-put";
/// The function that the peers are compared with.
pub(super) const CREATE: &str = "native-create-invite";
/// The function that needs existing invites.
pub(super) const ACCEPT: &str = "native-accept-invite";

impl Subject {
    /// Returns the function with this name, whose binary is in the folder.
    ///
    /// # Errors
    /// A `Fault` if there is no such function.
    pub(super) fn named(name: &str, binaries: &Path) -> Result<Self, Fault> {
        let known = KNOWN.iter().find(|(known, _)| *known == name);
        let (name, status) = known.ok_or_else(|| {
            format!("{name} is not one of {}", KNOWN.map(|(name, _)| name).join(", "))
        })?;
        Ok(Self::of(name, *status, Program::of_binary(binaries.join(name))))
    }

    /// Returns the peer, which makes what [`CREATE`] makes.
    ///
    /// # Errors
    /// A `Fault` if the peer is not installed.
    pub(super) async fn peer(peer: Peer) -> Result<Self, Fault> {
        Ok(Self::of(peer.name(), 201, peer.program().await?))
    }

    fn of(name: &'static str, status: u16, program: Program) -> Self {
        Self { name, status, program, asked: AtomicUsize::new(0) }
    }

    /// Returns the next event.
    pub(super) fn event(&self, stage: &Stage) -> Result<String, Fault> {
        let at = self.asked.fetch_add(1, Ordering::Relaxed);
        let group = stage.group(at);
        let person = FIRST_PERSON + at / stage.groups;
        let email = format!("{}-{at}@example.com", self.name);
        let mut jwt = stage.owner.as_str();
        let (method, route, parameters, body) = match self.name {
            CREATE | "node" | "python" => {
                let body = json!({"email": email, "roles": ["editor"], "message": "Come and see the engine.", "metadata": {"crm_id": "lead-42"}});
                ("POST", "/v1/groups/{group}/invites", json!({"group": group}), body)
            }
            ACCEPT => {
                let ready = stage.ready.get(at).ok_or("not enough invites to accept")?;
                jwt = &ready.jwt;
                ("POST", "/v1/invites/accept", json!({}), json!({"token": ready.token}))
            }
            "native-list-group-invites" => {
                let group = json!({"group": stage.listed_group(at)});
                ("GET", "/v1/groups/{group}/invites", group, Value::Null)
            }
            "evanta-create-group-invite" => {
                let group: usize = group.parse()?;
                (
                    "POST",
                    "/group_invites",
                    json!({}),
                    json!({"group_invite": {"user_id": person, "group_id": group}}),
                )
            }
            "rownd-create-invite" => (
                "POST",
                "/me/groups/{group}/invites",
                json!({"group": group}),
                json!({"email": email, "roles": ["editor"]}),
            ),
            "onezone-create-user-token" => {
                ("POST", "/groups/{id}/users/token", json!({"id": group}), json!({}))
            }
            "chembiohub-create-invitation" => {
                let project = json!({"id": group.parse::<usize>()?, "name": "Private Group"});
                let body = json!({"email": email, "first_name": "A", "last_name": "B", "projects_selected": [project]});
                (
                    "POST",
                    "/{namespace}/api/invitations/{slash+}",
                    json!({"namespace": "chembiohub", "slash": ""}),
                    body,
                )
            }
            "bungie-invite-individual" => {
                let parameters = json!({"platform": "Platform", "groupId": group, "membershipType": "3", "membershipId": (4_611_686_018_429_000_000_usize + at).to_string(), "slash": ""});
                (
                    "POST",
                    "/{platform}/GroupV2/{groupId}/Members/IndividualInvite/{membershipType}/{membershipId}/{slash+}",
                    parameters,
                    json!({"message": "Join us"}),
                )
            }
            _ => ("GET", "/", json!({}), Value::Null),
        };
        Ok(event(jwt, method, route, &parameters, &body))
    }
}

/// Returns the event that an HTTP API sends for the request (payload format 2.0).
fn event(jwt: &str, method: &str, route: &str, parameters: &Value, body: &Value) -> String {
    let mut path = route.to_owned();
    for (name, value) in parameters.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        path = path.replace(&format!("{{{name}}}"), value).replace(&format!("{{{name}+}}"), value);
    }
    let http = json!({"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "bench"});
    let key = format!("{method} {route}");
    let mut event = json!({
        "version": "2.0", "routeKey": key, "rawPath": path, "rawQueryString": "",
        "headers": {
            "accept": "*/*", "authorization": format!("Bearer {jwt}"), "content-type": "application/json", "host": "join.example.com",
            "user-agent": "bench", "x-amzn-trace-id": "Root=1-6b00df78-ecc56ad7b54bb857452427a4", "x-api-key": "bench",
            "x-forwarded-for": "203.0.113.7", "x-forwarded-port": "443", "x-forwarded-proto": "https"
        },
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": "join.example.com", "domainPrefix": "join", "http": http,
            "requestId": "7MVq17VLuFdFJCc=", "routeKey": key, "stage": "$default", "time": "21/Nov/2026:00:02:00 +0000", "timeEpoch": 1_795_219_320_000_u64
        },
        "pathParameters": parameters, "isBase64Encoded": false
    });
    if !body.is_null() {
        event["body"] = json!(body.to_string());
    }
    event.to_string()
}
