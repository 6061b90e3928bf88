//! Measures the operations of the native API, in the order in which an invite goes through them.

use harness::Person;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;
use crate::fault::Fault;

/// The group of most operations.
const GROUP: &str = "3773";

fn owner(world: &World) -> Person {
    world.person("29842", "Generic User", "owner@example.com")
}

fn invitee(world: &World) -> Person {
    world.person("29845", "Sonny Tromp", "juliet@towne.com")
}

/// Returns the body of a typical invite to `to`, with roles, a message and metadata.
fn invite(to: Value) -> Value {
    let mut body = json!({"roles": ["editor"], "message": "Come and see the engine.", "metadata": {"crm_id": "lead-42"}});
    if let (Some(body), Value::Object(to)) = (body.as_object_mut(), to) {
        body.extend(to);
    }
    body
}

fn text(json: &Value, name: &str) -> Result<String, Fault> {
    json[name].as_str().map(str::to_owned).ok_or_else(|| format!("no {name} in {json}").into())
}

/// Measures all operations.
pub(super) async fn measure(world: &mut World) -> Result<(), Fault> {
    directory(world).await?;
    let group = json!({"id": GROUP, "name": "Private Group", "description": "Private group"});
    let what = ("native-manage-groups", "create", Method::POST, "/v1/groups".into());
    world.measures(Some(&owner(world)), what, group).await?;
    by_mail(world).await?;
    by_id(world).await?;
    new_person(world).await?;
    links(world).await?;
    refused(world).await?;
    ticks(world).await?;
    crowded(world).await?;
    bulk(world).await?;
    members(world).await?;
    groups(world).await?;
    acts(world).await
}

/// Measures one invite whose mail SES reports as delivered.
pub(super) async fn measure_feedback(world: &mut World) -> Result<(), Fault> {
    let group = json!({"id": GROUP, "name": "Private Group", "description": "Private group"});
    world.does(&owner(world), Method::POST, "/v1/groups", &group).await?;
    create(world, "with SES's report", json!({"email": "ada@example.com"})).await?;
    Ok(())
}

/// Measures the acts on an invite that exists, in a group of their own.
async fn acts(world: &mut World) -> Result<(), Fault> {
    let owner = owner(world);
    let group = json!({"id": "acts", "name": "Acts"});
    world.does(&owner, Method::POST, "/v1/groups", &group).await?;
    let made = invite(json!({"email": "frank@example.com", "notify": false}));
    let made = world.does(&owner, Method::POST, "/v1/groups/acts/invites", &made).await?;
    let path = format!("/v1/groups/acts/invites/{}", text(&made, "id")?);
    world.advance(60);
    let what = ("native-update-invite", "", Method::PATCH, path.clone());
    world.measures(Some(&owner), what, json!({"message": "Come soon."})).await?;
    let what = ("native-reveal-link", "", Method::POST, format!("{path}/link"));
    world.measures(Some(&owner), what, json!({})).await?;
    let what = ("native-resend-invite", "", Method::POST, format!("{path}/resend"));
    let resent = world.measures(Some(&owner), what, json!({})).await?;
    let token = text(&resent, "token")?;
    let what = ("native-narrow-token", "", Method::POST, "/v1/invites/narrow".into());
    world.measures(None, what, json!({"token": token, "expires_in": 600})).await?;
    let frank = world.person("frank", "Frank", "frank@example.com");
    world.advance(366 * 86_400);
    let what = ("native-request-renewal", "", Method::POST, "/v1/invites/renewal".into());
    world.measures(None, what, json!({"token": token})).await?;
    let what =
        ("native-resend-invite", "of an expired one", Method::POST, format!("{path}/resend"));
    world.measures(Some(&owner), what, json!({})).await?;
    let what = (
        "native-manage-blocks",
        "block an inviter",
        Method::PUT,
        "/v1/me/blocks/inviter/29842".into(),
    );
    world.measures(Some(&frank), what, json!({})).await?;
    Ok(())
}

