//! One person has several identities: a user id, addresses, phone numbers, accounts. A group can
//! have one pending invite for the person, by any identity and at any API.

use harness::{App, GROUP, Person, table};
use serde_json::{Value, json};
use shared::config::settings;

/// Writes Ada's address, number and account to the directory, and returns her.
async fn write_ada(app: &App) -> Person {
    let accounts = json!([{"membership_type": 3, "membership_id": "4611686018429783292"}]);
    let ada = json!({"first_name": "Ada", "email": "ada@example.com", "phone": "+19199993333", "accounts": accounts});
    app.directory().writes_user("29845", &ada).await.is(200);
    app.user("29845").email("ada@example.com")
}

fn identities() -> [Value; 4] {
    [
        json!({"user_id": "29845"}),
        json!({"email": "ADA@example.com"}),
        json!({"phone": "+19199993333"}),
        json!({"account": {"membership_type": 3, "membership_id": "4611686018429783292"}}),
    ]
}

#[tokio::test]
async fn a_person_invited_by_one_identity_cannot_be_invited_by_another() {
    let app = App::start().await;
    let alice = app.user("29842");
    alice.creates(json!({"id": GROUP, "name": "Private Group"})).await;
    write_ada(&app).await;
    for first in identities() {
        let invited = alice.invited(first.clone()).await;
        for second in identities().into_iter().filter(|name| *name != first) {
            let refused =
                alice.invites(second.clone()).await.refuses(409, "invite_already_pending");
            assert_eq!(refused.json["invite_id"], invited.id, "{first} {second}");
        }
        alice.revokes(&invited.id).await.is(200);
    }
}

#[tokio::test]
async fn an_identity_leads_to_the_same_person_at_every_api() {
    let app = App::start().await;
    let alice = app.user("29842").claim("scope", json!("AdminGroups"));
    alice.creates(json!({"id": GROUP, "name": "Private Group"})).await;
    let ada = write_ada(&app).await;
    let invited = alice
        .invited(json!({"email": "ada@example.com", "roles": ["editor"], "notify": false}))
        .await;
    let evanta = json!({"group_invite": {"user_id": 29845, "group_id": 3773}});
    assert_eq!(
        alice.posts("/group_invites", &evanta).await.is(422).json,
        json!({"user_id": ["has already been taken"]})
    );
    // The rownd API returns the pending invite.
    let again = alice
        .posts("/me/groups/3773/invites", &json!({"roles": ["editor"], "user_id": "29845"}))
        .await
        .is(200);
    assert_eq!(again.json["invitation"]["id"], invited.id);
    let account = "/Platform/GroupV2/3773/Members/IndividualInvite/3/4611686018429783292/";
    let request =
        alice.request(reqwest::Method::POST, account).header("x-api-key", "any").body("{}");
    assert_eq!(alice.sends(request).await.is(409).json["ErrorCode"], 1904);
    assert_eq!(alice.lists("").await.data().len(), 1);
    ada.accepts(&invited.token).await.is(200);
    alice.invites(json!({"phone": "+19199993333"})).await.refuses(409, "already_member");
}

/// Sets the keys that every pointer names, or removes them.
async fn write_holder_keys(app: &App, keys: Option<Value>) {
    for pointer in app.items("pointer").await {
        let mut item = pointer.clone();
        let fields = item.as_object_mut().expect("the item is an object");
        fields.remove("holder_keys");
        fields.extend(keys.clone().map(|keys| ("holder_keys".to_owned(), keys)));
        let put = json!({"TableName": app.setting(settings::TABLE_NAME), "Item": item});
        table::ask(app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB), "PutItem", &put).await;
    }
}

#[tokio::test]
async fn a_person_is_recognized_whatever_keys_the_pointers_name() {
    let app = App::start().await;
    let alice = app.user("29842");
    alice.creates(json!({"id": GROUP, "name": "Private Group"})).await;
    write_ada(&app).await;
    let others = [json!({"L": [{"S": "e:bob@example.com"}]}), json!({"L": [{"S": "p:+1"}]})];
    let bob = alice.invited(json!({"email": "bob@example.com", "notify": false})).await;
    for keys in others.into_iter().map(Some).chain([None]) {
        write_holder_keys(&app, keys.clone()).await;
        for first in identities() {
            let invited = alice.invited(first.clone()).await;
            for second in identities().into_iter().filter(|name| *name != first) {
                let refused =
                    alice.invites(second.clone()).await.refuses(409, "invite_already_pending");
                assert_eq!(refused.json["invite_id"], invited.id, "{keys:?} {first} {second}");
            }
            alice.revokes(&invited.id).await.is(200);
        }
    }
    assert_eq!(alice.lists("?state=pending").await.each("id"), [bob.id]);
}

#[tokio::test]
async fn every_pointer_names_the_identities_that_the_person_has_now() {
    let app = App::start().await;
    let keys = async || {
        let pointers = app.items("pointer").await;
        let keys = pointers.iter().map(|pointer| {
            let keys = pointer["holder_keys"]["L"].as_array().expect("the pointer has keys");
            keys.iter().map(|key| key["S"].as_str().expect("a text").to_owned()).collect()
        });
        keys.collect::<Vec<Vec<String>>>()
    };
    let directory = app.directory();
    directory.writes_user("29845", &json!({"email": "ada@example.com"})).await.is(200);
    assert_eq!(keys().await, [["e:ada@example.com"]]);
    directory.writes_user("29845", &json!({"phone": "+19199993333"})).await.is(200);
    assert_eq!(keys().await, [["e:ada@example.com", "p:+19199993333"]; 2]);
    directory.writes_user("29845", &json!({"first_name": "Ada"})).await.is(200);
    directory.writes_user("29845", &json!({"email": null})).await.is(200);
    assert_eq!(keys().await, [["p:+19199993333"]]);
}
