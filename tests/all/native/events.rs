//! The audit trail: each change of an invite, a membership and a group is one event, which the
//! group's owners and admins read.

use std::collections::BTreeSet;

use beckon::Options;
use harness::{Answer, App, GROUP, LossyTable, Person, eventually, table};
use serde_json::{Value, json};
use shared::FollowService;
use shared::config::settings;

use crate::lambda::follow;

/// Starts a service whose SES reports what becomes of the mails.
async fn start() -> App {
    App::with(Options { feedback: true, ..Options::default() }).await
}

/// Returns the event as `<type> by <author>`.
fn line(event: &Value) -> String {
    let author = match (event["actor"]["kind"].as_str(), event["actor"]["id"].as_str()) {
        (Some("user"), Some(id)) => id.to_owned(),
        (Some(kind), Some(id)) => format!("{kind} {id}"),
        (Some(kind), None) => kind.to_owned(),
        (None, _) => "nobody".to_owned(),
    };
    format!("{} by {author}", event["type"].as_str().unwrap_or_default())
}

/// Waits until the trail of [`GROUP`] has this many events, and returns them, oldest first.
async fn trail(reader: &Person, query: &str, count: usize) -> Vec<Value> {
    let mut events = eventually(&format!("{count} events"), || async {
        let found = reader.reads_events(&format!("?limit=100{query}")).await.is(200);
        (found.data().len() >= count).then(|| found.data().to_vec())
    })
    .await;
    events.reverse();
    events
}

/// A reader of the trail who expects what happens, one event after the other.
struct Reader<'a> {
    app: &'a App,
    person: &'a Person,
    expected: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(app: &'a App, person: &'a Person) -> Self {
        Self { app, person, expected: Vec::new() }
    }

    /// Waits for these events, which a step made in any order. The next step is a minute later.
    async fn sees(&mut self, events: &[&str]) {
        let before = self.expected.len();
        self.expected.extend(events.iter().map(|event| (*event).to_owned()));
        let all = trail(self.person, "", self.expected.len()).await;
        let lines: Vec<String> = all.iter().map(line).collect();
        let sorted = |lines: &[String]| lines.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(lines[..before], self.expected[..before], "the past stays as it was");
        assert_eq!(sorted(&lines[before..]), sorted(&self.expected[before..]));
        assert_eq!(lines.len(), self.expected.len(), "{lines:?}");
        self.expected = lines;
        self.app.advance(60);
    }
}

#[tokio::test]
async fn the_trail_tells_the_whole_story_of_an_invite_and_its_membership() {
    let app = start().await;
    let alice = app.owner().await;
    let mut trail = Reader::new(&app, &alice);
    trail.sees(&["group.created by alice", "member.joined by alice"]).await;

    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    trail
        .sees(&[
            "invite.created by alice",
            "invite.mail_sent by system",
            "invite.mail_delivered by system",
        ])
        .await;
    alice.updates(&invited.id, json!({"roles": ["admin"]})).await.is(200);
    trail.sees(&["invite.changed by alice"]).await;
    alice.reveals(&invited.id).await.is(200);
    trail.sees(&["invite.link_revealed by alice"]).await;
    let resent = alice.resends(&invited.id, json!({})).await.is(200);
    trail
        .sees(&[
            "invite.resent by alice",
            "invite.mail_sent by system",
            "invite.mail_delivered by system",
        ])
        .await;
    app.nobody().declines(resent.text_at("/token")).await.is(200);
    trail.sees(&["invite.declined by nobody"]).await;
    let token = resent.text_at("/token");
    app.nobody().posts("/v1/invites/renewal", &json!({"token": token})).await.is(202);
    trail.sees(&["invite.renewal_requested by nobody"]).await;
    let ada = app.person("ada");
    ada.accepts(resent.text_at("/token")).await.is(200);
    trail.sees(&["invite.accepted by ada", "member.joined by ada"]).await;
    alice.gives_roles("ada", json!(["member"])).await.is(200);
    trail.sees(&["member.changed by alice"]).await;
    alice.removes("ada").await.is(204);
    trail.sees(&["member.removed by alice"]).await;
    alice.sets_policy(json!({"frozen": false, "links": true, "max_pending": 100})).await;
    trail.sees(&["group.changed by alice"]).await;
}

