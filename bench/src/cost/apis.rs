//! Measures the operations of the five published APIs.

use harness::Person;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;
use crate::fault::Fault;

/// One group per API, so that no API finds another's invites.
const EVANTA: &str = "3001";
const ROWND: &str = "group_zjca79svvbqfeilwr8httcal";
const ONEZONE: &str = "HwUpk8jrwxKOe45uzLFX2GVC8lKEasj4q253sptVqF8";
const CHEMBIOHUB: &str = "3004";
const BUNGIE: &str = "3005";

fn owner(world: &World) -> Person {
    world.person("29842", "Generic User", "owner@example.com")
}

/// Returns a user with a verified address and a platform account.
fn invitee(world: &World) -> Person {
    let accounts = json!([{"membership_type": 3, "membership_id": "4611686018429783292"}]);
    world.person("29845", "Sonny Tromp", "juliet@towne.com").claim("accounts", accounts)
}

/// Measures all operations.
pub(super) async fn measure(world: &mut World) -> Result<(), Fault> {
    for group in [EVANTA, ROWND, ONEZONE, CHEMBIOHUB, BUNGIE] {
        world
            .does(
                &owner(world),
                Method::POST,
                "/v1/groups",
                &json!({"id": group, "name": "Private Group"}),
            )
            .await?;
    }
    evanta(world).await?;
    rownd(world).await?;
    rownd_groups(world).await?;
    onezone(world).await?;
    chembiohub(world).await?;
    bungie(world).await
}

/// Returns the first value of `key` at any depth.
fn found<'a>(json: &'a Value, key: &str) -> Option<&'a Value> {
    match json {
        Value::Object(fields) => fields
            .get(key)
            .filter(|value| !value.is_null())
            .or_else(|| fields.values().find_map(|value| found(value, key))),
        Value::Array(values) => values.iter().find_map(|value| found(value, key)),
        _ => None,
    }
}

fn id(json: &Value) -> Result<String, Fault> {
    match found(json, "id") {
        Some(Value::String(id)) => Ok(id.clone()),
        Some(Value::Number(id)) => Ok(id.to_string()),
        _ => Err(format!("no id in {json}").into()),
    }
}

/// Returns the id of the group's pending invite, which the native API lists.
async fn pending(world: &World, group: &str) -> Result<String, Fault> {
    let list = world
        .does(
            &owner(world),
            Method::GET,
            &format!("/v1/groups/{group}/invites?state=pending"),
            &Value::Null,
        )
        .await?;
    id(&list["data"])
}

async fn evanta(world: &mut World) -> Result<(), Fault> {
    let (owner, invitee) = (owner(world), invitee(world));
    let body = json!({"group_invite": {"user_id": 29845, "group_id": 3001}});
    let create = || ("evanta-create-group-invite", "", Method::POST, "/group_invites".into());
    world.measures(Some(&owner), create(), body.clone()).await?;
    let invite = pending(world, EVANTA).await?;
    let what = (
        "evanta-list-group-invites",
        "one invite",
        Method::GET,
        format!("/group_invites/users/{EVANTA}"),
    );
    world.measures(Some(&owner), what, Value::Null).await?;
    let what =
        ("evanta-list-my-group-invites", "one invite", Method::GET, "/group_invites/groups".into());
    world.measures(Some(&invitee), what, Value::Null).await?;
    let what =
        ("evanta-decline-group-invite", "", Method::DELETE, format!("/group_invites/{invite}"));
    world.measures(Some(&invitee), what, Value::Null).await?;
    world.does(&owner, Method::POST, "/group_invites", &body).await?;
    let what = ("evanta-join-group", "by an invite", Method::POST, "/group_members".into());
    world.measures(Some(&invitee), what, json!({"group_member": {"group_id": 3001}})).await?;
    Ok(())
}

async fn rownd(world: &mut World) -> Result<(), Fault> {
    let (owner, invitee) = (owner(world), invitee(world));
    let path = format!("/me/groups/{ROWND}/invites");
    let body = json!({"roles": ["editor"], "email": "juliet@towne.com"});
    let made = world
        .measures(
            Some(&owner),
            ("rownd-create-invite", "to a known address", Method::POST, path.clone()),
            body.clone(),
        )
        .await?;
    let invite = id(&made["invitation"])?;
    let one = format!("{path}/{invite}");
    let members = format!("/me/groups/{ROWND}/members");
    let what = ("rownd-manage-members", "list one and an invited person", Method::GET, members);
    world.measures(Some(&owner), what, Value::Null).await?;
    world
        .measures(
            Some(&owner),
            ("rownd-list-invites", "one invite", Method::GET, path.clone()),
            Value::Null,
        )
        .await?;
    world
        .measures(Some(&owner), ("rownd-get-invite", "", Method::GET, one.clone()), Value::Null)
        .await?;
    world
        .measures(
            Some(&owner),
            ("rownd-update-invite", "roles", Method::PUT, one.clone()),
            json!({"roles": ["viewer"]}),
        )
        .await?;
    world
        .measures(Some(&owner), ("rownd-delete-invite", "", Method::DELETE, one), Value::Null)
        .await?;
    let made = world.does(&owner, Method::POST, &path, &body).await?;
    let path = format!("{path}/{}/accept", id(&made["invitation"])?);
    world
        .measures(Some(&invitee), ("rownd-accept-invite", "", Method::POST, path), json!({}))
        .await?;
    Ok(())
}

