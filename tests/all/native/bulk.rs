//! Many invites in one request.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use beckon::Options;
use harness::{Answer, App, AtOnce, Call, GROUP, LossyTable, Person, Proxy};
use reqwest::Method;
use serde_json::{Value, json};
use shared::config::settings;

fn path() -> String {
    format!("/v1/groups/{GROUP}/invites")
}

async fn invites_all(person: &Person, items: &[Value]) -> Answer {
    person.posts(&path(), &json!({ "invites": items })).await
}

async fn invites_by_csv(person: &Person, file: &str) -> Answer {
    let request = person.request(Method::POST, &path()).header("content-type", "text/csv");
    person.sends(request.body(file.to_owned())).await
}

/// Returns this many items for different addresses, without mails.
fn addresses(from: usize, count: usize) -> Vec<Value> {
    let address = |at: usize| format!("p{at:03}@example.com");
    (from..from + count).map(|at| json!({"email": address(at), "notify": false})).collect()
}

/// Returns the field of every result.
fn each<'a>(answer: &'a Answer, pointer: &str) -> Vec<&'a Value> {
    let results = answer.json["results"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    results.iter().map(|result| result.pointer(pointer).unwrap_or(&Value::Null)).collect()
}

/// Returns the code of every result, or its status if it has no problem.
fn outcomes(answer: &Answer) -> Vec<String> {
    let statuses = each(answer, "/status").into_iter().map(Value::to_string);
    let codes = each(answer, "/problem/code");
    statuses.zip(codes).map(|(status, code)| code.as_str().map_or(status, str::to_owned)).collect()
}

#[tokio::test]
async fn each_item_has_its_own_outcome() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    let answer = invites_all(
        &alice,
        &[
            json!({"email": "ada@example.com", "roles": ["editor"]}),
            json!({"email": "no address", "roles": ["editor"]}),
            json!({"email": "bob@example.com"}),
            json!({"person": {"email": "ADA@example.com"}}),
            json!({"email": "eve@example.com", "rolls": ["editor"]}),
            json!({"link": {"max_uses": 2}}),
            json!({"link": {"max_uses": 2}}),
            json!("ada@example.com"),
            json!({"user_id": "nobody"}),
            json!({"email": "finn@example.com", "expires_in": 1}),
        ],
    )
    .await
    .is(207);
    let expected = [
        "201",
        "invalid_body",
        "already_member",
        "201",
        "invalid_body",
        "201",
        "201",
        "invalid_body",
        "user_not_found",
        "invalid_body",
    ];
    assert_eq!(outcomes(&answer), expected);
    assert_eq!((&answer.json["created"], &answer.json["failed"]), (&json!(3), &json!(6)));
    let indexes: Vec<Value> = (0..10).map(|index| json!(index)).collect();
    assert_eq!(each(&answer, "/index"), indexes.iter().collect::<Vec<_>>());
    let pointers = each(&answer, "/problem/errors/0/pointer");
    assert_eq!(pointers[1], "/invites/1/email");
    assert_eq!(pointers[4], "/invites/4/rolls");
    assert_eq!(pointers[7], "/invites/7");
    assert_eq!(pointers[9], "/invites/9/expires_in");
    assert!(answer.text.contains("Do you mean 'roles'?"), "{}", answer.text);
    // A repeated person is answered as the first time.
    assert_eq!(each(&answer, "/invite")[0], each(&answer, "/invite")[3]);
    assert_ne!(each(&answer, "/invite/id")[5], each(&answer, "/invite/id")[6]);
    let token = each(&answer, "/invite/token")[0].as_str().unwrap();
    assert!(app.mail_to("ada@example.com").await.text.contains(token));
    let accepted = app.person("ada").accepts(token).await.is(200);
    assert_eq!(accepted.json["membership"]["roles"], json!(["editor"]));
    assert_eq!(app.items("invite").await.len(), 4);
}

