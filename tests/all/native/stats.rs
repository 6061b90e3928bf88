//! A group's statistics: what became of its invites, by day.

use beckon::Options;
use harness::{App, Person, eventually};
use serde_json::{Value, json};

const PATH: &str = "/v1/groups/3773/invite-stats";
const DAY: u32 = 86_400;

/// Waits until the statistics satisfy `is`, and returns them.
async fn counted(alice: &Person, is: impl Fn(&Value) -> bool) -> Value {
    eventually("the statistics to count it", || async {
        let stats = alice.gets(PATH).await.is(200).json;
        is(&stats).then_some(stats)
    })
    .await
}

/// Returns the sum of a stage over all days.
fn sum(stats: &Value, stage: &str) -> u64 {
    let days = stats["days"].as_array().expect("the statistics have days");
    days.iter().map(|day| day[stage].as_u64().expect("the stage is a number")).sum()
}

#[tokio::test]
async fn a_member_who_may_invite_sees_what_became_of_the_invites() {
    let app = App::with(Options { feedback: true, ..Options::default() }).await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "bounce", "to": "eve@example.com", "times": 1})).await;
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    alice.invited(json!({"email": "eve@example.com"})).await;
    let third = alice.invited(json!({"email": "bob@example.com"})).await;
    let link = alice.invited(json!({"link": {"max_uses": 2}})).await;
    counted(&alice, |stats| sum(stats, "delivered") == 2 && sum(stats, "bounced") == 1).await;

    app.person("ada").accepts(&first.token).await.is(200);
    app.person("mia").accepts(&link.token).await.is(200);
    let revoke = format!("/v1/groups/3773/invites/{}/revoke", third.id);
    alice.posts(&revoke, &json!({})).await.is(200);
    counted(&alice, |stats| sum(stats, "accepted") == 2 && sum(stats, "revoked") == 1).await;

    app.advance(i64::from(DAY));
    let stats = alice.gets(PATH).await.is(200).json;
    let days = stats["days"].as_array().expect("the statistics have days");
    assert_eq!((days.len(), &stats["until"]), (30, &days[29]["day"]));
    assert_eq!(stats["since"], days[0]["day"]);
    let of_yesterday = json!({
        "day": days[28]["day"], "made": 4, "sent": 3, "delivered": 2, "bounced": 1, "opened": 0, "accepted": 2,
        "declined": 0, "revoked": 1, "expired": 0,
    });
    assert_eq!(days[28], of_yesterday);
    assert_eq!(sum(&stats, "made"), 4, "no other day has any");
    assert_eq!(stats["time_to_accept"][0], json!({"up_to_seconds": 3600, "count": 1}));

    // From a day on.
    let today = stats["until"].as_str().expect("the day is text");
    let stats = alice.gets(&format!("{PATH}?since={today}")).await.is(200).json;
    assert_eq!((sum(&stats, "made"), stats["days"].as_array().map(Vec::len)), (0, Some(1)));
}

#[tokio::test]
async fn only_who_may_invite_sees_the_statistics_and_only_of_a_year() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    ada.accepts(&invited.token).await.is(200);
    ada.gets(PATH).await.refuses(403, "forbidden");
    app.person("eve").gets(PATH).await.refuses(404, "group_not_found");
    app.nobody().gets(PATH).await.refuses(401, "unauthenticated");
    for since in ["yesterday", "2020-01-01", "9998-01-01", "2026-02-30"] {
        alice.gets(&format!("{PATH}?since={since}")).await.refuses(400, "invalid_query");
    }
    alice.gets(&format!("{PATH}?until=2026-01-01")).await.refuses(400, "invalid_query");
}
