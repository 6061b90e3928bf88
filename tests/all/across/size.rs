//! Lists of much data: the whole answer to Lambda stays below 5.8 MB, and a list that ends early
//! says so (docs/contracts/native.md#limits-on-size).
//!
//! The records are copies of one that the service made, because thousands of requests take long.

use harness::{Answer, App, Person, table};
use reqwest::Method;
use serde_json::{Value, json};
use shared::config::settings;
use shared::http::MAX_ANSWER;

/// The first of the ids that copies have. They have 16 digits, as the index keys have.
const FIRST_ID: u64 = 1_000_000_000_000_000;

/// Writes `count` copies of these items. `edit` changes the text of the items for each copy.
async fn copies(app: &App, items: &[Value], count: u64, edit: impl Fn(u64, &str) -> String) {
    let endpoint = app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB);
    let name = app.setting(settings::TABLE_NAME);
    let text = serde_json::to_string(items).unwrap();
    let all: Vec<Value> = (0..count)
        .flat_map(|number| serde_json::from_str::<Vec<Value>>(&edit(number, &text)).unwrap())
        .collect();
    for some in all.chunks(25) {
        let puts: Vec<Value> =
            some.iter().map(|item| json!({"PutRequest": {"Item": item}})).collect();
        let written =
            table::ask(endpoint, "BatchWriteItem", &json!({ "RequestItems": { name: puts } }))
                .await;
        assert_eq!(written["UnprocessedItems"], json!({}), "{written}");
    }
}

/// Writes `count` copies of the only invite, each with an id of its own.
async fn copies_of_the_invite(app: &App, count: u64) {
    let invites = app.items("invite").await;
    assert_eq!(invites.len(), 1);
    let id: u64 = invites[0]["id"]["N"].as_str().unwrap().parse().unwrap();
    copies(app, &invites, count, |number, text| {
        let new = (FIRST_ID + number).to_string();
        text.replace(&format!("{id:016}"), &new).replace(&id.to_string(), &new)
    })
    .await;
}

/// Writes `count` copies of everything in the only group, each in a group of its own.
async fn copies_of_the_group(app: &App, count: u64) {
    let mut items = app.items("group").await;
    assert_eq!(items.len(), 1);
    items.extend(app.items("member").await);
    items.extend(app.items("invite").await);
    let group = items[0]["id"]["S"].as_str().unwrap().to_owned();
    copies(app, &items, count, |number, text| {
        text.replace(&format!("\"{group}\""), &format!("\"{group}-{number:05}\""))
            .replace(&format!("#{group}\""), &format!("#{group}-{number:05}\""))
    })
    .await;
}

/// Returns the size of the answer to Lambda: the body as JSON text, and something for the rest.
fn size(answer: &Answer) -> usize {
    serde_json::to_string(&answer.text).unwrap().len() + 1_000
}

/// Checks that the list ended early, and as late as possible.
#[track_caller]
fn ended_early(answer: &Answer) {
    assert_eq!(answer.header("beckon-truncated"), "true");
    assert!((5_600_000..=MAX_ANSWER).contains(&size(answer)), "{}", size(answer));
}

/// Creates a group whose data are as long as allowed, and returns its owner.
async fn large_group(app: &App, policy: Value) -> Person {
    let owner = app.person("alice").name("Alice");
    let group = json!({"id": "3773", "name": "\"".repeat(100), "type": "open", "description": "\u{1f389}".repeat(1000),
        "metadata": {"text": "\"".repeat(2000)}, "policy": policy});
    owner.creates(group).await.is(201);
    owner
}

#[tokio::test]
async fn rownd_s_invites_end_before_the_answer_is_too_large() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"phone": "+19199993333", "redirect_url": format!("/{}", "\"".repeat(2000)), "notify": false});
    alice.invited(body).await;
    copies_of_the_invite(&app, 800).await;

    let answer = alice.gets("/me/groups/3773/invites").await.is(200);

    ended_early(&answer);
    assert_eq!(answer.json["total_results"], 801);
    assert!(answer.json["results"].as_array().unwrap().len() < 801);
}

