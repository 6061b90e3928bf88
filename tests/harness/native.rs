//! The calls to the native API.

use serde_json::{Value, json};

use crate::{Answer, GROUP, Person, at_last};

/// A created invite.
pub struct Invited {
    /// The invite's id.
    pub id: String,
    /// The token of its link.
    pub token: String,
    /// The body of the answer.
    pub json: Value,
}

impl Invited {
    /// Reads the invite from the answer to a create.
    ///
    /// # Panics
    /// The status is not 201.
    pub fn of(answer: Answer) -> Self {
        let json = answer.is(201).json;
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{json}")).to_owned();
        Self { id: text("id"), token: text("token"), json }
    }
}

/// Calls about groups and members.
impl Person {
    /// Creates a group with this body, and asserts success.
    pub async fn creates(&self, group: Value) -> Answer {
        self.posts("/v1/groups", &group).await.is(201)
    }

    /// Creates [`GROUP`].
    pub async fn creates_group(&self) -> Answer {
        self.creates(json!({ "id": GROUP, "name": "Private Group" })).await
    }

    /// Creates [`GROUP`] with this policy.
    pub async fn creates_group_with(&self, policy: Value) -> Answer {
        self.creates(json!({ "id": GROUP, "name": "Private Group", "policy": policy })).await
    }

    /// Changes the policy of [`GROUP`], and asserts success.
    pub async fn sets_policy(&self, policy: Value) -> Answer {
        self.patches(&format!("/v1/groups/{GROUP}"), &json!({ "policy": policy })).await.is(200)
    }

    /// Returns the ids of the members of [`GROUP`].
    pub async fn sees_members(&self) -> Vec<String> {
        self.gets(&format!("/v1/groups/{GROUP}/members?limit=100")).await.is(200).each("user_id")
    }

    /// Changes the roles of a member of [`GROUP`].
    pub async fn gives_roles(&self, user: &str, roles: Value) -> Answer {
        self.patches(&format!("/v1/groups/{GROUP}/members/{user}"), &json!({ "roles": roles }))
            .await
    }

    /// Removes a member from [`GROUP`].
    pub async fn removes(&self, user: &str) -> Answer {
        self.deletes(&format!("/v1/groups/{GROUP}/members/{user}")).await
    }

    /// Invites `person` into [`GROUP`] with these roles, and accepts for them.
    pub async fn takes_in(&self, person: &Person, roles: Value) {
        let body = json!({ "email": person.address(), "roles": roles, "notify": false });
        let invited = self.invited(body).await;
        person.accepts(&invited.token).await.is(200);
    }

    /// Writes a user of the directory. The caller needs the scope `users:write`.
    pub async fn writes_user(&self, user: &str, profile: &Value) -> Answer {
        self.puts(&format!("/v1/users/{user}"), profile).await
    }
}

/// Calls about invites.
impl Person {
    /// Creates an invite in [`GROUP`].
    pub async fn invites(&self, body: Value) -> Answer {
        self.invites_to(GROUP, body).await
    }

    /// Creates an invite in this group.
    pub async fn invites_to(&self, group: &str, body: Value) -> Answer {
        self.posts(&format!("/v1/groups/{group}/invites"), &body).await
    }

    /// Creates an invite in [`GROUP`], and asserts success.
    pub async fn invited(&self, body: Value) -> Invited {
        Invited::of(self.invites(body).await)
    }

    /// Accepts an invite by its token.
    pub async fn accepts(&self, token: &str) -> Answer {
        self.posts("/v1/invites/accept", &json!({ "token": token })).await
    }

    /// Accepts an invite by its token, and retries after each 503.
    pub async fn accepts_at_last(&self, token: &str) -> Answer {
        at_last(async || self.accepts(token).await).await
    }

    /// Accepts an invite of [`GROUP`] by its id.
    pub async fn accepts_by_id(&self, id: &str) -> Answer {
        self.accepts_in(GROUP, id).await
    }

    /// Accepts an invite of this group by its id.
    pub async fn accepts_in(&self, group: &str, id: &str) -> Answer {
        self.posts("/v1/invites/accept", &json!({ "group": group, "invite": id })).await
    }

    /// Declines an invite by its token.
    pub async fn declines(&self, token: &str) -> Answer {
        self.posts("/v1/invites/decline", &json!({ "token": token })).await
    }

    /// Declines an invite of [`GROUP`] by its id.
    pub async fn declines_by_id(&self, id: &str) -> Answer {
        self.posts("/v1/invites/decline", &json!({ "group": GROUP, "invite": id })).await
    }

    /// Previews an invite by its token.
    pub async fn previews(&self, token: &str) -> Answer {
        self.posts("/v1/invites/preview", &json!({ "token": token })).await
    }

    /// Opens the page of an invite by its token.
    pub async fn opens(&self, token: &str) -> Answer {
        self.gets(&format!("/i/{token}")).await
    }

    /// Revokes an invite of [`GROUP`].
    pub async fn revokes(&self, id: &str) -> Answer {
        self.posts(&format!("/v1/groups/{GROUP}/invites/{id}/revoke"), &json!({})).await
    }

    /// Resends an invite of [`GROUP`].
    pub async fn resends(&self, id: &str, body: Value) -> Answer {
        self.posts(&format!("/v1/groups/{GROUP}/invites/{id}/resend"), &body).await
    }

    /// Revokes many invites of [`GROUP`].
    pub async fn revokes_many(&self, body: Value) -> Answer {
        self.posts(&format!("/v1/groups/{GROUP}/invites/revoke"), &body).await
    }

    /// Resends many invites of [`GROUP`].
    pub async fn resends_many(&self, body: Value) -> Answer {
        self.posts(&format!("/v1/groups/{GROUP}/invites/resend"), &body).await
    }

    /// Changes an invite of [`GROUP`].
    pub async fn updates(&self, id: &str, change: Value) -> Answer {
        self.patches(&format!("/v1/groups/{GROUP}/invites/{id}"), &change).await
    }

    /// Reveals the link of an invite of [`GROUP`].
    pub async fn reveals(&self, id: &str) -> Answer {
        self.posts(&format!("/v1/groups/{GROUP}/invites/{id}/link"), &json!({})).await
    }

    /// Reads one invite of [`GROUP`].
    pub async fn reads(&self, id: &str) -> Answer {
        self.gets(&format!("/v1/groups/{GROUP}/invites/{id}")).await
    }

    /// Lists the invites of [`GROUP`]. `query` begins with `?` or is empty.
    pub async fn lists(&self, query: &str) -> Answer {
        self.gets(&format!("/v1/groups/{GROUP}/invites{query}")).await
    }

    /// Reads the events of [`GROUP`]. `query` begins with `?` or is empty.
    pub async fn reads_events(&self, query: &str) -> Answer {
        self.gets(&format!("/v1/groups/{GROUP}/events{query}")).await
    }

    /// Lists the pending invites of this person.
    pub async fn looks_into_inbox(&self) -> Answer {
        self.gets("/v1/me/invites").await
    }
}
