//! A problem for every code: each refusal as it looks over HTTP.

use std::collections::BTreeSet;

use harness::Answer;
use serde_json::{Value, json};
use shared::api::native::Code;

use super::api::{
    ADA, APP, Api, Call, EVE, EXPIRED, GRACE, NOBODY, SUPPRESSIONS, Shown, UNVERIFIED,
};
use super::snapshot;

/// The codes that no request of this test can cause: faults, and a race. `across::faults` and
/// `native::idempotency` cover them.
const ELSEWHERE: [Code; 3] =
    [Code::Internal, Code::TemporarilyUnavailable, Code::IdempotencyInProgress];

/// The problems that were returned, each with the attempt that caused it.
#[derive(Default)]
struct Problems {
    shown: Vec<String>,
    codes: BTreeSet<String>,
}

impl Problems {
    /// Makes the attempt, and checks that it is refused and writes nothing but rate windows.
    async fn add(&mut self, api: &Api, tried: &str, attempt: impl Future<Output = Answer>) {
        let before = api.deployment.stored().await;
        let answer = attempt.await;
        assert_eq!(api.deployment.stored().await, before, "{tried} writes nothing");
        assert!(answer.status >= 400, "{tried}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let header = |name: &str| match answer.header(name) {
            "" => String::new(),
            value => format!("{name}: {value}\n"),
        };
        self.shown.push(format!(
            "## {tried}\n{}{}{}",
            header("www-authenticate"),
            header("retry-after"),
            answer.shown()
        ));
        self.codes.insert(answer.json["code"].as_str().unwrap().to_owned());
    }
}

/// Returns Grace's request to make an invite with this body.
fn creating(body: String) -> Call<'static> {
    Call {
        package: "native-create-invite",
        method: "POST",
        parameters: &[("group", "3773")],
        caller: GRACE,
        query: "",
        body: Some(body),
        headers: json!({}),
    }
}

async fn of_callers(problems: &mut Problems) {
    let api = Api::with_group().await;
    api.join(ADA, "member").await;
    problems
        .add(
            &api,
            "inviting without signing in",
            api.invite(NOBODY, json!({"email": "bob@example.com"})),
        )
        .await;
    problems
        .add(&api, "inviting as an outsider", api.invite(EVE, json!({"email": "bob@example.com"})))
        .await;
    problems
        .add(
            &api,
            "inviting as a mere member",
            api.invite(ADA, json!({"email": "bob@example.com"})),
        )
        .await;
    api.member("PATCH", GRACE, "29845", Some(json!({"roles": ["admin"]}))).await;
    problems
        .add(
            &api,
            "an admin making an owner",
            api.invite(ADA, json!({"email": "bob@example.com", "roles": ["owner"]})),
        )
        .await;
    problems
        .add(&api, "an admin removing the owner", api.member("DELETE", ADA, "29842", None))
        .await;
    let put_user =
        api.send_to("native-manage-users", "PUT", &[("user", "29845")], ADA, "", Some(json!({})));
    problems.add(&api, "writing another's profile without the scope", put_user).await;
    problems.add(&api, "the last owner leaving", api.member("DELETE", GRACE, "29842", None)).await;
    problems
        .add(
            &api,
            "changing nobody's roles",
            api.member("PATCH", GRACE, "29999", Some(json!({"roles": ["admin"]}))),
        )
        .await;
}

