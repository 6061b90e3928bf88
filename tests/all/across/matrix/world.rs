//! The service of a pair, its two people, and their requests.

use harness::{Answer, App, Person};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The group of every invite. Its id is a number, so that every API can name it.
pub(super) const GROUP: &str = "3773";
/// The owner's user id.
pub(super) const OWNER: &str = "29842";
/// The invitee's user id.
pub(super) const INVITEE: &str = "29845";
/// The invitee's address.
pub(super) const ADDRESS: &str = "juliet@towne.com";
/// The invitee's platform account: its type and id.
pub(super) const MEMBERSHIP: (i32, &str) = (3, "4611686018429783292");

/// A service with the group, its owner, and an invitee whose token proves the address and the
/// account.
pub(super) struct World {
    pub(super) app: App,
}

impl World {
    pub(super) async fn start() -> Self {
        let world = Self { app: App::start().await };
        let owner = world.owner();
        owner
            .creates(json!({"id": GROUP, "name": "Private Group", "description": "Private group"}))
            .await;
        let administrator = world.app.directory();
        let (membership_type, membership_id) = MEMBERSHIP;
        let accounts =
            json!([{"membership_type": membership_type, "membership_id": membership_id}]);
        let profile = json!({"email": ADDRESS, "first_name": "Sonny", "last_name": "Tromp", "accounts": accounts});
        administrator.writes_user(INVITEE, &profile).await.is(200);
        world
    }

    pub(super) fn owner(&self) -> Person {
        self.app.user(OWNER).name("Generic User").claim("scope", json!("AdminGroups"))
    }

    pub(super) fn invitee(&self) -> Person {
        let (membership_type, membership_id) = MEMBERSHIP;
        let accounts =
            json!([{"membership_type": membership_type, "membership_id": membership_id}]);
        self.app
            .user(INVITEE)
            .email(ADDRESS)
            .claim("accounts", accounts)
            .claim("scope", json!("AdminGroups"))
    }

    /// Asks for a new invite instead of the one with this token.
    pub(super) async fn asks_for_renewal(&self, token: &str) -> Answer {
        self.app.nobody().posts("/v1/invites/renewal", &json!({ "token": token })).await
    }

    /// Returns the ids of the members, as shown by the native API.
    pub(super) async fn members(&self) -> Vec<String> {
        self.owner().gets(&format!("/v1/groups/{GROUP}/members")).await.is(200).each("user_id")
    }

    /// Returns the invite's state, as shown by the native API.
    pub(super) async fn state(&self, id: &str) -> String {
        let invite = self.owner().gets(&format!("/v1/groups/{GROUP}/invites/{id}")).await.is(200);
        invite.json["state"].as_str().expect("the invite has a state").to_owned()
    }
}

/// Returns a request with an API key. The bungie API needs one; the others ignore it.
pub(super) fn keyed(actor: &Person, method: Method, path: &str) -> RequestBuilder {
    actor.request(method, path).header("x-api-key", "matrix")
}

pub(super) async fn get(actor: &Person, path: &str) -> Answer {
    actor.sends(keyed(actor, Method::GET, path)).await
}

pub(super) async fn post(actor: &Person, path: &str, body: &Value) -> Answer {
    actor.sends(keyed(actor, Method::POST, path).json(body)).await
}

/// Returns a narrower token, which is good for ten minutes.
pub(super) async fn narrowed(world: &World, token: &str) -> String {
    let body = json!({"token": token, "expires_in": 600});
    let answer = world.app.nobody().posts("/v1/invites/narrow", &body).await.is(200);
    answer.text_at("/token").to_owned()
}

/// Returns whether `json` has `wanted` under `key` at any depth, as a number or as text.
pub(super) fn has(json: &Value, key: &str, wanted: &str) -> bool {
    match json {
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            let is = value.as_str() == Some(wanted)
                || value.as_u64().is_some_and(|number| number.to_string() == wanted);
            (name == key && is) || has(value, key, wanted)
        }),
        Value::Array(values) => values.iter().any(|value| has(value, key, wanted)),
        _ => false,
    }
}