async fn directory(world: &mut World) -> Result<(), Fault> {
    let administrator =
        world.person("directory", "Directory", "").claim("scope", json!("users:write"));
    let accounts = json!([{"membership_type": 3, "membership_id": "4611686018429783292"}]);
    let profile = json!({"email": "juliet@towne.com", "first_name": "Sonny", "last_name": "Tromp", "accounts": accounts});
    let what = (
        "native-manage-users",
        "put a user with an address and an account",
        Method::PUT,
        "/v1/users/29845".into(),
    );
    world.measures(Some(&administrator), what, profile).await?;
    let profile = json!({"first_name": "Generic", "last_name": "User"});
    world
        .measures(
            Some(&owner(world)),
            ("native-manage-users", "put own profile", Method::PUT, "/v1/me".into()),
            profile,
        )
        .await?;
    world
        .measures(
            Some(&owner(world)),
            ("native-manage-users", "get own profile", Method::GET, "/v1/me".into()),
            Value::Null,
        )
        .await?;
    Ok(())
}

async fn create(world: &mut World, case: &str, to: Value) -> Result<Value, Fault> {
    let what = ("native-create-invite", case, Method::POST, format!("/v1/groups/{GROUP}/invites"));
    world.measures(Some(&owner(world)), what, invite(to)).await
}

async fn by_mail(world: &mut World) -> Result<(), Fault> {
    let ada = world.person("ada", "Ada", "ada@example.com");
    let made = create(world, "to an e-mail address", json!({"email": "ada@example.com"})).await?;
    let (token, id) = (text(&made, "token")?, text(&made, "id")?);
    let path = format!("/v1/groups/{GROUP}/invites");
    world
        .measures(
            Some(&owner(world)),
            ("native-list-group-invites", "one invite", Method::GET, path.clone()),
            Value::Null,
        )
        .await?;
    world
        .measures(
            Some(&owner(world)),
            ("native-get-invite", "", Method::GET, format!("{path}/{id}")),
            Value::Null,
        )
        .await?;
    let events = format!("/v1/groups/{GROUP}/events");
    let what = ("native-list-events", "of a new group", Method::GET, events);
    world.measures(Some(&owner(world)), what, Value::Null).await?;
    world
        .measures(
            Some(&ada),
            ("native-list-my-invites", "one invite", Method::GET, "/v1/me/invites".into()),
            Value::Null,
        )
        .await?;
    let what =
        ("native-list-sent-invites", "one invite", Method::GET, "/v1/me/sent-invites".into());
    world.measures(Some(&owner(world)), what, Value::Null).await?;
    world
        .measures(
            None,
            ("native-preview-invite", "", Method::POST, "/v1/invites/preview".into()),
            json!({"token": token}),
        )
        .await?;
    world
        .measures(None, ("native-invite-page", "", Method::GET, format!("/i/{token}")), Value::Null)
        .await?;
    let what = (
        "native-accept-invite",
        "by the token in a mail",
        Method::POST,
        "/v1/invites/accept".into(),
    );
    world.measures(Some(&ada), what, json!({"token": token})).await?;
    let what = ("native-accept-invite", "once more", Method::POST, "/v1/invites/accept".into());
    world.measures(Some(&ada), what, json!({"token": token})).await?;
    Ok(())
}

async fn by_id(world: &mut World) -> Result<(), Fault> {
    let made = create(world, "to a user of the directory", json!({"user_id": "29845"})).await?;
    let body = json!({"group": GROUP, "invite": text(&made, "id")?});
    world
        .measures(
            Some(&invitee(world)),
            ("native-accept-invite", "by id", Method::POST, "/v1/invites/accept".into()),
            body,
        )
        .await?;
    create(world, "to a phone number", json!({"phone": "+14155550123"})).await?;
    create(
        world,
        "to a platform account",
        json!({"account": {"membership_type": 3, "membership_id": "4611686018429783299"}}),
    )
    .await?;
    Ok(())
}