#[tokio::test]
async fn every_other_end_of_an_invite_is_an_event_of_its_author() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invite = |to: &str, lifetime: i64| json!({"email": format!("{to}@example.com"), "expires_in": lifetime, "notify": false});
    let declined = alice.invited(invite("ada", 86_400)).await;
    app.person("ada").declines(&declined.token).await.is(200);
    let revoked = alice.invited(invite("eve", 86_400)).await;
    bob.revokes(&revoked.id).await.is(200);
    let expired = alice.invited(invite("zoe", 300)).await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    app.person("kim").accepts(&link.token).await.is(200);
    let orphan = bob.invited(invite("max", 86_400)).await;
    bob.removes("bob").await.is(204);
    app.advance(330);
    app.ticks().await;
    for (id, end, reason) in [
        (&declined.id, "invite.declined by ada", Value::Null),
        (&revoked.id, "invite.revoked by bob", json!("revoked_by_member")),
        (&expired.id, "invite.expired by system", Value::Null),
        (&link.id, "invite.exhausted by system", Value::Null),
        (&orphan.id, "invite.revoked by bob", json!("inviter_gone")),
    ] {
        let wanted = |event: &Value| line(event) == end;
        let found = eventually(end, || async {
            let events = alice.reads_events(&format!("?invite={id}")).await.is(200);
            events.data().iter().find(|event| wanted(event)).cloned()
        })
        .await;
        assert_eq!(
            (&found["data"]["from"], &found["data"]["reason"]),
            (&json!("pending"), &reason)
        );
        assert_eq!(found["data"]["to"], end["invite.".len()..].split(' ').next().unwrap());
    }
    let joined = alice.reads_events(&format!("?type=member.joined&invite={}", link.id)).await;
    assert_eq!(joined.each("user_id"), ["kim"], "the link brought Kim");
    let left = alice.reads_events("?type=member.removed").await;
    assert_eq!(
        left.data()[0]["data"],
        json!({"from": null, "to": null, "reason": "left", "roles": ["admin"]})
    );
}

#[tokio::test]
async fn an_app_and_an_owner_who_adds_a_member_are_the_authors_of_what_they_do() {
    let app = App::start().await;
    let service = app.user("backend").claim("scope", json!("groups:write"));
    service.creates(json!({"id": GROUP, "name": "Club", "owner_user_id": null})).await;
    let invited = service.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let lines: Vec<String> = trail(&service, "", 2).await.iter().map(line).collect();
    for made in ["group.created by app backend", "invite.created by app backend"] {
        assert!(lines.iter().any(|line| line == made), "{lines:?}");
    }
    let ada = app.person("ada");
    ada.accepts(&invited.token).await.is(200);
    let lines: Vec<String> = trail(&ada, "&actor=ada", 2).await.iter().map(line).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[tokio::test]
async fn an_app_is_the_author_of_the_revocations_that_its_other_acts_bring() {
    let app = App::start().await;
    let profile = json!({"email": "eve@example.com", "first_name": "Eve"});
    app.person("eve").puts("/v1/me", &profile).await.is(200);
    let service = app.user("backend").claim("scope", json!("groups:write"));
    service.creates(json!({"id": GROUP, "name": "Club", "owner_user_id": null})).await;
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let typo = service.invited(invite("adda")).await;
    let mut right = invite("ada");
    right["replaces"] = json!(typo.id);
    service.invited(right).await;
    let joined = service.invited(invite("eve")).await;
    let member = json!({"user_id": "eve", "roles": ["editor"]});
    service.posts(&format!("/me/groups/{GROUP}/members"), &member).await.is(200);
    let eve = app.person("eve");
    for (id, reason) in [(&typo.id, "replaced"), (&joined.id, "joined")] {
        let query = format!("&type=invite.revoked&invite={id}");
        let revoked = trail(&eve, &query, 1).await;
        assert_eq!(line(&revoked[0]), "invite.revoked by app backend", "{reason}");
        assert_eq!(revoked[0]["data"]["reason"], reason);
    }
}

#[tokio::test]
async fn a_deleted_group_leaves_an_event_of_each_of_its_invites_and_members() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    alice.deletes(&format!("/v1/groups/{GROUP}")).await.is(204);
    let ends = ["group.deleted", "invite.revoked", "member.removed"];
    let found = eventually("the ends", || async {
        let events = app.items("event").await;
        let named = |event: &Value| ends.iter().any(|end| event["event"]["S"] == *end);
        let found: Vec<Value> = events.into_iter().filter(named).collect();
        (found.len() >= 4).then_some(found)
    })
    .await;
    assert_eq!(found.len(), 4, "{found:?}");
    for event in found {
        assert_eq!(event["actor"], json!({"M": {"user": {"S": "alice"}}}), "{event}");
    }
}

#[tokio::test]
async fn a_membership_that_ends_by_time_is_removed_by_the_service() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "membership_expires_in": 3_600, "notify": false});
    let invited = alice.invited(body).await;
    app.person("ada").accepts(&invited.token).await.is(200);
    app.advance(3_601);
    app.ticks().await;
    let removed = alice.reads_events("?type=member.removed").await.is(200);
    assert_eq!(removed.data().iter().map(line).collect::<Vec<_>>(), ["member.removed by system"]);
    assert_eq!(removed.data()[0]["data"]["reason"], "expired");
}

