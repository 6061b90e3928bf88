//! The local service fails as it is told to: DynamoDB by `POST /local/dynamodb`, and functions by
//! `POST /local/functions`. The functions answer as they would to AWS.

use beckon::Options;
use harness::{App, LossyTable, Person};
use serde_json::json;

async fn invited_without_mail(alice: &Person, name: &str) -> harness::Invited {
    alice.invited(json!({"email": format!("{name}@example.com"), "notify": false})).await
}

#[tokio::test]
async fn a_table_that_fails_now_and_then_is_hidden_by_retries() {
    let app = App::embedded(Options::default()).await;
    let alice = app.owner().await;
    for (number, fault) in
        ["throttle", "fail", "conflict", "fail_after", "reset_after", "time_out", "time_out_after"]
            .iter()
            .enumerate()
    {
        let order = json!({"fault": fault, "to": "PutItem", "times": 1});
        app.tells("dynamodb", &order).await;
        let invited = invited_without_mail(&alice, &format!("p{number}")).await;
        let ada = app.person(&format!("p{number}"));
        let order = json!({"fault": fault, "to": "TransactWriteItems", "times": 1});
        app.tells("dynamodb", &order).await;
        ada.accepts(&invited.token).await.is(200);
        assert_eq!(app.heals("dynamodb").await, [1, 1], "{fault}");
    }
    assert_eq!(alice.sees_members().await.len(), 8);
}

#[tokio::test]
async fn a_table_that_keeps_failing_is_answered_with_503_and_a_time_to_retry() {
    let app = App::embedded(Options::default()).await;
    let alice = app.owner().await;
    let invited = invited_without_mail(&alice, "ada").await;
    let ada = app.person("ada");
    for fault in ["throttle", "fail", "conflict", "time_out"] {
        app.tells("dynamodb", &json!({"fault": fault, "to": "TransactWriteItems"})).await;
        let refused = ada.accepts(&invited.token).await.refuses(503, "temporarily_unavailable");
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        let met = app.heals("dynamodb").await;
        // The SDK makes three attempts, if its time allows.
        assert!(met[0] >= 2, "{fault}: {met:?}");
        assert_eq!(alice.reads(&invited.id).await.json["state"], "pending", "{fault}");
    }
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_write_whose_answers_all_get_lost_is_there_for_the_retry() {
    let app = App::embedded(Options::default()).await;
    let alice = app.owner().await;
    for fault in ["fail_after", "reset_after", "time_out_after"] {
        let invited = invited_without_mail(&alice, fault).await;
        app.tells("dynamodb", &json!({"fault": fault, "to": "TransactWriteItems"})).await;
        let person = app.person(fault);
        person.accepts(&invited.token).await.refuses(503, "temporarily_unavailable");
        app.heals("dynamodb").await;
        assert_eq!(alice.reads(&invited.id).await.json["state"], "accepted", "{fault}");
        person.accepts(&invited.token).await.is(200);
    }
    assert_eq!(alice.sees_members().await.len(), 4);
}

#[tokio::test]
async fn a_transaction_that_meets_a_conflict_after_its_answer_was_lost_succeeds() {
    let app = App::embedded(Options { streams: false, ..Options::default() }).await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    let invited = invited_without_mail(&alice, "ada").await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    app.advance(60);
    let fails = async || {
        for fault in ["fail_after", "conflict"] {
            let order = json!({"fault": fault, "to": "TransactWriteItems", "times": 1});
            app.tells("dynamodb", &order).await;
        }
    };
    let met = async || assert_eq!(app.heals("dynamodb").await, [1, 1]);

    fails().await;
    let resend = format!("/v1/groups/3773/invites/{}/resend", invited.id);
    let resent = alice.posts(&resend, &json!({"notify": false})).await.is(200);
    met().await;
    fails().await;
    app.person("ada").accepts(resent.text_at("/token")).await.is(200);
    met().await;
    fails().await;
    app.person("eve").accepts(&link.token).await.is(200);
    met().await;
    fails().await;
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    met().await;
    fails().await;
    alice.removes("bob").await.is(204);
    met().await;
    alice.removes("bob").await.refuses(404, "member_not_found");
    fails().await;
    alice.patches("/v1/groups/3773", &json!({"name": "New"})).await.is(200);
    met().await;
}

#[tokio::test]
async fn a_killed_function_is_a_500_of_the_gateway_and_the_retry_succeeds() {
    let app = App::embedded(Options::default()).await;
    let alice = app.owner().await;
    app.tells("functions", &json!({"fault": "kill", "to": "NativeCreateInvite", "seed": 3})).await;
    let path = "/v1/groups/3773/invites";
    let mut killed: usize = 0;
    let mut made = None;
    for _ in 0..200 {
        let body = json!({"email": "ada@example.com", "notify": false});
        let request = alice.request(reqwest::Method::POST, path).json(&body);
        let answer = alice.sends_whatever(request).await;
        match answer.status {
            500 => killed += 1,
            201 => made = Some(answer.text_at("/id").to_owned()),
            _ => {
                made = Some(
                    answer.refuses(409, "invite_already_pending").text_at("/invite_id").to_owned(),
                )
            }
        }
        if made.is_some() && killed > 0 {
            break;
        }
    }
    assert!(killed > 0);
    app.heals("functions").await;
    assert_eq!(alice.lists("").await.each("id"), [made.expect("a request succeeds")]);
}

#[tokio::test]
async fn a_mail_function_that_is_killed_or_repeated_sends_the_mail() {
    let app = App::embedded(Options::default()).await;
    let alice = app.owner().await;
    app.tells("functions", &json!({"fault": "repeat", "to": "BackgroundSendMail"})).await;
    alice.invited(json!({"email": "ada@example.com"})).await;
    app.settled(&alice).await;
    assert!(app.heals("functions").await[0] >= 1);
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);

    app.tells("functions", &json!({"fault": "kill", "to": "BackgroundSendMail", "times": 5})).await;
    alice.invited(json!({"email": "eve@example.com"})).await;
    app.mail_to("eve@example.com").await;
    app.settled(&alice).await;
    assert!(app.heals("functions").await[0] >= 1);
    assert!(app.mails_to("eve@example.com").await.len() <= 5);
}

#[tokio::test]
async fn orders_are_shown_ended_and_checked() {
    let app = App::embedded(Options::default()).await;
    let alice = app.owner().await;
    for path in ["/local/dynamodb", "/local/functions", "/local/ses"] {
        let unknown = alice.posts(path, &json!({"fault": "explode"})).await;
        assert!(unknown.is(400).json["message"].is_string());
    }
    let order = json!({"fault": "throttle", "to": "Query", "times": 4, "chance": 0.5, "seed": 9});
    alice.posts("/local/dynamodb", &order).await.is(204);
    let shown = alice.gets("/local/dynamodb").await.json["faults"][0].clone();
    for (name, value) in order.as_object().expect("the order is an object") {
        assert_eq!(&shown[name], value);
    }
    assert_eq!(shown["met"], 0);
    alice.deletes("/local/dynamodb").await.is(204);
    assert_eq!(alice.gets("/local/dynamodb").await.json, json!({"faults": []}));
}

#[tokio::test]
async fn another_engine_takes_no_orders() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let nobody = app.nobody();
    nobody.gets("/local/dynamodb").await.is(409);
    nobody.posts("/local/dynamodb", &json!({"fault": "fail"})).await.is(409);
    nobody.deletes("/local/dynamodb").await.is(409);
    nobody.gets("/local/functions").await.is(200);
}