async fn new_person(world: &mut World) -> Result<(), Fault> {
    let person = json!({"person": {"email": "grace@example.com", "first_name": "Grace", "last_name": "Hopper"}});
    let made = create(world, "to a new person", person).await?;
    let grace = world.person("grace", "Grace Hopper", "grace@example.com");
    let body = json!({"token": text(&made, "token")?});
    world
        .measures(
            Some(&grace),
            ("native-accept-invite", "by a new person", Method::POST, "/v1/invites/accept".into()),
            body,
        )
        .await?;
    Ok(())
}

async fn links(world: &mut World) -> Result<(), Fault> {
    let bob = world.person("bob", "Bob", "bob@example.com");
    let carol = world.person("carol", "Carol", "carol@example.com");
    let made = create(world, "as a link for ten", json!({"link": {"max_uses": 10}})).await?;
    let body = json!({"token": text(&made, "token")?});
    world
        .measures(
            Some(&bob),
            (
                "native-accept-invite",
                "by a counted link",
                Method::POST,
                "/v1/invites/accept".into(),
            ),
            body,
        )
        .await?;
    let made = create(world, "as a link for any number", json!({"link": {}})).await?;
    let body = json!({"token": text(&made, "token")?});
    world
        .measures(
            Some(&carol),
            (
                "native-accept-invite",
                "by an uncounted link",
                Method::POST,
                "/v1/invites/accept".into(),
            ),
            body,
        )
        .await?;
    Ok(())
}

async fn refused(world: &mut World) -> Result<(), Fault> {
    let path = format!("/v1/groups/{GROUP}/invites");
    let made = world
        .does(&owner(world), Method::POST, &path, &invite(json!({"email": "dan@example.com"})))
        .await?;
    let body = json!({"token": text(&made, "token")?, "reason": "No time."});
    world
        .measures(
            None,
            ("native-decline-invite", "by token", Method::POST, "/v1/invites/decline".into()),
            body,
        )
        .await?;
    let made = world
        .does(&owner(world), Method::POST, &path, &invite(json!({"email": "eve@example.com"})))
        .await?;
    let path = format!("{path}/{}/revoke", text(&made, "id")?);
    world
        .measures(Some(&owner(world)), ("native-revoke-invite", "", Method::POST, path), json!({}))
        .await?;
    // The next generation has another time of creation, so its index entries move.
    world.advance(1);
    create(world, "again, after it was revoked", json!({"email": "eve@example.com"})).await?;
    Ok(())
}

/// Measures a hundred invites in one request, and one under an idempotency key.
async fn bulk(world: &mut World) -> Result<(), Fault> {
    let owner = world.person("planner", "Planner", "planner@example.com");
    world.does(&owner, Method::POST, "/v1/groups", &json!({"id": "bulk", "name": "Bulk"})).await?;
    let path = "/v1/groups/bulk/invites";
    let address = |at: usize| json!({"email": format!("new-{at:03}@example.com"), "notify": false});
    let items: Vec<Value> = (0..100).map(address).collect();
    world
        .measures(
            Some(&owner),
            (
                "native-create-invite",
                "to 100 addresses at once, without mails",
                Method::POST,
                path.into(),
            ),
            json!({ "invites": items }),
        )
        .await?;
    many_acts(world, &owner, &json!({ "invites": items })).await
}

/// Measures resending and revoking the hundred invites of the group `bulk`, and revoking them after
/// `owner` has made them again.
async fn many_acts(world: &mut World, owner: &Person, invites: &Value) -> Result<(), Fault> {
    let helper = world.person("helper", "Helper", "helper@example.com");
    let path = "/v1/groups/bulk/invites";
    let body = json!({"email": "helper@example.com", "roles": ["admin"], "notify": false});
    let made = world.does(owner, Method::POST, path, &body).await?;
    let token = json!({ "token": text(&made, "token")? });
    world.does(&helper, Method::POST, "/v1/invites/accept", &token).await?;
    world.advance(3_600);
    let all = json!({"filter": {"state": ["pending"]}});
    let resend = json!({"filter": all["filter"], "notify": false});
    let resends = |case| ("native-resend-invites", case, Method::POST, format!("{path}/resend"));
    let revokes = |case| ("native-revoke-invites", case, Method::POST, format!("{path}/revoke"));
    world.measures(Some(owner), resends("100 by a filter, without mails"), resend).await?;
    world
        .measures(Some(&helper), revokes("100 of another inviter, by a filter"), all.clone())
        .await?;
    world.advance(3_600);
    world.does(owner, Method::POST, path, invites).await?;
    world.measures(Some(owner), revokes("100 own ones, by a filter"), all).await?;
    Ok(())
}