async fn rownd_groups(world: &mut World) -> Result<(), Fault> {
    let owner = owner(world);
    let groups = "/me/groups";
    let body = json!({"name": "Editors", "admission_policy": "invite_only"});
    let made = world
        .measures(
            Some(&owner),
            ("rownd-manage-groups", "create", Method::POST, groups.into()),
            body,
        )
        .await?;
    let group = format!("{groups}/{}", id(&made["group"])?);
    world
        .measures(
            Some(&owner),
            ("rownd-manage-groups", "list own", Method::GET, groups.into()),
            Value::Null,
        )
        .await?;
    world
        .measures(
            Some(&owner),
            ("rownd-manage-groups", "get", Method::GET, group.clone()),
            Value::Null,
        )
        .await?;
    world
        .measures(
            Some(&owner),
            ("rownd-manage-groups", "change", Method::PUT, group.clone()),
            json!({"name": "Writers"}),
        )
        .await?;
    world
        .measures(
            Some(&owner),
            ("rownd-manage-groups", "delete", Method::DELETE, group),
            Value::Null,
        )
        .await?;
    let members = format!("{groups}/{ROWND}/members");
    let one = format!("{members}/member_29845");
    world
        .measures(
            Some(&owner),
            ("rownd-manage-members", "list two", Method::GET, members.clone()),
            Value::Null,
        )
        .await?;
    world
        .measures(
            Some(&owner),
            ("rownd-manage-members", "get", Method::GET, one.clone()),
            Value::Null,
        )
        .await?;
    world
        .measures(
            Some(&owner),
            ("rownd-manage-members", "change", Method::PUT, one.clone()),
            json!({"roles": ["editor"]}),
        )
        .await?;
    world
        .measures(
            Some(&owner),
            ("rownd-manage-members", "remove", Method::DELETE, one),
            Value::Null,
        )
        .await?;
    let what = ("rownd-manage-members", "add", Method::POST, members);
    world.measures(Some(&owner), what, json!({"user_id": "29845", "roles": ["editor"]})).await?;
    Ok(())
}

async fn onezone(world: &mut World) -> Result<(), Fault> {
    let what =
        ("onezone-create-user-token", "", Method::POST, format!("/groups/{ONEZONE}/users/token"));
    let made = world.measures(Some(&owner(world)), what, json!({})).await?;
    let body = json!({"token": found(&made, "token")});
    world
        .measures(
            Some(&invitee(world)),
            ("onezone-join-group", "", Method::POST, "/user/groups/join".into()),
            body,
        )
        .await?;
    Ok(())
}

async fn chembiohub(world: &mut World) -> Result<(), Fault> {
    let owner = owner(world);
    let path = "/chembiohub/api/invitations/";
    let person = json!({"email": "a@b.example", "first_name": "A", "last_name": "B"});
    world
        .measures(
            Some(&owner),
            ("chembiohub-create-invitation", "to the system", Method::POST, path.into()),
            person,
        )
        .await?;
    let group: u32 = CHEMBIOHUB.parse()?;
    let person = json!({"email": "c@d.example", "first_name": "C", "last_name": "D", "projects_selected": [{"id": group, "name": "Private Group"}]});
    world
        .measures(
            Some(&owner),
            ("chembiohub-create-invitation", "to one project", Method::POST, path.into()),
            person,
        )
        .await?;
    world
        .measures(
            Some(&owner),
            ("chembiohub-list-invitations", "two", Method::GET, path.into()),
            Value::Null,
        )
        .await?;
    let what = (
        "chembiohub-get-invitation",
        "",
        Method::GET,
        format!("{path}{}/", pending(world, CHEMBIOHUB).await?),
    );
    world.measures(Some(&owner), what, Value::Null).await?;
    let what = ("chembiohub-invitation-schema", "", Method::GET, format!("{path}schema/"));
    world.measures(Some(&owner), what, Value::Null).await?;
    Ok(())
}

async fn bungie(world: &mut World) -> Result<(), Fault> {
    let owner = owner(world);
    let members = format!("/Platform/GroupV2/{BUNGIE}/Members");
    let account = "3/4611686018429783292/";
    let what = (
        "bungie-invite-individual",
        "",
        Method::POST,
        format!("{members}/IndividualInvite/{account}"),
    );
    world.measures(Some(&owner), what, json!({"message": "Join us"})).await?;
    let what = (
        "bungie-list-invited-individuals",
        "one",
        Method::GET,
        format!("{members}/InvitedIndividuals/"),
    );
    world.measures(Some(&owner), what, Value::Null).await?;
    let what = (
        "bungie-list-potential-groups",
        "one",
        Method::GET,
        format!("/Platform/GroupV2/User/Potential/{account}2/0/"),
    );
    world.measures(Some(&invitee(world)), what, Value::Null).await?;
    let what = (
        "bungie-list-potential-groups",
        "one, for anybody",
        Method::GET,
        format!("/Platform/GroupV2/User/Potential/{account}2/0/"),
    );
    world.measures(None, what, Value::Null).await?;
    let what = (
        "bungie-cancel-individual-invite",
        "",
        Method::POST,
        format!("{members}/IndividualInviteCancel/{account}"),
    );
    world.measures(Some(&owner), what, json!({})).await?;
    Ok(())
}
