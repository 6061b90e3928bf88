//! A problem for every code: each refusal as it looks over HTTP.

use std::collections::BTreeSet;

use harness::Answer;
use serde_json::json;
use shared::api::native::Code;

use super::api::{ADA, APP, Api, EVE, GRACE, NOBODY, Shown, UNVERIFIED};
use super::snapshot;

/// The codes that no request of this test can cause. Other tests and `events/` cover them.
const ELSEWHERE: [Code; 5] = [
    Code::Internal,
    Code::TemporarilyUnavailable,
    Code::UnsupportedMediaType,
    Code::TokenExpired,
    Code::InvitesRefused,
];

/// The problems that were returned, each with the attempt that caused it.
#[derive(Default)]
struct Problems {
    shown: Vec<String>,
    codes: BTreeSet<String>,
}

impl Problems {
    fn add(&mut self, tried: &str, answer: &Answer) {
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

async fn of_callers(problems: &mut Problems) {
    let api = Api::with_group().await;
    api.join(ADA, "member").await;
    problems.add(
        "inviting without signing in",
        &api.invite(NOBODY, json!({"email": "bob@example.com"})).await,
    );
    problems.add(
        "inviting as an outsider",
        &api.invite(EVE, json!({"email": "bob@example.com"})).await,
    );
    problems.add(
        "inviting as a mere member",
        &api.invite(ADA, json!({"email": "bob@example.com"})).await,
    );
    api.member("PATCH", GRACE, "29845", Some(json!({"roles": ["admin"]}))).await;
    problems.add(
        "an admin making an owner",
        &api.invite(ADA, json!({"email": "bob@example.com", "roles": ["owner"]})).await,
    );
    problems.add("an admin removing the owner", &api.member("DELETE", ADA, "29842", None).await);
    let put_user = api
        .send_to("native-manage-users", "PUT", &[("user", "29845")], ADA, "", Some(json!({})))
        .await;
    problems.add("writing another's profile without the scope", &put_user);
    problems.add("the last owner leaving", &api.member("DELETE", GRACE, "29842", None).await);
    problems.add(
        "changing nobody's roles",
        &api.member("PATCH", GRACE, "29999", Some(json!({"roles": ["admin"]}))).await,
    );
}

async fn of_creating(problems: &mut Problems) {
    let api = Api::with_group().await;
    api.join(ADA, "member").await;
    let first = api.invite(GRACE, json!({"email": "bob@example.com"})).await;
    assert_eq!(first.status, 201);
    problems.add(
        "inviting a member's address",
        &api.invite(GRACE, json!({"email": "ada@example.com"})).await,
    );
    problems.add(
        "inviting an address twice",
        &api.invite(GRACE, json!({"email": "BOB@example.com"})).await,
    );
    problems
        .add("inviting an unknown user id", &api.invite(GRACE, json!({"user_id": "404"})).await);
    problems.add("inviting nobody", &api.invite(GRACE, json!({"roles": ["member"]})).await);
    problems.add(
        "inviting two at once",
        &api.invite(GRACE, json!({"email": "carl@example.com", "user_id": "29845"})).await,
    );
    problems.add(
        "a role that is none",
        &api.invite(GRACE, json!({"email": "carl@example.com", "roles": ["Editor!"]})).await,
    );
    problems.add(
        "less than five minutes",
        &api.invite(GRACE, json!({"email": "carl@example.com", "expires_in": 299})).await,
    );
    problems.add(
        "leading elsewhere",
        &api.invite(
            GRACE,
            json!({"email": "carl@example.com", "redirect_url": "https://evil.example/"}),
        )
        .await,
    );
    let group = [("group", "3773")];
    let text = |text: &str| Some(text.to_owned());
    problems.add(
        "no JSON",
        &api.send_text("native-create-invite", "POST", &group, GRACE, "", text("{\"email\"")).await,
    );
    problems.add(
        "too much",
        &api.send_text(
            "native-create-invite",
            "POST",
            &group,
            GRACE,
            "",
            text(&" ".repeat(65_537)),
        )
        .await,
    );
    problems.add(
        "an unknown parameter",
        &api.send("native-list-group-invites", "GET", GRACE, "sate=pending", None).await,
    );
    problems.add(
        "a made-up cursor",
        &api.send("native-list-group-invites", "GET", GRACE, "cursor=AAAA", None).await,
    );
    let taken = json!({"id": "3773", "name": "Mine"});
    problems.add(
        "taking a group's id",
        &api.send_to("native-manage-groups", "POST", &[], EVE, "", Some(taken)).await,
    );
    api.user("29901", json!({"email": "eve@example.org"})).await;
    problems.add(
        "taking another's address",
        &api.user("29902", json!({"email": "eve@example.org"})).await,
    );
    problems.add(
        "an address that is not verified",
        &api.send_to(
            "native-manage-users",
            "PUT",
            &[],
            EVE,
            "",
            Some(json!({"email": "x@example.org"})),
        )
        .await,
    );
    api.change_group(json!({"policy": {"blocked_domains": ["example.net"], "max_pending": 1}}))
        .await;
    problems
        .add("a blocked domain", &api.invite(GRACE, json!({"email": "carl@example.net"})).await);
    problems.add(
        "more than may be pending",
        &api.invite(GRACE, json!({"email": "carl@example.com"})).await,
    );
    api.change_group(json!({"policy": {"frozen": true}})).await;
    problems.add(
        "inviting while frozen",
        &api.invite(GRACE, json!({"email": "carl@example.com"})).await,
    );
}

async fn of_accepting(problems: &mut Problems) {
    let api = Api::with_group().await;
    let invite = api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    let token = &invite.json["token"];
    problems.add("a token that nobody made", &api.preview(&json!({"token": "bkn_1"})).await);
    problems.add("another's invite", &api.accept(EVE, token).await);
    problems.add("with an address that is not verified", &api.accept(UNVERIFIED, token).await);
    api.decline(&json!({"token": token})).await;
    problems.add("declined", &api.accept(ADA, token).await);
    let second = api.invite(GRACE, json!({"email": "ada@example.com", "expires_in": 300})).await;
    problems.add("replaced by a newer invite", &api.accept(ADA, token).await);
    api.deployment.clock.advance(300);
    problems.add("expired", &api.accept(ADA, &second.json["token"]).await);
    let third = api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    api.revoke(GRACE, &third.json["id"]).await;
    problems.add("revoked", &api.accept(ADA, &third.json["token"]).await);
    let link = api.invite(GRACE, json!({"link": {"max_uses": 1}})).await;
    assert_eq!(api.accept(ADA, &link.json["token"]).await.status, 200);
    problems.add("a link that is used up", &api.accept(EVE, &link.json["token"]).await);
    problems.add("declining a link", &api.decline(&json!({"token": link.json["token"]})).await);
    let ours = api.invite(GRACE, json!({"link": {"allowed_domains": ["example.com"]}})).await;
    problems.add("a link for another domain", &api.accept(EVE, &ours.json["token"]).await);
    api.member("PATCH", GRACE, "29845", Some(json!({"roles": ["admin"]}))).await;
    let by_ada = api.invite(ADA, json!({"email": "eve@example.org"})).await;
    api.member("DELETE", GRACE, "29845", None).await;
    problems.add("the inviter is gone", &api.accept(EVE, &by_ada.json["token"]).await);
    problems.add("a full group", &api.accept_full().await);
}

impl Api {
    /// Accepts a link into a group with as many members as its policy allows.
    async fn accept_full(&self) -> Answer {
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
        self.accept(EVE, &create.json["token"]).await
    }
}

async fn of_limits(problems: &mut Problems) {
    let api = Api::with_group_and(&[
        ("LIMIT_INVITES_PER_INVITER_HOUR", "1"),
        ("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "1"),
    ])
    .await;
    api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    problems.add(
        "too many invites in an hour",
        &api.invite(GRACE, json!({"email": "bob@example.com"})).await,
    );
    api.preview(&json!({"token": "bkn_1"})).await;
    problems.add("guessing tokens", &api.preview(&json!({"token": "bkn_2"})).await);
}

async fn of_versions(problems: &mut Problems) {
    let api = Api::with_group().await;
    let event = harness::events::text("native-manage-groups/changed-meanwhile");
    api.change_group(json!({"name": "Other"})).await;
    let answer = api.deployment.invoke("native-manage-groups", &event).await;
    let answer = Answer::of_function(&answer);
    problems.add("a change of what was changed meanwhile", &answer);
    let me = api
        .send_to("native-manage-users", "PUT", &[("user", "a b")], APP, "", Some(json!({})))
        .await;
    problems.add("an id that can't be one", &me);
}

#[tokio::test]
async fn every_refusal_has_its_problem() {
    let mut problems = Problems::default();
    of_callers(&mut problems).await;
    of_creating(&mut problems).await;
    of_accepting(&mut problems).await;
    of_limits(&mut problems).await;
    of_versions(&mut problems).await;
    let word = |code: Code| serde_json::to_value(code).unwrap().as_str().unwrap().to_owned();
    let wanted: BTreeSet<String> =
        Code::ALL.into_iter().filter(|code| !ELSEWHERE.contains(code)).map(word).collect();
    snapshot("problems", &problems.shown.join("\n"));
    assert_eq!(problems.codes, wanted, "the snapshot shows every code except those of ELSEWHERE");
}