/// Returns the stream record of a write.
fn record(before: Option<&Value>, after: &Value, sequence_number: &str) -> Value {
    let name = if before.is_some() { "MODIFY" } else { "INSERT" };
    let mut change = json!({
        "ApproximateCreationDateTime": 1_795_858_259, "Keys": {"pk": after["pk"], "sk": after["sk"]},
        "SequenceNumber": sequence_number, "SizeBytes": 100, "StreamViewType": "NEW_AND_OLD_IMAGES", "NewImage": after,
    });
    if let Some(before) = before {
        change["OldImage"] = before.clone();
    }
    json!({
        "eventID": sequence_number, "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/beckon/stream/2026-01-01T00:00:00.000", "dynamodb": change,
    })
}

/// A service whose table starts no function, the table's proxy, and the records of an invite that was
/// created and accepted.
struct Stopped {
    app: App,
    table: LossyTable,
    alice: Person,
    records: Vec<Value>,
    _below: App,
}

impl Stopped {
    async fn start() -> Self {
        let below = App::without_streams().await;
        let table = LossyTable::of(&below).await;
        let app = App::with(Options { streams: false, ..table.options() }).await;
        let alice = app.owner().await;
        let mut records = Vec::new();
        for group in app.items("group").await {
            records.push(record(None, &group, "100"));
        }
        let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
        let before = app.items("invite").await.remove(0);
        records.push(record(None, &before, "101"));
        app.person("ada").accepts(&invited.token).await.is(200);
        records.push(record(Some(&before), &app.items("invite").await[0], "102"));
        let members = app.items("member").await;
        let ada = members.iter().find(|member| member["user"]["S"] == "ada").unwrap();
        records.push(record(None, ada, "103"));
        Self { app, table, alice, records, _below: below }
    }

    /// Delivers these records in one batch. Returns the first that failed.
    async fn delivers(&self, records: &[Value]) -> Option<String> {
        let service =
            FollowService::start(&self.app.running.environment, self.app.running.clock.clone())
                .unwrap();
        let event = serde_json::from_value(json!({ "Records": records })).unwrap();
        let response = follow(&service, event).await.unwrap();
        response.batch_item_failures.into_iter().next().and_then(|failed| failed.item_identifier)
    }

    async fn lines(&self) -> BTreeSet<String> {
        let events = self.alice.reads_events("?limit=100").await.is(200);
        let lines: BTreeSet<String> = events.data().iter().map(line).collect();
        assert_eq!(lines.len(), events.data().len(), "each once");
        lines
    }
}

#[tokio::test]
async fn a_record_that_is_delivered_again_writes_no_second_event() {
    let stopped = Stopped::start().await;
    assert_eq!(stopped.delivers(&stopped.records).await, None);
    let first = stopped.lines().await;
    let expected = [
        "group.created by alice",
        "invite.accepted by ada",
        "invite.created by alice",
        "member.joined by ada",
    ];
    assert_eq!(first, expected.map(str::to_owned).into());
    let before = stopped.app.items("event").await;
    let twice: Vec<Value> =
        stopped.records.iter().flat_map(|it| [it.clone(), it.clone()]).collect();
    stopped.app.advance(3_600);
    assert_eq!(stopped.delivers(&twice).await, None);
    assert_eq!(stopped.delivers(&stopped.records[1..3]).await, None);
    assert_eq!(stopped.app.items("event").await, before);
}

#[tokio::test]
async fn events_that_cannot_be_written_are_redelivered_with_the_whole_batch() {
    let stopped = Stopped::start().await;
    stopped.table.refuses_all("BatchWriteItem");
    assert_eq!(stopped.delivers(&stopped.records).await.as_deref(), Some("100"));
    stopped.table.heals();
    assert!(stopped.lines().await.is_empty());
    assert_eq!(stopped.delivers(&stopped.records).await, None);
    assert_eq!(stopped.lines().await.len(), 4);
}

#[tokio::test]
async fn a_batch_of_events_goes_on_with_the_writes_that_were_left() {
    let stopped = Stopped::start().await;
    stopped.table.leaves_a_rest_of("BatchWriteItem", 3);
    assert_eq!(stopped.delivers(&stopped.records).await, None);
    assert!(stopped.table.has_failed());
    assert_eq!(stopped.lines().await.len(), 4);
}

