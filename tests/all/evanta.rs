//! The evanta API, as Evanta's clients use it (docs/contracts/evanta.md).

mod credentials;
mod joining;
mod listing;
mod refusals;
mod shape;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Actor, Answer, App, GROUP};

/// The one whom the published example invites.
const INVITED: &str = "29845";

/// The API's verbs.
impl Actor<'_> {
    /// Asks to invite a user into [`GROUP`] at this API.
    async fn invites_user(&self, user: impl Into<Value>) -> Answer {
        self.posts(
            "/group_invites",
            &json!({"group_invite": {"user_id": user.into(), "group_id": 3773}}),
        )
        .await
    }

    /// Invites [`INVITED`] into [`GROUP`], which must work: the invite's id.
    async fn invited_user(&self) -> u64 {
        self.invites_user(29845).await.is(201).json["group_invite"]["id"]
            .as_u64()
            .expect("a number")
    }

    /// Turns the invite down at this API.
    async fn turns_down(&self, id: impl std::fmt::Display) -> Answer {
        self.deletes(&format!("/group_invites/{id}")).await
    }

    /// Asks to join at this API.
    async fn joins(&self, group: impl Into<Value>) -> Answer {
        self.posts("/group_members", &json!({"group_member": {"group_id": group.into()}})).await
    }

    /// The groups into which this person is invited, by this API's list, in its order.
    async fn sees_own_invites(&self) -> Vec<Value> {
        invites(&self.gets("/group_invites/groups").await.is(200)).to_vec()
    }

    /// The invites of [`GROUP`] by this API's list, in its order.
    async fn sees_group_invites(&self) -> Vec<Value> {
        invites(&self.gets("/group_invites/users/3773").await.is(200)).to_vec()
    }

    /// Sends this body of this type.
    async fn sends_body(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        self.sends(self.request(Method::POST, path).header("content-type", content_type).body(body))
            .await
    }
}

/// A list's invites.
#[track_caller]
fn invites(answer: &Answer) -> &[Value] {
    answer.json["group_invites"].as_array().unwrap_or_else(|| panic!("not a list: {}", answer.text))
}

impl Answer {
    /// This answer, which must be Rails' `head`: a status, a type, and no body.
    #[track_caller]
    fn has_no_body(self, status: u16) -> Self {
        let answer = self.is(status);
        assert_eq!((answer.text.as_str(), answer.header("content-type")), ("", "application/json"));
        answer.opens_to_browsers()
    }

    /// This answer, which must have exactly this body.
    #[track_caller]
    fn says(self, status: u16, body: &str) -> Self {
        let answer = self.is(status);
        assert_eq!(
            (answer.text.as_str(), answer.header("content-type")),
            (body, "application/json")
        );
        answer.opens_to_browsers()
    }

    /// This answer, which must have the headers that every answer of this API has
    /// (docs/contracts/evanta.md#cross-origin-requests).
    #[track_caller]
    fn opens_to_browsers(self) -> Self {
        assert_eq!(self.header("access-control-allow-origin"), "*");
        assert_eq!(
            self.header("access-control-allow-methods"),
            "GET, POST, PUT, DELETE, PATCH, OPTIONS"
        );
        let headers = "X-AUTH-TOKEN, X_API_TENANT, X_API_EMAIL, X-API-VERSION, X-Requested-With, Content-Type, Accept, Origin, Authorization, X-CSRF-Token";
        assert_eq!(self.header("access-control-allow-headers"), headers);
        assert_eq!(
            (self.header("cache-control"), self.header("x-content-type-options")),
            ("no-store", "nosniff")
        );
        self
    }
}

/// What a body without its root key is told.
fn missing(root: &str) -> String {
    format!("{{\"status\":\"400\",\"error\":\"param is missing or the value is empty: {root}\"}}")
}

const ACCESS_DENIED: &str = r#"{"errors":["access_denied"]}"#;
const TAKEN: &str = r#"{"user_id":["has already been taken"]}"#;
const A_MEMBER: &str = r#"{"group_member":["Cannot invite users that are current group members"]}"#;

/// The app, which writes the directory.
async fn knows(app: &App, user: &str, profile: &Value) {
    app.user("app")
        .claim("scope", json!("users:write"))
        .puts(&format!("/v1/users/{user}"), profile)
        .await
        .is(200);
}

/// The published example's owner with [`GROUP`] of this type, and [`INVITED`], whom the directory
/// knows.
async fn stage<'a>(app: &'a App, kind: &str) -> (Actor<'a>, Actor<'a>) {
    let owner = app.user("29842").name("Generic User");
    owner.creates(json!({"id": GROUP, "name": "Private Group", "description": "Private group", "type": kind})).await;
    knows(
        app,
        INVITED,
        &json!({"email": "juliet@towne.com", "first_name": "Sonny", "last_name": "Tromp"}),
    )
    .await;
    (owner, app.user(INVITED).email("juliet@towne.com"))
}

