//! How many live invites a group may have.

use futures::future::join_all;
use harness::App;
use serde_json::json;

#[tokio::test]
async fn a_group_takes_as_many_pending_invites_as_its_policy_says_and_one_more_for_each_that_ends()
{
    let app = App::start().await;
    let alice = app.owner().await;
    // More than the 25 that are counted beside the first reads (ADR 0012).
    alice.sets_policy(json!({"max_pending": 30})).await;
    let address = |at: usize| json!({"email": format!("ada-{at}@example.com"), "notify": false});
    let made = join_all((0..29).map(|at| alice.invited(address(at)))).await;
    alice.invited(address(29)).await;
    alice.invites(address(30)).await.refuses(429, "pending_limit");

    alice.revokes(&made[0].id).await.is(200);
    alice.invited(address(30)).await;
    alice.invites(address(31)).await.refuses(429, "pending_limit");
}

#[tokio::test]
async fn whoever_may_not_invite_hears_that_and_not_how_full_the_group_is() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 1})).await;
    alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.user("eve")
        .invites(json!({"email": "eve@example.com"}))
        .await
        .refuses(404, "group_not_found");
}
