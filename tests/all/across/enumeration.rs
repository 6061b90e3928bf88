//! An inviter does not learn from an answer whether an address belongs to an account.

use harness::{Answer, App, Person};
use serde_json::{Value, json};

/// An address of an account, and one that nobody has.
const KNOWN: &str = "known@example.com";
// It begins alike, because masked addresses show the first letter.
const NOVEL: &str = "kovel@example.com";

/// Returns the answer as text, without what differs between any two invites: the address, ids, tokens
/// and times.
fn masked(answer: &Answer, address: &str) -> String {
    let names: Vec<&str> = answer.headers.keys().map(|name| name.as_str()).collect();
    let text = answer.text.replace(address, "ADDRESS");
    let parts = text.split('"').map(|part| {
        let is_time = part.parse::<jiff::Timestamp>().is_ok();
        if is_time || part.parse::<jiff::civil::DateTime>().is_ok() {
            return "TIME".to_owned();
        }
        if part.starts_with("urn:beckon:request:") {
            return "REQUEST".to_owned();
        }
        part.split_inclusive(|character: char| !character.is_ascii_alphanumeric())
            .map(|word| {
                let is_long =
                    word.len() > 12 && word.contains(|digit: char| digit.is_ascii_digit());
                if is_long { "ID" } else { word }
            })
            .collect()
    });
    let text = parts.collect::<Vec<String>>().join("\"");
    format!("{} {names:?} {text}", answer.status)
}

/// Returns the value as the part of a path.
fn part(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Invites the address at the native API in every way. Returns the answers.
async fn at_native(app: &App, inviter: &Person, address: &str) -> Vec<Answer> {
    let body = json!({"email": address});
    let person = json!({"person": {"email": address, "first_name": "Kim"}});
    let many = json!({"invites": [&body, &body]});
    let path = "/v1/groups/1/invites";
    let made = inviter.invites_to("1", body.clone()).await.is(201);
    let (id, token) = (part(&made.json["id"]), made.text_at("/token").to_owned());
    let by_person = inviter.invites_to("2", person.clone()).await.is(201);
    let by_id = part(&by_person.json["id"]);
    vec![
        inviter.posts("/v1/groups/2/invites?dry_run=true", &body).await.is(409),
        inviter.posts("/v1/groups/3/invites?dry_run=true", &body).await.is(200),
        made,
        inviter.invites_to("1", body).await.is(409),
        inviter.invites_to("1", person).await.is(409),
        inviter.gets(&format!("{path}/{id}")).await.is(200),
        inviter.posts(&format!("{path}/{id}/resend"), &json!({})).await.is(429),
        inviter.posts(&format!("{path}/{id}/link"), &json!({})).await.is(200),
        app.nobody().previews(&token).await.is(200),
        by_person,
        inviter.gets(&format!("/v1/groups/2/invites/{by_id}")).await.is(200),
        inviter.posts("/v1/groups/3/invites", &many).await.is(207),
        inviter.posts(&format!("{path}/{id}/revoke"), &json!({})).await.is(200),
    ]
}

/// Invites the address at the rownd API. Returns the answers.
async fn at_rownd(inviter: &Person, address: &str) -> Vec<Answer> {
    let body = json!({"email": address, "roles": ["editor"]});
    let made = inviter.posts("/me/groups/4/invites", &body).await.is(200);
    let one = format!("/me/groups/4/invites/{}", part(&made.json["invitation"]["id"]));
    vec![
        made,
        inviter.posts("/me/groups/4/invites", &body).await,
        inviter.gets(&one).await.is(200),
        inviter.puts(&one, &json!({"roles": ["viewer"]})).await.is(200),
    ]
}

/// Returns the answer of the rownd API without the user of the address. The published answer names
/// one that the directory knows.
fn without_ensured_user(mut answer: Answer) -> Answer {
    answer.text = answer.text.replace(",\"ensured_user_id\":\"29845\"", "");
    answer
}

/// Invites the address at the chembiohub API. Returns the answers.
async fn at_chembiohub(inviter: &Person, address: &str) -> Vec<Answer> {
    let path = "/chembiohub/api/invitations/";
    let body = json!({"email": address, "first_name": "Kim", "projects_selected": [{"id": 5}]});
    let to_application = json!({"email": address, "first_name": "Kim"});
    let made = inviter.posts(path, &body).await.is(201);
    let one = format!("{path}{}", part(&made.json["id"]));
    vec![
        made,
        inviter.posts(path, &body).await.is(409),
        inviter.gets(&one).await.is(200),
        inviter.posts(path, &to_application).await,
    ]
}

#[tokio::test]
async fn an_address_with_an_account_is_answered_as_one_without() {
    let app = App::without_streams().await;
    let inviter = app.person("alice").name("Alice");
    for id in ["1", "2", "3", "4", "5"] {
        inviter.creates(json!({"id": id, "name": "Club"})).await;
    }
    let holder = app.user("29845").email(KNOWN).name("Kim Known");
    let profile = json!({"email": KNOWN, "first_name": "Kim", "last_name": "Known"});
    holder.puts("/v1/me", &profile).await.is(200);
    holder.creates(json!({"id": "own", "name": "Own"})).await;
    let answers = async |address: &str| {
        let mut answers = at_native(&app, &inviter, address).await;
        answers.extend(at_rownd(&inviter, address).await.into_iter().map(without_ensured_user));
        answers.extend(at_chembiohub(&inviter, address).await);
        answers.iter().map(|answer| masked(answer, address)).collect::<Vec<_>>()
    };
    let (known, novel) = (answers(KNOWN).await, answers(NOVEL).await);
    for (known, novel) in known.iter().zip(&novel) {
        assert_eq!(known, novel);
    }
    assert_eq!(known.len(), 21);
    assert!(known.iter().all(|text| !text.contains("29845") && !text.contains("Known")));
}