async fn of_creating(problems: &mut Problems) {
    let api = Api::with_group().await;
    api.join(ADA, "member").await;
    let first = api.invite(GRACE, json!({"email": "bob@example.com"})).await;
    assert_eq!(first.status, 201);
    problems
        .add(
            &api,
            "inviting a member's address",
            api.invite(GRACE, json!({"email": "ada@example.com"})),
        )
        .await;
    problems
        .add(
            &api,
            "inviting an address twice",
            api.invite(GRACE, json!({"email": "BOB@example.com"})),
        )
        .await;
    problems
        .add(&api, "inviting an unknown user id", api.invite(GRACE, json!({"user_id": "404"})))
        .await;
    problems.add(&api, "inviting nobody", api.invite(GRACE, json!({"roles": ["member"]}))).await;
    problems
        .add(
            &api,
            "inviting two at once",
            api.invite(GRACE, json!({"email": "carl@example.com", "user_id": "29845"})),
        )
        .await;
    problems
        .add(
            &api,
            "a role that is none",
            api.invite(GRACE, json!({"email": "carl@example.com", "roles": ["Editor!"]})),
        )
        .await;
    problems
        .add(
            &api,
            "less than five minutes",
            api.invite(GRACE, json!({"email": "carl@example.com", "expires_in": 299})),
        )
        .await;
    problems
        .add(
            &api,
            "leading elsewhere",
            api.invite(
                GRACE,
                json!({"email": "carl@example.com", "redirect_url": "https://evil.example/"}),
            ),
        )
        .await;
    let broken = creating("{\"email\"".to_owned());
    problems.add(&api, "no JSON", api.call(broken)).await;
    problems.add(&api, "too much", api.call(creating(" ".repeat(65_537)))).await;
    problems
        .add(
            &api,
            "an unknown parameter",
            api.send("native-list-group-invites", "GET", GRACE, "sate=pending", None),
        )
        .await;
    problems
        .add(
            &api,
            "a made-up cursor",
            api.send("native-list-group-invites", "GET", GRACE, "cursor=AAAA", None),
        )
        .await;
    let taken = json!({"id": "3773", "name": "Mine"});
    problems
        .add(
            &api,
            "taking a group's id",
            api.send_to("native-manage-groups", "POST", &[], EVE, "", Some(taken)),
        )
        .await;
    api.user("29901", json!({"email": "eve@example.org"})).await;
    problems
        .add(
            &api,
            "taking another's address",
            api.user("29902", json!({"email": "eve@example.org"})),
        )
        .await;
    problems
        .add(
            &api,
            "an address that is not verified",
            api.send_to(
                "native-manage-users",
                "PUT",
                &[],
                EVE,
                "",
                Some(json!({"email": "x@example.org"})),
            ),
        )
        .await;
    api.change_group(json!({"policy": {"blocked_domains": ["example.net"], "max_pending": 1}}))
        .await;
    problems
        .add(&api, "a blocked domain", api.invite(GRACE, json!({"email": "carl@example.net"})))
        .await;
    problems
        .add(
            &api,
            "more than may be pending",
            api.invite(GRACE, json!({"email": "carl@example.com"})),
        )
        .await;
    api.change_group(json!({"policy": {"frozen": true}})).await;
    problems
        .add(&api, "inviting while frozen", api.invite(GRACE, json!({"email": "carl@example.com"})))
        .await;
    api.change_group(json!({"policy": {"frozen": false, "links": false}})).await;
    problems.add(&api, "a link while links are off", api.invite(GRACE, json!({"link": {}}))).await;
}

async fn of_accepting(problems: &mut Problems) {
    let api = Api::with_group().await;
    let invite = api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    let token = &invite.json["token"];
    problems.add(&api, "a token that nobody made", api.preview(&json!({"token": "bkn_1"}))).await;
    problems.add(&api, "another's invite", api.accept(EVE, token)).await;
    problems.add(&api, "with an address that is not verified", api.accept(UNVERIFIED, token)).await;
    api.decline_as(ADA, &json!({"token": token})).await;
    problems.add(&api, "declined", api.accept(ADA, token)).await;
    let second = api.invite(GRACE, json!({"email": "ada@example.com", "expires_in": 300})).await;
    problems.add(&api, "replaced by a newer invite", api.accept(ADA, token)).await;
    api.deployment.clock.advance(300);
    problems.add(&api, "expired", api.accept(ADA, &second.json["token"])).await;
    let third = api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    api.revoke(GRACE, &third.json["id"]).await;
    problems.add(&api, "revoked", api.accept(ADA, &third.json["token"])).await;
    let link = api.invite(GRACE, json!({"link": {"max_uses": 1}})).await;
    assert_eq!(api.accept(ADA, &link.json["token"]).await.status, 200);
    problems.add(&api, "a link that is used up", api.accept(EVE, &link.json["token"])).await;
    problems
        .add(&api, "declining a link", api.decline(&json!({"token": link.json["token"]})))
        .await;
    let ours = api.invite(GRACE, json!({"link": {"allowed_domains": ["example.com"]}})).await;
    problems.add(&api, "a link for another domain", api.accept(EVE, &ours.json["token"])).await;
    api.member("PATCH", GRACE, "29845", Some(json!({"roles": ["admin"]}))).await;
    let by_ada = api.invite(ADA, json!({"email": "eve@example.org"})).await;
    api.member("DELETE", GRACE, "29845", None).await;
    problems.add(&api, "the inviter is gone", api.accept(EVE, &by_ada.json["token"])).await;
    let link = api.link_into_a_full_group().await;
    problems.add(&api, "a full group", api.accept(EVE, &link)).await;
}

impl Api {
    /// Returns the token of a link into a group with as many members as its policy allows.
    async fn link_into_a_full_group(&self) -> Value {
        let full = json!({"id": "full", "name": "Full", "policy": {"max_members": 1}});
        self.send_to("native-manage-groups", "POST", &[], GRACE, "", Some(full)).await;
        let create = self
            .send_to(
                "native-create-invite",
                "POST",
                &[("group", "full")],
                GRACE,
                "",
                Some(json!({"link": {}})),
            )
            .await;
        create.json["token"].clone()
    }
}