#[tokio::test]
async fn a_file_of_rows_invites_as_json_does() {
    let app = App::start().await;
    let alice = app.owner().await;
    let file = "\u{feff}email;first_name;last_name;roles;message;locale\r\n\
        ada@example.com;Ada;Lovelace;editor billing;\"Hello,\r\n\"\"Ada\"\"\";de-CH\r\n\
        bob;;;;;\r\n\
        eve@example.com;;;;;\r\n\
        ada@example.com;;;;;\r\n\
        finn@example.com;Finn\r\n";
    let answer = invites_by_csv(&alice, file).await.is(207);
    assert_eq!(outcomes(&answer), ["201", "invalid_body", "201", "201", "invalid_body"]);
    let lines: Vec<u64> =
        each(&answer, "/line").iter().map(|line| line.as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 4, 5, 6, 7]);
    let ada = each(&answer, "/invite")[0];
    assert_eq!(
        (&ada["invitee"]["kind"], &ada["invitee"]["first_name"], &ada["roles"]),
        (&json!("person"), &json!("Ada"), &json!(["editor", "billing"]))
    );
    assert_eq!((&ada["message"], &ada["locale"]), (&json!("Hello,\n\"Ada\""), &json!("de-CH")));
    assert_eq!(each(&answer, "/invite/invitee/kind")[2], "email");
    assert_eq!(each(&answer, "/problem/errors/0/pointer")[1], "/email");

    app.settled(&alice).await;
    let before = app.table().await;
    for (header, named) in [
        ("email,rolls", "'rolls'"),
        ("email,roles,email", "'email' occurs twice"),
        ("roles", "'email'"),
    ] {
        let refused = invites_by_csv(&alice, &format!("{header}\nx@example.com\n")).await;
        let refused = refused.refuses(422, "invalid_body");
        assert!(refused.text.contains(named), "{}", refused.text);
    }
    invites_by_csv(&alice, "email\n").await.refuses(422, "invalid_body");
    let request = alice.request(Method::POST, &path()).header("content-type", "text/plain");
    alice
        .sends(request.body("email\nx@example.com\n"))
        .await
        .refuses(415, "unsupported_media_type");
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_request_has_one_to_a_hundred_invites_and_a_larger_body() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    for count in [0, 101] {
        let refused = invites_all(&alice, &addresses(0, count)).await;
        refused.refuses(422, "invalid_body").points_at("/invites", "wrong_number_of_invites");
    }
    let nothing = json!({"invites": addresses(0, 1), "email": "ada@example.com"});
    alice.posts(&path(), &nothing).await.refuses(422, "invalid_body");
    alice.posts(&path(), &json!({"invites": "x"})).await.refuses(422, "invalid_body");
    app.user("eve")
        .posts(&path(), &json!({"invites": addresses(0, 1)}))
        .await
        .refuses(404, "group_not_found");
    let large = json!({"email": "ada@example.com", "message": "x".repeat(66_000)});
    alice.posts(&path(), &large).await.refuses(413, "body_too_large");
    let huge = json!({"invites": [{"email": "ada@example.com", "message": "x".repeat(525_000)}]});
    alice.posts(&path(), &huge).await.refuses(413, "body_too_large");
    assert_eq!(app.table().await, before);
    let items = addresses(0, 100).into_iter().map(|mut item| {
        item["message"] = json!("x".repeat(500));
        item["metadata"] = json!({"note": "y".repeat(500)});
        item
    });
    let answer = invites_all(&alice, &items.collect::<Vec<_>>()).await.is(207);
    assert_eq!((&answer.json["created"], &answer.json["failed"]), (&json!(100), &json!(0)));
}

#[tokio::test]
async fn a_dry_run_of_many_invites_writes_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    let dry = format!("{}?dry_run=true", path());
    let body = json!({"invites": [{"email": "ada@example.com"}, {"email": "x"}, {"link": {}}]});
    let answer = alice.posts(&dry, &body).await.is(207);
    assert_eq!(outcomes(&answer), ["200", "invalid_body", "200"]);
    assert_eq!(answer.json["created"], 0);
    assert!(!answer.text.contains("bkn_"));
    assert_eq!(app.table().await, before);
}

/// Returns whether a call belongs to a create. The stream's function reads each new invite beside it,
/// by batches of two keys.
fn is_of_create(call: &Call) -> bool {
    let keys = String::from_utf8_lossy(&call.body).matches("\"sk\"").count();
    call.operation() != Some("BatchGetItem") || keys > 2
}

/// The calls that have reached a proxy, by the id that all tries of a call share. On a slow engine the
/// SDK sends a call again after a time-out.
type Calls = Arc<Mutex<BTreeSet<String>>>;

