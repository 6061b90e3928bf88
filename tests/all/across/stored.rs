//! The names of the table's attributes. They stay as they are, because a deployed table has items
//! that earlier versions wrote, and both versions run during a deployment.

use std::collections::{BTreeMap, BTreeSet};

use harness::{App, eventually, table};
use serde_json::{Value, json};
use shared::config::settings;

#[tokio::test]
async fn the_names_of_stored_attributes_stay_as_they_are() {
    let app = App::start().await;
    let alice = app.person("alice").name("Alice");
    let profile = json!({
        "email": "alice@example.com", "first_name": "Alice", "last_name": "Liddell",
        "refuses_invites": false,
    });
    alice.puts("/v1/me", &profile).await.is(200);
    let group = json!({
        "id": "3773", "name": "Private Group", "description": "A club", "metadata": {"a": 1},
        "policy": {"max_members": 50, "allowed_domains": ["example.com"]},
    });
    alice.creates(group).await.is(201);
    let full = json!({
        "person": {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"},
        "roles": ["member"], "message": "Join us", "metadata": {"a": 1}, "redirect_url": "/here",
    });
    let declined = alice.invited(full).await;
    app.mail_to("ada@example.com").await;
    let reason = json!({"token": declined.token, "reason": "No time"});
    app.nobody().posts("/v1/invites/decline", &reason).await.is(200);
    let link = json!({"link": {"max_uses": 1, "allowed_domains": ["example.com"]}});
    let link = alice.invited(link).await;
    app.person("eve").name("Eve").accepts(&link.token).await.is(200);
    let visit = alice.invited(json!({"link": {}, "membership_expires_in": 86_400})).await;
    app.person("vera").accepts(&visit.token).await.is(200);
    app.directory().writes_user("dan", &json!({"email": "dan@example.com"})).await.is(200);
    let added = json!({"user_id": "dan", "roles": ["member"]});
    alice.posts("/me/groups/3773/members", &added).await.is(200);
    let opened = json!({"token": visit.token});
    app.nobody().posts("/v1/invites/opened", &opened).await.is(204);
    alice.gives_roles("eve", json!(["admin"])).await.is(200);
    alice.gives_roles("eve", json!(["member"])).await.is(200);
    alice
        .invited(json!({"account": {"membership_type": 3, "membership_id": "9"}, "notify": false}))
        .await;
    let revoked = alice.invited(json!({"phone": "+19199993333", "notify": false})).await;
    alice.revokes(&revoked.id).await.is(200);
    app.person("bea").puts("/v1/me", &json!({"email": "bea@example.com"})).await.is(200);
    alice.invited(json!({"user_id": "bea", "notify": false})).await;
    let rownd = json!({"roles": ["editor"], "email": "bob@example.com", "app_variant_id": "v1"});
    alice.posts("/me/groups/3773/invites", &rownd).await.is(200);
    let chembiohub = json!({"email": "joe@example.com", "projects_selected": [{"id": 3773}]});
    alice.posts("/chembiohub/api/invitations/", &chembiohub).await.is(201);
    let mut remind = chembiohub;
    remind["remind"] = json!(true);
    // The time of the last request is stored if it is not that of the creation.
    app.advance(1);
    alice.posts("/chembiohub/api/invitations/", &remind).await.is(201);
    // Another owner changes the roles, and becomes the one whose right an acceptance asks.
    alice.gives_roles("eve", json!(["owner"])).await.is(200);
    let invited = alice.invites(json!({"email": "cy@example.com", "notify": false})).await.is(201);
    let path = format!("/me/groups/3773/invites/{}", invited.text_at("/id"));
    app.advance(1);
    app.person("eve").puts(&path, &json!({"roles": ["editor"]})).await.is(200);
    app.settled(&alice).await;
    eventually("the event of the last change", || async {
        let events = alice.reads_events("?actor=eve&type=invite.changed").await.is(200);
        (!events.data().is_empty()).then_some(())
    })
    .await;
    eventually("the news of the decline", || async {
        (!app.items("digest").await.is_empty()).then_some(())
    })
    .await;

    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mut item in app.scan().await {
        // Only an invite whose mail is due has this attribute. The stream's filter names it.
        item.as_object_mut().expect("the item is an object").remove("outbox");
        let kind = item["type"]["S"].as_str().expect("the item has a type").to_owned();
        collect(&item, "", names.entry(kind).or_default());
    }
    // The index of a person's memberships has each attribute of them, except the version and the
    // keys of other indexes. Those of this index and of the table are in every entry.
    let endpoint = app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB);
    let table = json!({"TableName": app.setting(settings::TABLE_NAME)});
    let described = table::ask(endpoint, "DescribeTable", &table).await;
    let indexes = described["Table"]["GlobalSecondaryIndexes"].as_array().expect("indexes");
    let by_invitee = indexes.iter().find(|index| index["IndexName"] == "by_invitee");
    let included = &by_invitee.expect("the index is there")["Projection"]["NonKeyAttributes"];
    let included: BTreeSet<String> = serde_json::from_value(included.clone()).expect("names");
    let is_key = |name: &str| name.ends_with("pk") || name.ends_with("sk");
    let of_member = names["member"].iter().filter(|name| !(is_key(name) || name.contains('.')));
    let missing: Vec<&String> = of_member.filter(|name| !included.contains(*name)).collect();
    assert_eq!(missing, ["member_version"]);

    let lines = names
        .into_iter()
        .flat_map(|(kind, names)| names.into_iter().map(move |name| format!("{kind} {name}")));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

/// Adds the path of every attribute of the map to `names`.
fn collect(map: &Value, prefix: &str, names: &mut BTreeSet<String>) {
    for (name, value) in map.as_object().into_iter().flatten() {
        // The tries of each mail have an attribute of their own.
        let name = if name.starts_with("tries_") { "tries_<mail>" } else { name };
        names.insert(format!("{prefix}{name}"));
        collect(&value["M"], &format!("{prefix}{name}."), names);
    }
}
