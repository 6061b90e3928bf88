//! Groups under `/me/groups`.

use harness::{App, GROUP};
use serde_json::{Value, json};

use super::{fails, keys, names};

#[tokio::test]
async fn a_group_can_be_created_read_changed_and_deleted() {
    let app = App::start().await;
    let tess = app.user("tess").name("Tess");
    tess.puts("/v1/me", &json!({"first_name": "Tess", "last_name": "Owner"})).await.is(200);
    assert_eq!(
        tess.gets("/me/groups").await.is(200).json,
        json!({"total_results": 0, "results": []})
    );
    let asked = json!({"name": "Editors", "admission_policy": "open", "meta": {"plan": "pro", "n": 1}, "id": "mine", "member_count": 7});
    let made = tess.posts("/me/groups", &asked).await.is(200);
    assert_eq!(keys(&made.text), ["group", "member"]);
    let group = &made.json["group"];
    let id = group["id"].as_str().unwrap().to_owned();
    assert_ne!(id, "mine");
    assert_eq!(
        *group,
        json!({"id": id, "name": "Editors", "member_count": 0, "app_id": "beckon", "admission_policy": "open", "meta": {"plan": "pro", "n": 1},
            "created_at": group["created_at"], "updated_at": group["created_at"], "created_by": "tess"})
    );
    let profile = json!({"user_id": "tess", "first_name": "Tess", "last_name": "Owner"});
    assert_eq!(
        made.json["member"],
        json!({"id": "member_tess", "user_id": "tess", "app_id": "beckon", "roles": ["owner"], "state": "active", "profile": profile, "group_id": id})
    );
    let path = format!("/me/groups/{id}");
    assert_eq!(tess.gets(&path).await.is(200).json, made.json);
    assert_eq!(
        tess.gets("/me/groups").await.is(200).json,
        json!({"total_results": 1, "results": [made.json]})
    );
    app.advance(5);
    let changed = tess
        .puts(&path, &json!({"name": "Writers", "admission_policy": "invite_only", "meta": null}))
        .await
        .is(200)
        .json;
    assert_eq!(
        (&changed["group"]["name"], &changed["group"]["admission_policy"]),
        (&json!("Writers"), &json!("invite_only"))
    );
    assert_eq!(changed["group"]["meta"], json!({}));
    assert_ne!(changed["group"]["updated_at"], changed["group"]["created_at"]);
    assert_eq!(
        tess.puts(&path, &json!({})).await.is(200).json["group"]["name"],
        "Writers",
        "an absent field keeps its value"
    );
    tess.deletes(&path).await.is(204);
    fails(tess.gets(&path).await, 404, "E_GROUP_NOT_FOUND");
    tess.deletes(&path).await.is(204);
}

#[tokio::test]
async fn a_secret_group_set_to_invite_only_stays_secret() {
    let app = App::start().await;
    let alice = app.user("alice");
    let kind =
        async || alice.gets(&format!("/v1/groups/{GROUP}")).await.is(200).json["type"].clone();
    alice.creates(json!({"id": GROUP, "name": "Quiet", "type": "secret"})).await;
    let path = format!("/me/groups/{GROUP}");
    assert_eq!(alice.gets(&path).await.json["group"]["admission_policy"], "invite_only");
    alice.puts(&path, &json!({"admission_policy": "invite_only"})).await.is(200);
    assert_eq!(kind().await, "secret");
    alice.puts(&path, &json!({"admission_policy": "open"})).await.is(200);
    assert_eq!(kind().await, "open");
    alice.puts(&path, &json!({"admission_policy": "invite_only"})).await.is(200);
    assert_eq!(kind().await, "private");
}

#[tokio::test]
async fn all_groups_of_a_member_are_listed() {
    let app = App::start().await;
    let alice = app.user("alice");
    for number in 0..105 {
        alice
            .creates(json!({"id": format!("g{number:03}"), "name": format!("Group {number}")}))
            .await;
    }
    let listed = alice.gets("/me/groups").await.is(200).json;
    assert_eq!(
        (&listed["total_results"], listed["results"].as_array().unwrap().len()),
        (&json!(105), 105)
    );
    assert_eq!(listed["results"][104]["group"]["id"], "g104");
}

#[tokio::test]
async fn members_can_read_a_group_and_admins_can_change_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (member, admin) = (app.person("mem"), app.person("adm"));
    alice.takes_in(&member, json!(["viewer"])).await;
    alice.takes_in(&admin, json!(["admin"])).await;
    let path = format!("/me/groups/{GROUP}");
    assert_eq!(member.gets(&path).await.is(200).json["member"]["roles"], json!(["viewer"]));
    fails(member.puts(&path, &json!({"name": "x"})).await, 403, "E_FORBIDDEN");
    admin.puts(&path, &json!({"name": "New name"})).await.is(200);
    fails(admin.deletes(&path).await, 403, "E_FORBIDDEN");
    alice.deletes(&path).await.is(204);
}

#[tokio::test]
async fn an_invalid_group_is_refused() {
    let app = App::start().await;
    let alice = app.user("alice");
    names(alice.posts("/me/groups", &json!({})).await, "name");
    names(alice.posts("/me/groups", &json!({"name": null})).await, "name");
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(1)),
        ("admission_policy", json!("closed")),
        ("admission_policy", json!(true)),
        ("meta", json!([])),
        ("meta", json!("x")),
        ("meta", json!({"k": "x".repeat(5000)})),
    ] {
        let mut body = json!({"name": "Editors"});
        body[field] = value;
        names(alice.posts("/me/groups", &body).await, field);
    }
    assert_eq!(alice.gets("/me/groups").await.json["results"], Value::Array(vec![]));
}