async fn of_limits(problems: &mut Problems) {
    let api = Api::with_group_and(&[
        ("LIMIT_INVITES_PER_INVITER_HOUR", "1"),
        ("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "1"),
    ])
    .await;
    api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    problems
        .add(
            &api,
            "too many invites in an hour",
            api.invite(GRACE, json!({"email": "bob@example.com"})),
        )
        .await;
    api.preview(&json!({"token": "bkn_1"})).await;
    problems.add(&api, "guessing tokens", api.preview(&json!({"token": "bkn_2"}))).await;
}

async fn of_versions(problems: &mut Problems) {
    let api = Api::with_group().await;
    let event = harness::events::text("native-manage-groups/changed-meanwhile");
    api.change_group(json!({"name": "Other"})).await;
    let changed = api.of_event("native-manage-groups", &event);
    problems.add(&api, "a change of what was changed meanwhile", changed).await;
    let me =
        api.send_to("native-manage-users", "PUT", &[("user", "a b")], APP, "", Some(json!({})));
    problems.add(&api, "an id that can't be one", me).await;
}

async fn of_requests(problems: &mut Problems) {
    let api = Api::with_group().await;
    let ada = json!({"email": "ada@example.com"});
    problems.add(&api, "an access token of yesterday", api.invite(EXPIRED, ada.clone())).await;
    let event = |name: &str| harness::events::text(name);
    let (unknown, wrong) =
        (event("native-fallback/malformed"), event("native-fallback/wrong-method"));
    problems.add(&api, "an unknown path", api.of_event("native-fallback", &unknown)).await;
    problems.add(&api, "a wrong method", api.of_event("native-fallback", &wrong)).await;
    let untyped =
        Call { headers: json!({"content-type": "text/plain"}), ..creating(ada.to_string()) };
    problems.add(&api, "plain text", api.call(untyped)).await;
    let keyed = |body: Value| Call {
        headers: json!({"idempotency-key": "one"}),
        ..creating(body.to_string())
    };
    assert_eq!(api.call(keyed(ada)).await.status, 201);
    let other = keyed(json!({"email": "bob@example.com"}));
    problems.add(&api, "another request with the same key", api.call(other)).await;
}

async fn of_changing(problems: &mut Problems) {
    let api = Api::with_group().await;
    let block = [("kind", "inviter"), ("id", "29842")];
    let read = api.send_to("native-manage-blocks", "GET", &block, ADA, "", None);
    problems.add(&api, "reading a block that was never made", read).await;
    let address = [("email", "ada@example.com")];
    let read = api.send_to("native-manage-suppressions", "GET", &address, SUPPRESSIONS, "", None);
    problems.add(&api, "an address that is not suppressed", read).await;
    let link = api.invite(GRACE, json!({"link": {}})).await;
    let of_link = [("group", "3773"), ("invite", link.json["id"].as_str().unwrap())];
    let pause = Some(json!({"paused": true}));
    let paused = api.send_to("native-update-invite", "PATCH", &of_link, GRACE, "", pause).await;
    assert_eq!(paused.status, 200, "{}", paused.text);
    problems.add(&api, "a paused link", api.accept(EVE, &link.json["token"])).await;

    let invite = api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    let of_invite = [("group", "3773"), ("invite", invite.json["id"].as_str().unwrap())];
    let resend =
        || api.send_to("native-resend-invite", "POST", &of_invite, GRACE, "", Some(json!({})));
    problems.add(&api, "resending at once", resend()).await;
    for _ in 0..10 {
        api.deployment.clock.advance(60);
        assert_eq!(resend().await.status, 200);
    }
    api.deployment.clock.advance(60);
    problems.add(&api, "resending for the eleventh time", resend()).await;

    let refuses = Some(json!({"email": "eve@example.org", "refuses_invites": true}));
    let refusing = api.send_to("native-manage-users", "PUT", &[], EVE, "", refuses).await;
    assert_eq!(refusing.status, 200, "{}", refusing.text);
    let eve = api.invite(GRACE, json!({"email": "eve@example.org"}));
    problems.add(&api, "inviting who refuses invites", eve).await;
}

#[tokio::test]
async fn every_refusal_has_its_problem_and_writes_nothing() {
    let mut problems = Problems::default();
    of_callers(&mut problems).await;
    of_creating(&mut problems).await;
    of_accepting(&mut problems).await;
    of_limits(&mut problems).await;
    of_versions(&mut problems).await;
    of_requests(&mut problems).await;
    of_changing(&mut problems).await;
    let word = |code: Code| serde_json::to_value(code).unwrap().as_str().unwrap().to_owned();
    let wanted: BTreeSet<String> =
        Code::ALL.into_iter().filter(|code| !ELSEWHERE.contains(code)).map(word).collect();
    snapshot("problems", &problems.shown.join("\n"));
    assert_eq!(problems.codes, wanted, "the snapshot shows every code except those of ELSEWHERE");
}