/// Starts a service behind a proxy that counts the calls of creates to the table.
async fn counted(below: &App) -> (App, Calls, Proxy) {
    let upstream: Arc<str> = below.setting(settings::AWS_ENDPOINT_URL_DYNAMODB).into();
    let calls = Calls::default();
    let seen = Arc::clone(&calls);
    let proxy = Proxy::start(move |call| {
        if is_of_create(&call) {
            let id = call.header("amz-sdk-invocation-id").expect("a call has an id").to_owned();
            seen.lock().unwrap().insert(id);
        }
        let upstream = Arc::clone(&upstream);
        async move { call.forward(&upstream).await }
    })
    .await;
    let table = below.setting(settings::TABLE_NAME).to_owned();
    let options = Options {
        dynamodb: Some(proxy.url.clone()),
        settings: vec![
            (settings::TABLE_NAME.name().to_owned(), table),
            (settings::LIMIT_INVITES_PER_INVITER_HOUR.name().to_owned(), "1000".to_owned()),
        ],
        ..Options::default()
    };
    (App::with(options).await, calls, proxy)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_people_take_at_most_thirty_calls() {
    let below = App::start().await;
    let (app, calls, _proxy) = counted(&below).await;
    let alice = app.owner().await;
    let directory = app.directory();
    for at in 0..100 {
        let known = json!({"email": format!("p{at:03}@example.com")});
        directory.writes_user(&format!("p{at:03}"), &known).await.is(200);
    }
    let person = |at: usize| json!({"person": {"email": format!("new{at:03}@example.com"), "first_name": "Ada"}, "notify": false});
    let new_persons: Vec<Value> = (0..100).map(person).collect();
    let again: Vec<Value> = addresses(0, 100)
        .into_iter()
        .map(|mut item| {
            item["on_duplicate"] = json!("return");
            item
        })
        .collect();
    for (items, created) in [(new_persons, 100), (addresses(0, 100), 100), (again, 0)] {
        let before = calls.lock().unwrap().len();
        let answer = invites_all(&alice, &items).await.is(207);
        let made = calls.lock().unwrap().len() - before;
        assert_eq!((&answer.json["created"], &answer.json["failed"]), (&json!(created), &json!(0)));
        let inviters = each(&answer, "/invite/created_by/id");
        assert!(inviters.iter().all(|inviter| *inviter == "alice"), "{}", answer.text);
        assert!(made <= 30, "{made} calls");
    }
}

#[tokio::test]
async fn one_person_under_two_names_is_invited_once() {
    let app = App::start().await;
    let alice = app.owner().await;
    let eve = json!({"email": "eve@example.com", "phone": "+19199993333"});
    for (user, profile) in [("ada", json!({"email": "ada@example.com"})), ("eve", eve)] {
        app.directory().writes_user(user, &profile).await.is(200);
    }
    let on = |on: &str, mut item: Value| {
        item["on_duplicate"] = json!(on);
        item["notify"] = json!(false);
        item
    };
    let items = [
        on("error", json!({"email": "ada@example.com"})),
        on("error", json!({"user_id": "eve"})),
        on("error", json!({"user_id": "ada"})),
        on("return", json!({"phone": "+19199993333"})),
        on("resend", json!({"email": "eve@example.com"})),
        on("error", json!({"link": {}})),
    ];
    let expected = ["201", "201", "invite_already_pending", "200", "resend_too_soon", "201"];
    let dry = format!("{}?dry_run=true", path());
    let dry = alice.posts(&dry, &json!({"invites": items})).await.is(207);
    let planned = outcomes(&dry);
    assert_eq!(planned, expected.map(|it| if it == "201" { "200" } else { it }));
    let answer = invites_all(&alice, &items).await.is(207);
    assert_eq!(outcomes(&answer), expected);
    let ids = each(&answer, "/invite/id");
    assert_eq!(each(&answer, "/problem/invite_id")[2], ids[0]);
    assert_eq!(ids[3], ids[1]);
    assert_eq!(app.items("invite").await.len(), 3);

    // The last of several replaces the others, as in several requests.
    let names = [json!({"user_id": "eve"}), json!({"phone": "+19199993333"})];
    let items: Vec<Value> = names.into_iter().map(|item| on("replace", item)).collect();
    let answer = invites_all(&alice, &items).await.is(207);
    assert_eq!(outcomes(&answer), ["201", "201"]);
    let pending = alice.lists("?state=pending").await.each("id");
    assert!(!pending.iter().any(|id| id == each(&answer, "/invite/id")[0]), "{pending:?}");
    assert_eq!(pending.len(), 3);
}

#[tokio::test]
async fn an_item_that_is_no_text_and_no_number_stops_no_other() {
    let app = App::start().await;
    let alice = app.owner().await;
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let long = "x".repeat(66_000);
    let items = [
        r#"{"email":"ada@example.com","notify":false}"#.to_owned(),
        r#"{"email":"eve@example.com","message":"\ud83d"}"#.to_owned(),
        r#"{"email":"eve@example.com","metadata":{"most":1e400}}"#.to_owned(),
        format!(r#"{{"email":"eve@example.com","metadata":{{"deep":{deep}}}}}"#),
        format!(r#"{{"email":"eve@example.com","message":"{long}"}}"#),
        r#"{"email":"finn@example.com","notify":false,"message":"\ud83d\ude00"}"#.to_owned(),
    ];
    let send = async |body: String| {
        let request = alice.request(Method::POST, &path());
        let request = request.header("content-type", "application/json");
        alice.sends(request.body(body)).await
    };
    let whole = format!(r#"{{"invites":[{}]}}"#, items.join(","));
    let answer = send(whole).await.is(207);
    let malformed = "malformed_body";
    let expected = ["201", malformed, malformed, malformed, "body_too_large", "201"];
    assert_eq!(outcomes(&answer), expected);
    let statuses = [201, 400, 400, 400, 413, 201].map(|status| json!(status));
    assert_eq!(each(&answer, "/status"), statuses.each_ref());
    assert_eq!(each(&answer, "/invite/message")[5], "\u{1f600}");
    // A body that is no JSON has no items.
    let before = app.table().await;
    let item = r#"{"email":"gus@example.com"}"#;
    for broken in [
        format!(r#"{{"invites":[{item}]"#),
        format!(r#"{{"invites":[{item},{{"email":fals}}]}}"#),
        format!(r#"{{"invites":[{item}]}}}}"#),
    ] {
        send(broken).await.refuses(400, "malformed_body");
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_lets_exactly_so_many_recipients_through() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "12")]).await;
    let alice = app.owner().await;
    alice.signs_in().await;
    let at_once = AtOnce::send((0..4).map(|round| {
        let alice = &alice;
        async move || invites_all(alice, &addresses(round * 5, 5)).await
    }))
    .await;
    let mut passed = 0;
    for answer in &at_once.answers {
        let outcomes = outcomes(answer);
        let first = outcomes.iter().filter(|outcome| *outcome == "201").count();
        assert!(outcomes[..first].iter().all(|outcome| outcome == "201"), "the first pass");
        assert!(outcomes[first..].iter().all(|outcome| outcome == "rate_limited"), "{outcomes:?}");
        passed += first;
    }
    assert!(passed == 12 || (at_once.again && passed < 12), "{passed}");
    assert_eq!(app.items("invite").await.len(), passed);
    alice.invites(json!({"link": {}})).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn an_invite_that_nobody_can_accept_takes_no_place_from_many() {
    let app = App::start().await;
    let alice = app.owner().await;
    let old = |at: usize| json!({"email": format!("p{at}@old.example"), "notify": false});
    let dead = invites_all(&alice, &(0..3).map(old).collect::<Vec<_>>()).await.is(207);
    assert_eq!(dead.json["created"], 3);
    alice.sets_policy(json!({"max_pending": 4, "allowed_domains": ["example.com"]})).await;
    let answer = invites_all(&alice, &addresses(0, 5)).await.is(207);
    assert_eq!(outcomes(&answer), ["201", "201", "201", "201", "pending_limit"]);
}

#[tokio::test]
async fn the_cap_on_pending_invites_lets_the_first_items_through() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 3})).await;
    let replaced = alice.invited(json!({"email": "ad@example.com", "notify": false})).await;
    let mut items = addresses(0, 4);
    items.push(json!({"email": "ada@example.com", "notify": false, "replaces": replaced.id}));
    let answer = invites_all(&alice, &items).await.is(207);
    assert_eq!(outcomes(&answer), ["201", "201", "pending_limit", "pending_limit", "201"]);
    assert_eq!(alice.lists("?state=pending").await.data().len(), 3);
    assert_eq!(alice.reads(&replaced.id).await.json["resolution_reason"], "replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_loses_a_race_stops_no_other() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let hold = table.holds("TransactWriteItems", "p003@example.com", 1);
    let items = addresses(0, 30);
    let (answer, ()) = futures::join!(invites_all(&alice, &items), async {
        hold.arrived().await;
        alice.invited(json!({"email": "p003@example.com", "notify": false})).await;
        hold.release();
    });
    let outcomes = outcomes(&answer.is(207));
    assert_eq!(outcomes[3], "invite_already_pending");
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "201").count(), 29, "{outcomes:?}");
    assert_eq!(app.items("invite").await.len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_transaction_makes_no_item_twice() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let mut items = addresses(0, 3);
    items.push(json!({"link": {}}));
    table.loses_the_answer_to("TransactWriteItems");
    let answer = invites_all(&alice, &items).await.is(207);
    assert!(table.has_failed());
    assert_eq!(outcomes(&answer), ["201"; 4]);
    assert_eq!(app.items("invite").await.len(), 4);
}
