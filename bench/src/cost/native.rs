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
    crowded(world).await?;
    members(world).await?;
    groups(world).await
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
    world
        .measures(
            Some(&ada),
            ("native-list-my-invites", "one invite", Method::GET, "/v1/me/invites".into()),
            Value::Null,
        )
        .await?;
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
    create(world, "again, after it was revoked", json!({"email": "eve@example.com"})).await?;
    Ok(())
}

/// Measures the cost of counting pending invites when there are many (ADR 0012).
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
