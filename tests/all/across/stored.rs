//! The names of the table's attributes. They stay as they are, because a deployed table has items
//! that earlier versions wrote, and both versions run during a deployment.

use std::collections::{BTreeMap, BTreeSet};

use harness::App;
use serde_json::{Value, json};

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
    app.settled(&alice).await;

    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mut item in app.scan().await {
        // Only an invite whose mail is due has this attribute. The stream's filter names it.
        item.as_object_mut().expect("the item is an object").remove("outbox");
        let kind = item["type"]["S"].as_str().expect("the item has a type").to_owned();
        collect(&item, "", names.entry(kind).or_default());
    }
    let lines = names
        .into_iter()
        .flat_map(|(kind, names)| names.into_iter().map(move |name| format!("{kind} {name}")));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

/// Adds the path of every attribute of the map to `names`.
fn collect(map: &Value, prefix: &str, names: &mut BTreeSet<String>) {
    for (name, value) in map.as_object().into_iter().flatten() {
        names.insert(format!("{prefix}{name}"));
        collect(&value["M"], &format!("{prefix}{name}."), names);
    }
}
