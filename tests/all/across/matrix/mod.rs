//! One engine behind every API: an invite that is made at one is seen, taken up, declined, taken
//! back and expires at every other.
//!
//! Every pair of an API that makes and an act of another API is tried, each over a service of its
//! own.

mod act;
mod make;

use act::{Act, End};
use futures::{StreamExt, stream};
use harness::{Answer, App, Person};
use make::{Made, Maker};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The group that every maker invites to: its id is a number, so that every API can name it.
const GROUP: &str = "3773";
/// Who is invited, by whatever an API goes by.
const INVITEE: &str = "29845";
const ADDRESS: &str = "juliet@towne.com";
const MEMBERSHIP: (i32, &str) = (3, "4611686018429783292");
/// How many pairs are tried at once: each starts a service.
const AT_ONCE: usize = 4;

/// A service with the group, its owner, and somebody of the directory who proves all that an invite
/// can be addressed to.
struct World {
    app: App,
}

impl World {
    async fn start() -> Self {
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
        administrator.puts(&format!("/v1/users/{INVITEE}"), &profile).await.is(200);
        world
    }

    fn owner(&self) -> Person {
        self.app.user("29842").name("Generic User").claim("scope", json!("AdminGroups"))
    }

    fn invitee(&self) -> Person {
        let (membership_type, membership_id) = MEMBERSHIP;
        let accounts =
            json!([{"membership_type": membership_type, "membership_id": membership_id}]);
        self.app
            .user(INVITEE)
            .email(ADDRESS)
            .claim("accounts", accounts)
            .claim("scope", json!("AdminGroups"))
    }

    /// The ids of the members, as the native API tells them.
    async fn members(&self) -> Vec<String> {
        self.owner().gets(&format!("/v1/groups/{GROUP}/members")).await.is(200).each("user_id")
    }

    /// The invite as the native API tells it.
    async fn state(&self, made: &Made) -> String {
        let invite =
            self.owner().gets(&format!("/v1/groups/{GROUP}/invites/{}", made.id)).await.is(200);
        invite.json["state"].as_str().expect("a state").to_owned()
    }
}

/// A request with what an API wants beside the bearer: the key of the bungie API does no harm
/// elsewhere.
fn keyed(actor: &Person, method: Method, path: &str) -> RequestBuilder {
    actor.request(method, path).header("x-api-key", "matrix")
}

async fn get(actor: &Person, path: &str) -> Answer {
    actor.sends(keyed(actor, Method::GET, path)).await
}

async fn post(actor: &Person, path: &str, body: &Value) -> Answer {
    actor.sends(keyed(actor, Method::POST, path).json(body)).await
}

/// Whether the value `wanted`, as number or as text, stands anywhere in `json` under `key`.
fn has(json: &Value, key: &str, wanted: &str) -> bool {
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

/// Tries `act` on an invite of `maker`, and looks what has become of the invite at the native API.
async fn try_pair(maker: Maker, act: Act) {
    let pair = format!("made at {maker:?}, then {act:?}");
    let world = World::start().await;
    let made = maker.make(&world).await;
    assert_eq!(world.state(&made).await, "pending", "{pair}");
    if !act.fits(&made) {
        return;
    }
    act.done(&world, &made).await.unwrap_or_else(|answer| panic!("{pair}: {answer:#?}"));
    let state = world.state(&made).await;
    let joined = world.members().await.contains(&INVITEE.to_owned());
    match act.ends() {
        End::Stays => assert_eq!((state.as_str(), joined), ("pending", false), "{pair}"),
        // A counted link whose one use is taken is exhausted; everything else is accepted.
        End::Accepted => assert!(
            joined && ["accepted", "exhausted"].contains(&state.as_str()),
            "{pair}: {state}"
        ),
        End::Declined => assert_eq!((state.as_str(), joined), ("declined", false), "{pair}"),
        End::Revoked => assert_eq!((state.as_str(), joined), ("revoked", false), "{pair}"),
    }
    if act.ends() != End::Stays {
        for act in Act::ALL.into_iter().filter(|act| act.ends() == End::Accepted && act.fits(&made))
        {
            let again = act.done(&world, &made).await;
            // The person who joined may be told so again; nobody else gets in.
            assert!(again.is_err() || joined, "{pair}, then {act:?}: {again:#?}");
        }
        assert_eq!(world.members().await.contains(&INVITEE.to_owned()), joined, "{pair}");
    }
}

async fn every_act_after(maker: Maker) {
    stream::iter(Act::ALL).for_each_concurrent(AT_ONCE, |act| try_pair(maker, act)).await;
}

/// After its time, an invite of any API is nobody's to take up, and no list shows it as open.
async fn expires(maker: Maker) {
    let world = World::start().await;
    let made = maker.make(&world).await;
    world.app.advance(366 * 86_400);
    assert_eq!(world.state(&made).await, "expired", "{maker:?}");
    for act in Act::ALL.into_iter().filter(|act| act.fits(&made)) {
        let answer = act.done(&world, &made).await;
        // Chembiohub, rownd and the native API keep what is over in their lists.
        assert!(
            answer.is_err() || act.lists_what_is_over(),
            "{maker:?}, expired, then {act:?}: {answer:#?}"
        );
    }
    assert_eq!(world.members().await, ["29842"], "{maker:?}");
}

/// A member who left can be invited again, by the same API and by the same name.
async fn invites_again_after_leaving(maker: Maker) {
    let world = World::start().await;
    let invitee = world.invitee();
    for round in 1..=2 {
        let made = maker.make(&world).await;
        if !made.addressed {
            return;
        }
        assert_eq!(world.state(&made).await, "pending", "{maker:?}, round {round}");
        Act::NativeAcceptsById
            .done(&world, &made)
            .await
            .unwrap_or_else(|answer| panic!("{maker:?}, round {round}: {answer:#?}"));
        invitee.deletes(&format!("/v1/groups/{GROUP}/members/{INVITEE}")).await.is(204);
    }
    assert_eq!(world.members().await, ["29842"], "{maker:?}");
}

macro_rules! each_maker {
    ($($test:ident: $maker:expr),* $(,)?) => {
        $(mod $test {
            use super::*;

            #[tokio::test]
            async fn every_api_acts_on_it() {
                every_act_after($maker).await;
            }

            #[tokio::test]
            async fn it_is_made_again_after_the_invitee_left() {
                invites_again_after_leaving($maker).await;
            }

            #[tokio::test]
            async fn it_expires_at_every_api() {
                expires($maker).await;
            }
        })*
    };
}

each_maker! {
    native_user: Maker::NativeUser,
    native_email: Maker::NativeEmail,
    native_person: Maker::NativePerson,
    native_account: Maker::NativeAccount,
    native_link: Maker::NativeLink,
    evanta: Maker::Evanta,
    rownd: Maker::Rownd,
    onezone: Maker::Onezone,
    chembiohub: Maker::Chembiohub,
    bungie: Maker::Bungie,
}
