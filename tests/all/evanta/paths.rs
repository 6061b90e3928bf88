//! The paths of Rails: with the format `.json` or a slash at their end. Rails also merges query and
//! body, and reads multipart forms.

use harness::{App, GROUP};
use reqwest::Method;
use serde_json::json;

use super::acts::{AtEvanta, EvantaAnswer};
use super::{INVITED, invites, missing, owner_and_invitee};

#[tokio::test]
async fn every_path_may_end_in_json_or_in_a_slash() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let invite = json!({"group_invite": {"user_id": INVITED, "group_id": GROUP}});
    let join = json!({"group_member": {"group_id": GROUP}});
    for end in ["", ".json", "/"] {
        let made = owner.posts(&format!("/group_invites{end}"), &invite).await.is(201);
        let id = &made.json["group_invite"]["id"];
        let mine = sonny.gets(&format!("/group_invites/groups{end}")).await.is(200);
        assert_eq!(invites(&mine)[0]["id"], *id, "{end}");
        let all = owner.gets(&format!("/group_invites/users/{GROUP}{end}")).await.is(200);
        assert_eq!(invites(&all)[0]["id"], *id, "{end}");
        sonny.deletes(&format!("/group_invites/{id}{end}")).await.allows_every_origin().is(204);
        owner.posts(&format!("/group_invites{end}"), &invite).await.is(201);
        sonny.posts(&format!("/group_members{end}"), &join).await.allows_every_origin().is(201);
        owner.removes(INVITED).await.is(204);
    }
}

#[tokio::test]
async fn nothing_lies_behind_a_path_s_slash() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let id = owner.invited_user().await;
    for (method, path) in [
        (Method::POST, "/group_invites/x".to_owned()),
        (Method::POST, "/group_members/x".to_owned()),
        (Method::GET, "/group_invites/groups/x".to_owned()),
        (Method::GET, format!("/group_invites/users/{GROUP}/x")),
        (Method::DELETE, format!("/group_invites/{id}/x")),
        (Method::DELETE, format!("/group_invites/{id}.xml")),
        (Method::DELETE, format!("/group_invites/{id}.json.json")),
        (Method::DELETE, "/group_invites/.json".to_owned()),
        (Method::GET, format!("/group_invites/users/{GROUP}.xml")),
    ] {
        let request = sonny.request(method, &path).json(&json!({}));
        sonny.sends(request).await.has_no_body(404);
    }
    assert_eq!(owner.reads(&id.to_string()).await.json["state"], "pending");
}

#[tokio::test]
async fn parameters_may_be_in_the_query_and_in_a_multipart_form() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let (group, user) =
        (format!("group_invite[group_id]={GROUP}"), format!("group_invite[user_id]={INVITED}"));
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let form = format!(
        "{}{}--x--\r\n",
        part("group_invite[group_id]", GROUP),
        part("group_invite[user_id]", INVITED)
    );
    let multipart = "multipart/form-data; boundary=x";
    let json = format!("{{\"group_invite\":{{\"user_id\":{INVITED}}}}}");
    for (query, kind, body) in [
        (format!("?{group}&{user}"), "", String::new()),
        (format!("?{group}&{user}"), "application/json", "{}".to_owned()),
        (format!("?{group}"), "application/json", json),
        (format!("?{group}"), "application/x-www-form-urlencoded", user.clone()),
        (String::new(), multipart, form.clone()),
        ("?group_invite%5Buser_id%5D=29845".to_owned(), multipart, form.clone()),
    ] {
        let request = owner.request(Method::POST, &format!("/group_invites{query}"));
        let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
        let made = owner.sends(request.body(body)).await.is(201);
        assert_eq!(made.json["group_invite"]["user"]["id"], 29845);
        sonny.declines_invite(&made.json["group_invite"]["id"]).await.is(204);
    }
    let refused = |query: &str, kind: &'static str, body: &str| {
        let request = owner.request(Method::POST, &format!("/group_invites{query}"));
        owner.sends(request.header("content-type", kind).body(body.to_owned()))
    };
    let root = missing("group_invite");
    refused("", multipart, &form[..form.len() - 6]).await.has_body(400, &root);
    refused("", "multipart/form-data", &form).await.has_body(400, &root);
    refused(&format!("?{group}"), "application/json", "{").await.has_body(400, &root);
    refused("?group_id=3773", "application/json", "").await.has_body(400, &root);
    let large = "x".repeat(70_000);
    refused(&format!("?{group}&{user}"), multipart, &large).await.is(413);
    let joined =
        sonny.request(Method::POST, &format!("/group_members?group_member[group_id]={GROUP}"));
    sonny.sends(joined).await.has_no_body(403);
}
