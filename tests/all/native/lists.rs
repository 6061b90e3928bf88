//! Lists: pages that show every object once, and cursors that belong to one list.

use std::collections::BTreeSet;

use harness::{App, Invited, Person};
use serde_json::json;

/// Returns the ids of all pages of the list at `path`, and the size of each page.
async fn pages(actor: &Person, path: &str) -> (Vec<String>, Vec<usize>) {
    let (mut ids, mut sizes) = (Vec::new(), Vec::new());
    let mut cursor = String::new();
    for _ in 0..50 {
        let page = actor.gets(&format!("{path}{cursor}")).await.is(200);
        sizes.push(page.data().len());
        ids.extend(page.data().iter().map(|object| {
            object["id"].as_str().or(object["user_id"].as_str()).unwrap().to_owned()
        }));
        match page.next_cursor() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (ids, sizes),
        }
    }
    panic!("the list has more than 50 pages")
}

#[tokio::test]
async fn paging_shows_every_invite_exactly_once() {
    let app = App::start().await;
    let alice = app.owner().await;
    let mut made = Vec::new();
    for number in 0..45 {
        let expires_in = 300 + number % 7;
        made.push(alice.invited(json!({"email": format!("p{number}@example.com"), "expires_in": expires_in, "notify": false})).await);
    }
    for invited in &made[..5] {
        alice.revokes(&invited.id).await.is(200);
    }
    app.nobody().declines(&made[5].token).await.is(200);
    app.person("p6").accepts(&made[6].token).await.is(200);
    let all: BTreeSet<&str> = made.iter().map(|invited| invited.id.as_str()).collect();

    for order in ["", "&order=created", "&order=-created"] {
        let (ids, sizes) = pages(&alice, &format!("/v1/groups/3773/invites?limit=20{order}")).await;
        assert_eq!(ids.len(), 45, "{sizes:?}");
        assert_eq!(ids.iter().map(String::as_str).collect::<BTreeSet<_>>(), all);
        assert_eq!(sizes[..2], [20, 20]);
    }
    let (pending, _) = pages(&alice, "/v1/groups/3773/invites?limit=7&state=pending").await;
    assert_eq!(pending.len(), 38);
    let (two, _) = pages(&alice, "/v1/groups/3773/invites?limit=3&state=revoked,declined").await;
    assert_eq!(two.len(), 6);
    let (repeated, _) =
        pages(&alice, "/v1/groups/3773/invites?limit=3&state=revoked&state=declined").await;
    assert_eq!(repeated, two);

    // Invites that expire between two pages are shown once.
    let first = alice.lists("?limit=20").await;
    app.advance(600);
    let second = alice.lists(&format!("?limit=20&cursor={}", first.next_cursor().unwrap())).await;
    let third = alice.lists(&format!("?limit=20&cursor={}", second.next_cursor().unwrap())).await;
    let walked: Vec<String> =
        [&first, &second, &third].iter().flat_map(|page| page.each("id")).collect();
    assert_eq!((walked.len(), walked.iter().collect::<BTreeSet<_>>().len()), (45, 45));
    assert_eq!(app.ticks().await["expired"], 38);
    let (expired, _) = pages(&alice, "/v1/groups/3773/invites?limit=20&state=expired").await;
    assert_eq!(expired.len(), 38);
}

#[tokio::test]
async fn the_states_that_one_query_reads_are_listed_in_order_and_to_their_ends() {
    let app = App::start().await;
    let alice = app.owner().await;
    let mut made = Vec::new();
    // Each round has another state first, so that the newest and the oldest are of several states.
    for number in 0..24 {
        let person = app.person(&format!("p{number}"));
        let body = match number % 6 {
            0 => json!({"link": {"max_uses": 1}}),
            _ => json!({"email": format!("p{number}@example.com"), "notify": false}),
        };
        let invited = alice.invited(body).await;
        match number % 6 {
            0 | 4 => _ = person.accepts(&invited.token).await.is(200),
            1 => _ = alice.revokes(&invited.id).await.is(200),
            2 => _ = app.nobody().declines(&invited.token).await.is(200),
            3 => _ = person.declines(&invited.token).await.is(200),
            _ => {}
        }
        made.push(invited.id);
        app.advance(1);
    }
    for limit in [1, 2, 3, 4, 5, 8, 12, 16, 23, 24, 25] {
        for (order, newest_first) in [("-created", true), ("created", false)] {
            let path = format!("/v1/groups/3773/invites?limit={limit}&order={order}");
            let (mut ids, _) = pages(&alice, &path).await;
            if newest_first {
                ids.reverse();
            }
            assert_eq!(ids, made, "{path}");
        }
    }
}