/// Measures the function that a schedule starts, without work and with an expiry.
async fn ticks(world: &mut World) -> Result<(), Fault> {
    let tick = |case| ("background-tick", case, Method::POST, "/local/schedules".to_owned());
    world.measures(None, tick("nothing due"), Value::Null).await?;
    let mut body = invite(json!({"email": "late@example.com"}));
    body["expires_in"] = json!(300);
    body["notify"] = json!(false);
    world.does(&owner(world), Method::POST, &format!("/v1/groups/{GROUP}/invites"), &body).await?;
    world.advance(301);
    world.measures(None, tick("one expiry"), Value::Null).await?;
    Ok(())
}

/// Measures the cost of keeping the cap on pending invites when there are many (ADR 0049).
async fn crowded(world: &mut World) -> Result<(), Fault> {
    let owner = world.person("host", "Host", "host@example.com");
    world
        .does(&owner, Method::POST, "/v1/groups", &json!({"id": "crowd", "name": "Crowd"}))
        .await?;
    let path = "/v1/groups/crowd/invites";
    for guest in 0..100 {
        let mut body = invite(json!({"email": format!("guest-{guest:03}@example.com")}));
        body["notify"] = json!(false);
        world.does(&owner, Method::POST, path, &body).await?;
    }
    let mut body = invite(json!({"email": "one-more@example.com"}));
    body["notify"] = json!(false);
    world
        .measures(
            Some(&owner),
            (
                "native-create-invite",
                "beside 100 pending ones, without a mail",
                Method::POST,
                path.into(),
            ),
            body,
        )
        .await?;
    world
        .measures(
            Some(&owner),
            (
                "native-list-group-invites",
                "the first 20 of 101",
                Method::GET,
                format!("{path}?limit=20"),
            ),
            Value::Null,
        )
        .await?;
    Ok(())
}

async fn members(world: &mut World) -> Result<(), Fault> {
    let path = format!("/v1/groups/{GROUP}/members");
    world
        .measures(
            Some(&owner(world)),
            ("native-manage-members", "list six", Method::GET, path.clone()),
            Value::Null,
        )
        .await?;
    let what = ("native-manage-members", "change roles", Method::PATCH, format!("{path}/ada"));
    world.measures(Some(&owner(world)), what, json!({"roles": ["admin"]})).await?;
    let what = ("native-manage-members", "lower roles", Method::PATCH, format!("{path}/ada"));
    world.measures(Some(&owner(world)), what, json!({"roles": ["editor"]})).await?;
    world
        .measures(
            Some(&owner(world)),
            ("native-manage-members", "remove", Method::DELETE, format!("{path}/ada")),
            Value::Null,
        )
        .await?;
    Ok(())
}

async fn groups(world: &mut World) -> Result<(), Fault> {
    let path = format!("/v1/groups/{GROUP}");
    world
        .measures(
            Some(&owner(world)),
            ("native-manage-groups", "list one", Method::GET, "/v1/groups".into()),
            Value::Null,
        )
        .await?;
    world
        .measures(
            Some(&owner(world)),
            ("native-manage-groups", "get", Method::GET, path.clone()),
            Value::Null,
        )
        .await?;
    let what = ("native-manage-groups", "change", Method::PATCH, path.clone());
    world.measures(Some(&owner(world)), what, json!({"name": "Another name"})).await?;
    world
        .measures(
            Some(&owner(world)),
            ("native-manage-groups", "delete", Method::DELETE, path),
            Value::Null,
        )
        .await?;
    Ok(())
}