#[tokio::test]
async fn an_invited_user_hears_of_it_by_mail_sees_it_and_joins() {
    let app = App::start().await;
    let (owner, sonny) = stage(&app, "private").await;
    let invite = owner.invited_user().await;
    let mail = app.mail_to("juliet@towne.com").await;
    for part in [&mail.text, &mail.html] {
        let words = part.replace("<bdi>", "").replace("</bdi>", "");
        assert!(words.contains("You've been invited to join Private Group."), "{part}");
    }
    let seen = sonny.sees_own_invites().await;
    assert_eq!(
        (&seen[0]["id"], &seen[0]["user_id"], &seen[0]["group"]["group_invite_id"]),
        (&json!(invite), &json!(29845), &json!(invite))
    );
    let joined = sonny.joins(3773).await.is(201).opens_to_browsers().json["group_member"].clone();
    assert_eq!((&joined["user"]["id"], &joined["group"]["id"]), (&json!(29845), &json!(3773)));
    assert_eq!(
        (&joined["group"]["member_count"], &joined["group"]["group_member_id"]),
        (&json!(1), &joined["id"])
    );
    assert!(joined["group"]["group_invite_id"].is_null() && joined["id"].is_u64());
    assert_eq!(owner.sees_members().await, ["29842", INVITED]);
    assert!(
        sonny.sees_own_invites().await.is_empty() && owner.sees_group_invites().await.is_empty()
    );
    assert_eq!(owner.reads(&invite.to_string()).await.json["state"], "accepted");
}

#[tokio::test]
async fn an_invite_made_here_is_an_ordinary_one() {
    let app = App::start().await;
    let (owner, sonny) = stage(&app, "private").await;
    let id = owner.invited_user().await.to_string();
    let read = owner.reads(&id).await.is(200).json;
    assert_eq!(
        (&read["state"], &read["roles"], &read["identity_policy"]),
        (&json!("pending"), &json!(["member"]), &json!("strict"))
    );
    assert_eq!(
        (&read["invitee"]["kind"], &read["invitee"]["user_id"]),
        (&json!("user"), &json!(INVITED))
    );
    let (made, ends) = (
        crate::app::seconds(read["created_at"].as_str().unwrap()),
        crate::app::seconds(read["expires_at"].as_str().unwrap()),
    );
    assert_eq!(ends - made, 7 * 86_400);
    assert_eq!(sonny.looks_into_inbox().await.each("id"), [id.as_str()]);
    sonny.accepts_by_id(&id).await.is(200);
    owner.invites_user(29845).await.says(422, A_MEMBER);
}

#[tokio::test]
async fn an_invite_made_elsewhere_can_be_declined_here_and_the_other_way_round() {
    let app = App::start().await;
    let (owner, sonny) = stage(&app, "private").await;
    let by_mail = owner.invited(json!({"email": "Juliet@towne.com"})).await;
    sonny.turns_down(&by_mail.id).await.is(204);
    assert_eq!(owner.reads(&by_mail.id).await.json["state"], "declined");
    let id = owner.invited_user().await;
    sonny.declines_by_id(&id.to_string()).await.is(200);
    sonny.turns_down(id).await.is(204);
}

#[tokio::test]
async fn declining_is_the_recipient_s_and_can_be_repeated() {
    let app = App::start().await;
    let (owner, sonny) = stage(&app, "private").await;
    let id = owner.invited_user().await;
    owner.turns_down(id).await.has_no_body(403);
    app.user("29901").turns_down(id).await.has_no_body(404);
    let answer = sonny.turns_down(id).await.is(204).opens_to_browsers();
    assert_eq!((answer.text.as_str(), answer.header("content-type")), ("", ""));
    sonny.turns_down(id).await.is(204);
    assert_eq!(owner.reads(&id.to_string()).await.json["state"], "declined");
    for other in [
        "506",
        "0",
        "01",
        &format!("0{id}"),
        &format!("{id}.0"),
        "9007199254740992",
        "18446744073709551616",
        "-1",
        "x",
    ] {
        sonny.turns_down(other).await.has_no_body(404);
    }
    app.nobody().turns_down(id).await.says(401, ACCESS_DENIED);
}

#[tokio::test]
async fn an_invite_that_is_over_is_not_there_and_never_blocks_another() {
    let app = App::start().await;
    let (owner, sonny) = stage(&app, "private").await;
    let id = owner.invited_user().await;
    owner.invites_user(29845).await.says(422, TAKEN);
    sonny.turns_down(id).await.is(204);
    assert!(sonny.sees_own_invites().await.is_empty());
    sonny.joins(3773).await.has_no_body(403);

    assert_eq!(owner.invited_user().await, id);
    owner.revokes(&id.to_string()).await.is(200);
    sonny.turns_down(id).await.has_no_body(404);
    sonny.joins(3773).await.has_no_body(403);

    assert_eq!(owner.invited_user().await, id);
    app.advance(7 * 86_400);
    assert!(
        sonny.sees_own_invites().await.is_empty() && owner.sees_group_invites().await.is_empty()
    );
    sonny.turns_down(id).await.has_no_body(404);
    sonny.joins(3773).await.has_no_body(403);

    assert_eq!(owner.invited_user().await, id);
    sonny.joins(3773).await.is(201);
    sonny.turns_down(id).await.has_no_body(404);
    // Who has left can be invited again.
    sonny.removes(INVITED).await.is(204);
    owner.invited_user().await;
    sonny.joins(3773).await.is(201);
}