#[tokio::test]
async fn evanta_s_invites_of_a_group_end_before_the_answer_is_too_large() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bio, line) = ("\"".repeat(1000), "\"".repeat(100));
    let profile = json!({"first_name": line, "last_name": line, "title": line, "organization_name": line, "bio": bio});
    app.directory().writes_user("bea", &profile).await.is(200);
    alice.invited(json!({"user_id": "bea", "notify": false})).await;
    let mut items = app.items("invite").await;
    let id: u64 = items[0]["id"]["N"].as_str().unwrap().parse().unwrap();
    items.extend(app.items("user").await);
    copies(&app, &items, 1_200, |number, text| {
        let new = (FIRST_ID + number).to_string();
        let text = text.replace(&format!("{id:016}"), &new).replace(&id.to_string(), &new);
        text.replace("bea\"", &format!("bea-{number}\""))
    })
    .await;

    let answer = alice.gets("/group_invites/users/3773").await.is(200);

    ended_early(&answer);
    assert!(answer.json["group_invites"].as_array().unwrap().len() < 1_201);
}

#[tokio::test]
async fn many_invites_of_others_do_not_make_a_list_fail() {
    let app = App::start().await;
    let alice = large_group(&app, json!({})).await;
    alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    copies_of_the_group(&app, 1_600).await;
    let ada = app.person("ada");

    // The groups are read within a time limit, so the machine decides how many there are.
    let answer = ada.gets("/group_invites/groups").await.is(200);

    assert_eq!(answer.header("beckon-truncated"), "true");
    assert!(size(&answer) <= MAX_ANSWER);
    assert!(answer.json["group_invites"].as_array().unwrap().len() > 100);
}

#[tokio::test]
async fn rownd_s_groups_end_before_the_answer_is_too_large() {
    let app = App::start().await;
    let alice = large_group(&app, json!({})).await;
    copies_of_the_group(&app, 800).await;

    let answer = alice.gets("/me/groups").await.is(200);

    ended_early(&answer);
    assert_eq!(answer.json["total_results"], 801);
}

#[tokio::test]
async fn a_list_without_pages_says_that_it_ends_after_so_many_entries() {
    let app = App::start().await;
    let alice = app.owner().await;
    let account = json!({"membership_type": 3, "membership_id": "4611686018429783292"});
    alice.invited(json!({"account": account, "notify": false})).await;
    let path = "/GroupV2/User/Potential/3/4611686018429783292/2/0/";
    let list = async || {
        let request = app.nobody().request(Method::GET, path).header("x-api-key", "key");
        app.nobody().sends(request).await.is(200)
    };

    assert_eq!(list().await.header("beckon-truncated"), "");
    // Somebody who does not prove the account sees at most 100 of its invites.
    copies_of_the_group(&app, 100).await;
    let answer = list().await;
    assert_eq!(answer.header("beckon-truncated"), "true");
    assert!(answer.json["Response"]["results"].as_array().unwrap().len() <= 100);
}

#[tokio::test]
async fn a_page_with_a_filter_reads_a_bounded_number_of_entries() {
    let app = App::with_settings(&[("LIMIT_PENDING_PER_GROUP", "10000")]).await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 10_000})).await;
    alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    copies_of_the_invite(&app, 2_200).await;
    let body = json!({"email": "eve@example.com", "roles": ["editor"], "notify": false});
    app.advance(60);
    let newest = alice.invited(body).await;

    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page =
            alice.lists(&format!("?role=editor&state=pending&order=created{cursor}")).await.is(200);
        found.extend(page.each("id"));
        pages += 1;
        match page.next_cursor() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((found, pages), (vec![newest.id], 3));
}

#[tokio::test]
async fn a_page_of_the_native_api_ends_earlier_and_leads_on() {
    let app = App::start().await;
    let domains = |letter: &str| -> Vec<String> {
        let (label, rest) = (letter.repeat(63), letter.repeat(45));
        (0..100)
            .map(|number| format!("{label}.{label}.{label}.{rest}{number:03}.example"))
            .collect()
    };
    let policy = json!({"allowed_domains": domains("a"), "blocked_domains": domains("b")});
    let alice = large_group(&app, policy).await;
    copies_of_the_group(&app, 150).await;

    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let answer = alice.gets(&format!("/v1/groups?limit=100{cursor}")).await.is(200);
        assert!(size(&answer) <= MAX_ANSWER, "{}", size(&answer));
        let groups = answer.json["data"].as_array().unwrap();
        seen.extend(groups.iter().map(|group| group["id"].as_str().unwrap().to_owned()));
        pages += 1;
        match answer.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
        assert!((1..100).contains(&groups.len()), "{}", groups.len());
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (151, 151));
    assert!(pages > 1);
}