#[tokio::test]
async fn an_inbox_has_the_invites_to_every_identity_of_the_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    for group in 0..5 {
        alice.creates(json!({"id": format!("g{group}"), "name": "Group"})).await;
        alice.invites_to(&format!("g{group}"), json!({"email": "ada@example.com"})).await.is(201);
    }
    alice.invited(json!({"phone": "+19199993333"})).await;
    alice.invited(json!({"account": {"membership_type": 3, "membership_id": "4611"}})).await;
    alice.invited(json!({"email": "eve@example.com"})).await;
    let ada = app.person("ada").claim("phone_number", json!("+19199993333"));
    let ada = ada.claim("accounts", json!([{"membership_type": 3, "membership_id": "4611"}]));
    let (ids, _) = pages(&ada, "/v1/me/invites?limit=2").await;
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (7, 7));
    assert!(ada.gets("/v1/me/invites?state=accepted").await.is(200).data().is_empty());
}

#[tokio::test]
async fn members_and_groups_are_paged() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    for number in 0..6 {
        app.user(&format!("m{number}")).accepts(&link.token).await.is(200);
        alice.creates(json!({"id": format!("g{number}"), "name": "Group"})).await;
    }
    let (members, sizes) = pages(&alice, "/v1/groups/3773/members?limit=3").await;
    assert_eq!(members, ["alice", "m0", "m1", "m2", "m3", "m4", "m5"], "{sizes:?}");
    let (groups, _) = pages(&alice, "/v1/groups?limit=2").await;
    assert_eq!(groups, ["3773", "g0", "g1", "g2", "g3", "g4", "g5"]);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    for number in 0..3 {
        let body = json!({"email": format!("p{number}@example.com"), "notify": false});
        alice.invited(body.clone()).await;
        alice.invites_to("other", body).await.is(201);
    }
    let cursor = alice.lists("?limit=1").await.next_cursor().unwrap().to_owned();
    alice.lists(&format!("?limit=2&cursor={cursor}")).await.is(200);
    let mut altered = cursor.clone().into_bytes();
    let middle = altered.len() / 2;
    altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    let cut = &cursor[..cursor.len() - 1];
    for query in [
        format!("?cursor={altered}"),
        format!("?cursor={cut}"),
        format!("?cursor={cursor}A"),
        format!("?cursor={cursor}&state=pending"),
        format!("?cursor={cursor}&order=created"),
        "?cursor=x".to_owned(),
        format!("?cursor={}", "A".repeat(5000)),
    ] {
        alice.lists(&query).await.refuses(400, "invalid_cursor");
    }
    alice.lists(&format!("?cursor={cursor}&cursor={cursor}")).await.refuses(400, "invalid_query");
    alice
        .gets(&format!("/v1/groups/other/invites?cursor={cursor}"))
        .await
        .refuses(400, "invalid_cursor");
    alice
        .gets(&format!("/v1/groups/3773/members?cursor={cursor}"))
        .await
        .refuses(400, "invalid_cursor");
    alice.gets(&format!("/v1/groups?cursor={cursor}")).await.refuses(400, "invalid_cursor");
    alice.gets(&format!("/v1/me/invites?cursor={cursor}")).await.refuses(400, "invalid_cursor");
}

#[tokio::test]
async fn an_invalid_query_is_refused() {
    let app = App::start().await;
    let alice = app.owner().await;
    let lists =
        ["/v1/groups/3773/invites", "/v1/groups/3773/members", "/v1/groups", "/v1/me/invites"];
    for list in lists {
        for query in [
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=x",
            "limit=1,2",
            "limit=1&limit=2",
            "limt=5",
            "page=2",
            "LIMIT=5",
        ] {
            alice.gets(&format!("{list}?{query}")).await.refuses(400, "invalid_query");
        }
        alice.gets(&format!("{list}?limit=1")).await.is(200);
        alice.gets(&format!("{list}?limit=100")).await.is(200);
    }
    for query in [
        "state=open",
        "state=pending,x",
        "state=Pending",
        "order=up",
        "order=desc",
        "order=created,-created",
    ] {
        alice.lists(&format!("?{query}")).await.refuses(400, "invalid_query");
    }
    let path = "/v1/groups/3773/invites?dryrun=true";
    alice.posts(path, &json!({"email": "ada@example.com"})).await.refuses(400, "invalid_query");
    assert!(alice.lists("").await.data().is_empty());
}

#[tokio::test]
async fn no_page_is_empty_if_the_limit_divides_the_list() {
    let app = App::start().await;
    let alice = app.owner().await;
    for number in 0..4 {
        let user = app.person(&format!("p{number}"));
        alice.creates(json!({"id": format!("g{number}"), "name": "Group"})).await;
        let invited = alice
            .invited(json!({"email": format!("p{number}@example.com"), "notify": false}))
            .await;
        if number < 3 {
            user.accepts(&invited.token).await.is(200);
        }
    }
    // Four invites, one of them pending; four members with the owner; five groups with the first.
    assert_eq!(pages(&alice, "/v1/groups/3773/invites?limit=2").await.1, [2, 2]);
    assert_eq!(pages(&alice, "/v1/groups/3773/invites?limit=4").await.1, [4]);
    assert_eq!(pages(&alice, "/v1/groups/3773/invites?state=pending&limit=1").await.1, [1]);
    assert_eq!(pages(&alice, "/v1/groups/3773/members?limit=2").await.1, [2, 2]);
    assert_eq!(pages(&alice, "/v1/groups?limit=5").await.1, [5]);
    assert_eq!(pages(&alice, "/v1/groups?limit=4").await.1, [4, 1]);
}

