//! Requests to the evanta API, and assertions about its answers.

use harness::{Answer, Person};
use reqwest::Method;
use serde_json::{Value, json};

use super::invites;

/// Requests that a person sends to the evanta API.
pub(super) trait AtEvanta {
    /// Invites a user into [`GROUP`](harness::GROUP).
    async fn invites_user(&self, user: impl Into<Value>) -> Answer;

    /// Invites [`INVITED`](super::INVITED) into [`GROUP`](harness::GROUP), asserts success and
    /// returns the invite's id.
    async fn invited_user(&self) -> u64;

    /// Declines the invite.
    async fn declines_invite(&self, id: impl std::fmt::Display) -> Answer;

    /// Joins the group.
    async fn joins(&self, group: impl Into<Value>) -> Answer;

    /// Returns the caller's own invites.
    async fn sees_own_invites(&self) -> Vec<Value>;

    /// Returns the invites of [`GROUP`](harness::GROUP).
    async fn sees_group_invites(&self) -> Vec<Value>;

    /// Sends a `POST` with this body and content type.
    async fn sends_body(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer;
}

impl AtEvanta for Person {
    async fn invites_user(&self, user: impl Into<Value>) -> Answer {
        self.posts(
            "/group_invites",
            &json!({"group_invite": {"user_id": user.into(), "group_id": 3773}}),
        )
        .await
    }

    async fn invited_user(&self) -> u64 {
        self.invites_user(29845).await.is(201).json["group_invite"]["id"]
            .as_u64()
            .expect("an invite's id is a number")
    }

    async fn declines_invite(&self, id: impl std::fmt::Display) -> Answer {
        self.deletes(&format!("/group_invites/{id}")).await
    }

    async fn joins(&self, group: impl Into<Value>) -> Answer {
        self.posts("/group_members", &json!({"group_member": {"group_id": group.into()}})).await
    }

    async fn sees_own_invites(&self) -> Vec<Value> {
        invites(&self.gets("/group_invites/groups").await.is(200)).to_vec()
    }

    async fn sees_group_invites(&self) -> Vec<Value> {
        invites(&self.gets("/group_invites/users/3773").await.is(200)).to_vec()
    }

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

/// Assertions about answers of the evanta API.
pub(super) trait EvantaAnswer {
    /// Asserts the status and an empty body, as Rails' `head` sends them.
    fn has_no_body(self, status: u16) -> Self;

    /// Asserts the status and the whole body.
    fn has_body(self, status: u16, body: &str) -> Self;

    /// Asserts the CORS headers that every answer of this API has
    /// (docs/contracts/evanta.md#cross-origin-requests).
    fn allows_every_origin(self) -> Self;
}

impl EvantaAnswer for Answer {
    #[track_caller]
    fn has_no_body(self, status: u16) -> Self {
        let answer = self.is(status);
        assert_eq!((answer.text.as_str(), answer.header("content-type")), ("", "application/json"));
        answer.allows_every_origin()
    }

    #[track_caller]
    fn has_body(self, status: u16, body: &str) -> Self {
        let answer = self.is(status);
        assert_eq!(
            (answer.text.as_str(), answer.header("content-type")),
            (body, "application/json")
        );
        answer.allows_every_origin()
    }

    #[track_caller]
    fn allows_every_origin(self) -> Self {
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
