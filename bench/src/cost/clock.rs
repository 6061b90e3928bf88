//! What the clock brings: a reminder, a digest for an inviter, and the removal of personal data.

use harness::Person;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{What, World};
use crate::fault::Fault;

const DAY: i64 = 86_400;
const GROUP: &str = "slow";

fn tick(case: &str) -> What<'_> {
    ("background-tick", case, Method::POST, "/local/schedules".to_owned())
}

/// Measures the operations. It moves the clock by more than a year, so it comes last.
pub(super) async fn measure(world: &mut World) -> Result<(), Fault> {
    let owner = world.person("irene", "Irene", "irene@example.com");
    finish_the_rest(world, &owner).await?;
    let group = json!({"id": GROUP, "name": "Slow"});
    world.does(&owner, Method::POST, "/v1/groups", &group).await?;

    let made = invites(world, &owner, "late@example.com", true).await?;
    world.settled().await?;
    world.advance(2 * DAY + 60);
    world.measures(None, tick("one reminder"), Value::Null).await?;
    let id = made["id"].as_str().ok_or("the invite has no id")?;
    let revoke = format!("/v1/groups/{GROUP}/invites/{id}/revoke");
    world.does(&owner, Method::POST, &revoke, &json!({})).await?;
    world.advance(31 * DAY);
    // The part of the index whose turn it is in this minute.
    let part = id.parse::<i64>().map_err(|error| error.to_string())? % 8;
    while world.now() / 60 % 8 != part {
        world.advance(60);
    }
    world.measures(None, tick("one ended invite loses its data"), Value::Null).await?;
    digest(world, &owner).await
}

/// Handles everything that other measurements have left to the clock.
async fn finish_the_rest(world: &World, owner: &Person) -> Result<(), Fault> {
    world.advance(400 * DAY);
    for _ in 0..9 {
        world.advance(60);
        world.does(owner, Method::POST, "/local/schedules", &Value::Null).await?;
    }
    world.settled().await
}

/// Measures an acceptance that its inviter is told, and the mail that tells it.
async fn digest(world: &mut World, owner: &Person) -> Result<(), Fault> {
    let profile = json!({"email": "irene@example.com"});
    let crm = world.person("crm", "CRM", "").claim("scope", json!("users:write"));
    world.does(&crm, Method::PUT, "/v1/users/irene", &profile).await?;
    let made = invites(world, owner, "fast@example.com", false).await?;
    let fast = world.person("fast", "Fast", "fast@example.com");
    let path = "/v1/invites/accept".to_owned();
    let accept = ("native-accept-invite", "whose inviter gets a digest", Method::POST, path);
    world.measures(Some(&fast), accept, json!({"token": made["token"]})).await?;
    world.advance(DAY);
    world.measures(None, tick("one digest"), Value::Null).await?;
    Ok(())
}

async fn invites(world: &World, by: &Person, to: &str, notify: bool) -> Result<Value, Fault> {
    let path = format!("/v1/groups/{GROUP}/invites");
    let body = json!({"email": to, "notify": notify, "expires_in": 30 * DAY});
    world.does(by, Method::POST, &path, &body).await
}