#[tokio::test]
async fn a_list_is_in_the_order_of_creation_whatever_became_of_the_invites() {
    let app = App::start().await;
    let alice = app.owner().await;
    let mut made = Vec::new();
    for number in 0..9 {
        // The order of the expiries is another one.
        let body =
            json!({"email": format!("p{number}@example.com"), "expires_in": 3_600 - 9 * number});
        made.push(alice.invited(body).await);
        app.advance(1);
    }
    alice.revokes(&made[7].id).await.is(200);
    app.nobody().declines(&made[1].token).await.is(200);
    app.person("p4").declines(&made[4].token).await.is(200);
    app.person("p2").accepts(&made[2].token).await.is(200);
    let oldest_first: Vec<String> = made.iter().map(|invited| invited.id.clone()).collect();
    let newest_first: Vec<String> = oldest_first.iter().rev().cloned().collect();

    for (query, expected) in [
        ("limit=2", &newest_first),
        ("limit=4&order=-created", &newest_first),
        ("limit=4&order=created", &oldest_first),
    ] {
        assert_eq!(pages(&alice, &format!("/v1/groups/3773/invites?{query}")).await.0, *expected);
    }
    let (ended, _) =
        pages(&alice, "/v1/groups/3773/invites?state=accepted,revoked,declined&limit=1").await;
    assert_eq!(ended, [7, 4, 2, 1].map(|at: usize| made[at].id.clone()));
}

#[tokio::test]
async fn an_inbox_is_newest_first_across_identities() {
    let app = App::start().await;
    let alice = app.owner().await;
    let mut made = Vec::new();
    for group in 0..8 {
        alice.creates(json!({"id": format!("g{group}"), "name": "Group"})).await;
        let body = match group % 2 {
            0 => json!({"email": "ada@example.com"}),
            _ => json!({"phone": "+19199993333"}),
        };
        made.push(Invited::of(alice.invites_to(&format!("g{group}"), body).await));
        app.advance(1);
    }
    // A decline without a sign-in leaves an invite where it was.
    app.nobody().declines(&made[3].token).await.is(200);
    let ada = app.person("ada").claim("phone_number", json!("+19199993333"));
    let ids: Vec<String> = made.iter().map(|invited| invited.id.clone()).collect();
    assert_eq!(pages(&ada, "/v1/me/invites?limit=3&order=created").await.0, ids);
    let newest_first: Vec<String> = ids.into_iter().rev().collect();
    assert_eq!(pages(&ada, "/v1/me/invites?limit=3").await.0, newest_first);
}

#[tokio::test]
async fn a_walk_has_every_invite_once_while_others_act_on_them() {
    let app = App::start().await;
    let alice = app.owner().await;
    let mut made = Vec::new();
    for number in 0..36_i64 {
        let expires_in = if number % 3 == 0 { 320 } else { 86_400 };
        let email = format!("p{number}@example.com");
        let body = json!({"email": email, "expires_in": expires_in, "notify": false});
        made.push(alice.invited(body).await);
        app.advance(number % 2);
    }
    let all: BTreeSet<String> = made.iter().map(|invited| invited.id.clone()).collect();
    for (order, accepted, revoked) in [("-created", 1, 2), ("created", 4, 5)] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for page in 0.. {
            let answer = alice.lists(&format!("?limit=5&order={order}{cursor}")).await.is(200);
            seen.extend(answer.each("id"));
            let Some(next) = answer.next_cursor() else { break };
            cursor = format!("&cursor={next}");
            // Some of these were listed already, and some were not. A third of all expires meanwhile.
            if page < 6 {
                let number = page * 6 + accepted;
                let person = app.person(&format!("p{number}"));
                person.accepts(&made[number].token).await.is(200);
                alice.revokes(&made[page * 6 + revoked].id).await.is(200);
            }
            let email = format!("new{page}{order}@example.com");
            alice.invited(json!({"email": email, "notify": false})).await;
            app.advance(60);
            app.ticks().await;
        }
        let kept: Vec<&String> = seen.iter().filter(|id| all.contains(*id)).collect();
        assert_eq!(kept.len(), 36, "{order}: {seen:?}");
        assert_eq!(kept.into_iter().cloned().collect::<BTreeSet<_>>(), all);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
    }
    for (state, count) in [("accepted", 12), ("revoked", 12), ("expired", 12)] {
        let path = format!("/v1/groups/3773/invites?limit=50&state={state}");
        assert_eq!(pages(&alice, &path).await.0.len(), count, "{state}");
    }
}
