//! The deletion of a group, while the functions that carry it out are killed.

use beckon::Options;
use harness::{App, Invited, Person, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// The number of groups after which the test gives up to kill a deletion in its middle.
const MOST_GROUPS: u64 = 60;
/// The number of deletions that are killed after their first write.
const KILLED: u32 = 3;
/// The people who are invited and do not answer.
const INVITED: [&str; 4] = ["ada", "eve", "joe", "zoe"];

/// Makes a group with three members, pending invites, a link, and a decline without a sign-in.
async fn fill(app: &App, alice: &Person, group: &str) {
    alice.creates(json!({"id": group, "name": "Club"})).await;
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    for name in ["bob", "carl"] {
        let invited = Invited::of(alice.invites_to(group, invite(name)).await);
        app.person(name).accepts(&invited.token).await.is(200);
    }
    for name in INVITED {
        alice.invites_to(group, invite(name)).await.is(201);
    }
    alice.invites_to(group, json!({"link": {}})).await.is(201);
    let declined = Invited::of(alice.invites_to(group, invite("kim")).await);
    app.nobody().declines(&declined.token).await.is(200);
}

/// Returns the items of one type in the group.
async fn items(app: &App, group: &str, kind: &str) -> Vec<Value> {
    let partition = format!("G#{group}");
    let items = app.items(kind).await.into_iter();
    items.filter(|item| item["pk"]["S"] == partition.as_str()).collect()
}

async fn is_deleted(app: &App, group: &str) -> bool {
    items(app, group, "group").await.iter().any(|group| group["state"]["S"] == "deleted")
}

/// Deletes the group, and retries after each kill until the tombstone is there. Returns whether the
/// last request was killed after it had written the tombstone.
async fn delete(app: &App, alice: &Person, group: &str) -> bool {
    loop {
        let request = alice.request(Method::DELETE, &format!("/v1/groups/{group}"));
        let status = alice.sends_whatever(request).await.status;
        assert!([204, 500].contains(&status), "{status}");
        if is_deleted(app, group).await {
            return status == 500;
        }
        assert_eq!(status, 500, "an acknowledged deletion is there");
    }
}

/// Waits until nothing of the deleted group is left, and checks that each end is an event once.
async fn ends(app: &App, group: &str) {
    let ended = INVITED.len() + 2;
    let events = eventually("the events of the deletion", || async {
        let members = items(app, group, "member").await;
        let invites = items(app, group, "invite").await;
        let has_ended =
            |it: &Value| it["state"]["S"] == "revoked" || it["state"]["S"] == "accepted";
        let events = items(app, group, "event").await;
        let count = |kind: &str| events.iter().filter(|it| it["event"]["S"] == kind).count();
        let all = count("invite.revoked") >= ended && count("group.deleted") >= 1;
        (members.is_empty() && invites.iter().all(has_ended) && all).then_some(events)
    })
    .await;
    let mut seen: Vec<String> = events
        .iter()
        .map(|event| format!("{} {} {}", event["event"], event["invite"], event["user"]))
        .collect();
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all, "{events:?}");
    let of = |kind: &str| events.iter().filter(|it| it["event"]["S"] == kind).collect::<Vec<_>>();
    assert_eq!(of("invite.revoked").len(), ended, "{events:?}");
    assert_eq!(of("member.removed").len(), 3, "{events:?}");
    assert_eq!(of("group.deleted").len(), 1, "{events:?}");
    for revoked in of("invite.revoked") {
        assert_eq!(revoked["reason"]["S"], "group_deleted");
    }
}

#[tokio::test]
async fn a_deletion_that_is_killed_on_its_way_ends_everything_in_its_group_once() {
    let app = App::embedded(Options::default()).await;
    let mut killed = 0;
    for number in 0..MOST_GROUPS {
        // Each owner invites for a window of their own.
        let (group, alice) = (format!("g{number}"), app.person(&format!("alice{number}")));
        fill(&app, &alice, &group).await;
        for (function, times) in [("NativeManageGroups", 9), ("BackgroundFollow", 2)] {
            let order = json!({"fault": "kill", "to": function, "seed": number, "times": times});
            app.tells("functions", &order).await;
        }
        killed += u32::from(delete(&app, &alice, &group).await);
        ends(&app, &group).await;
        app.heals("functions").await;
        if killed >= KILLED {
            return;
        }
    }
    panic!("only {killed} deletions were killed after their first write");
}