#[tokio::test]
async fn owners_and_admins_read_the_trail_page_by_page() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, cleo) = (app.person("bob"), app.person("cleo"));
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.takes_in(&cleo, json!(["member"])).await;
    let all = trail(&bob, "", 8).await;
    assert_eq!(all.len(), 8, "{all:?}");
    cleo.reads_events("").await.refuses(403, "forbidden");
    app.person("zoe").reads_events("").await.refuses(404, "group_not_found");
    app.nobody().reads_events("").await.refuses(401, "unauthenticated");
    bob.gets("/v1/groups/none/events").await.refuses(404, "group_not_found");
    bob.gets("/v1/groups/_system/events").await.refuses(404, "group_not_found");

    let mut read = Vec::new();
    let mut page: Answer = bob.reads_events("?limit=3").await.is(200);
    loop {
        read.extend(page.data().to_vec());
        let Some(cursor) = page.next_cursor() else { break };
        bob.reads_events(&format!("?limit=3&actor=bob&cursor={cursor}"))
            .await
            .refuses(400, "invalid_cursor");
        page = bob.reads_events(&format!("?limit=3&cursor={cursor}")).await.is(200);
    }
    read.reverse();
    assert_eq!(read, all, "the pages have every event once, newest first");
    let ids: BTreeSet<String> =
        all.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 8);

    let lines = |answer: Answer| answer.is(200).data().iter().map(line).collect::<Vec<_>>();
    let joined = lines(bob.reads_events("?type=member.joined&actor=cleo").await);
    assert_eq!(joined, ["member.joined by cleo"]);
    let several = lines(bob.reads_events("?type=member.joined,group.created&limit=100").await);
    assert_eq!(several.len(), 4);
    assert!(lines(bob.reads_events("?actor=zoe").await).is_empty());
    for (query, parameter) in
        [("?type=invite.melted", "type"), ("?invite=x", "invite"), ("?order=created", "query")]
    {
        let refused = bob.reads_events(query).await;
        assert!(refused.text.contains(parameter), "{}", refused.text);
        refused.refuses(400, "invalid_query");
    }
}

/// Writes `count` later events like this one into the table.
async fn repeats(app: &App, event: &Value, count: usize) {
    let endpoint = app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB);
    let later = |number: usize| {
        let (mut later, id) = (event.clone(), format!("{number:032x}"));
        later["sk"]["S"] = format!("L#{:012}#{:020}#{id}", app.now() + 60, 1).into();
        later["id"]["S"] = id.into();
        json!({"PutRequest": {"Item": later}})
    };
    let puts: Vec<Value> = (0..count).map(later).collect();
    for some in puts.chunks(25) {
        let request = json!({"RequestItems": {app.setting(settings::TABLE_NAME): some}});
        let answer = table::ask(endpoint, "BatchWriteItem", &request).await;
        assert!(answer["UnprocessedItems"].as_object().is_none_or(|left| left.is_empty()));
    }
}

#[tokio::test]
async fn a_filter_finds_what_is_far_back_page_by_page() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let link = alice.invited(json!({"link": {}})).await;
    bob.reveals(&link.id).await.is(200);
    app.advance(60);
    alice.reveals(&link.id).await.is(200);
    let events = app.items("event").await;
    let by_alice = events.iter().find(|it| it["actor"]["M"]["user"]["S"] == "alice").unwrap();
    // One page of a filter reads 1,000 events.
    repeats(&app, by_alice, 1_000).await;
    let first = alice.reads_events("?actor=bob").await.is(200);
    assert!(first.data().is_empty(), "{}", first.text);
    let cursor = first.next_cursor().unwrap();
    let next = alice.reads_events(&format!("?actor=bob&cursor={cursor}")).await.is(200);
    assert_eq!(next.data().iter().map(line).collect::<Vec<_>>(), ["invite.link_revealed by bob"]);
    assert!(next.next_cursor().is_none());
}

#[tokio::test]
async fn no_event_has_a_secret_a_name_or_an_address() {
    let app = start().await;
    let alice = app.owner().await;
    let body = json!({
        "person": {"email": "ada.lovelace@example.com", "first_name": "Augusta", "last_name": "Byron"},
        "message": "Kettle on", "metadata": {"room": "Salon 7"},
    });
    let invited = alice.invited(body).await;
    app.mail_to("ada.lovelace@example.com").await;
    let ada = app.user("ada").email("ada.lovelace@example.com").name("Countess");
    ada.accepts(&invited.token).await.is(200);
    alice.removes("ada").await.is(204);
    trail(&alice, "", 8).await;
    let token = invited.token.trim_start_matches("bkn_");
    let secrets =
        [token, "bkn_", "@", "Augusta", "Byron", "Countess", "Kettle", "Salon", "Private Group"];
    for event in app.items("event").await {
        let text = event.to_string();
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    }
}
