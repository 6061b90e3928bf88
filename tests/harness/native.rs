//! What people do at the native API.

use serde_json::{Value, json};

use crate::{Answer, GROUP, Person, at_last};

/// An invite that was made.
pub struct Invited {
    /// Its id.
    pub id: String,
    /// The token of its link.
    pub token: String,
    /// All that the answer shows.
    pub json: Value,
}

impl Invited {
    /// Reads the invite that an answer says is made.
    pub fn of(answer: Answer) -> Self {
        let json = answer.is(201).json;
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{json}")).to_owned();
        Self { id: text("id"), token: text("token"), json }
    }
}

/// Groups and members.
impl Person {
    /// Makes a group of this body, which must work.
    pub async fn creates(&self, group: Value) -> Answer {
        self.posts("/v1/groups", &group).await.is(201)
    }

    /// Makes [`GROUP`].
    pub async fn creates_group(&self) -> Answer {
        self.creates(json!({ "id": GROUP, "name": "Private Group" })).await
    }

    /// Makes [`GROUP`] with this policy.
    pub async fn creates_group_with(&self, policy: Value) -> Answer {
        self.creates(json!({ "id": GROUP, "name": "Private Group", "policy": policy })).await
    }

    /// Gives [`GROUP`] this policy, which must work.
    pub async fn sets_policy(&self, policy: Value) -> Answer {
        self.patches(&format!("/v1/groups/{GROUP}"), &json!({ "policy": policy })).await.is(200)
    }

    /// Returns the ids of the members of [`GROUP`].
    pub async fn sees_members(&self) -> Vec<String> {
        self.gets(&format!("/v1/groups/{GROUP}/members?limit=100")).await.is(200).each("user_id")
    }

    /// Gives a member of [`GROUP`] these roles.
    pub async fn gives_roles(&self, user: &str, roles: Value) -> Answer {
        self.patches(&format!("/v1/groups/{GROUP}/members/{user}"), &json!({ "roles": roles }))
            .await
    }

    /// Removes a member from [`GROUP`].
    pub async fn removes(&self, user: &str) -> Answer {
        self.deletes(&format!("/v1/groups/{GROUP}/members/{user}")).await
    }

    /// Makes `person` a member of [`GROUP`] with these roles, by an invite.
    pub async fn takes_in(&self, person: &Person, roles: Value) {
        let body = json!({ "email": person.address(), "roles": roles, "notify": false });
        let invited = self.invited(body).await;
        person.accepts(&invited.token).await.is(200);
    }

    /// Writes this user of the directory, which takes the scope `users:write`.
    pub async fn writes_user(&self, user: &str, profile: &Value) -> Answer {
        self.puts(&format!("/v1/users/{user}"), profile).await
    }
}

/// Inviting, and what becomes of the invite.
impl Person {
    /// Invites into [`GROUP`].
    pub async fn invites(&self, body: Value) -> Answer {
        self.invites_to(GROUP, body).await
    }

    /// Invites into this group.
    pub async fn invites_to(&self, group: &str, body: Value) -> Answer {
        self.posts(&format!("/v1/groups/{group}/invites"), &body).await
    }

    /// Invites into [`GROUP`], which must work.
    pub async fn invited(&self, body: Value) -> Invited {
        Invited::of(self.invites(body).await)
    }

    /// Accepts by the token.
    pub async fn accepts(&self, token: &str) -> Answer {
        self.posts("/v1/invites/accept", &json!({ "token": token })).await
    }

    /// Accepts by the token, and tries again as long as the service says so.
    pub async fn accepts_at_last(&self, token: &str) -> Answer {
        at_last(async || self.accepts(token).await).await
    }

    /// Accepts the invite of [`GROUP`] by its id.
    pub async fn accepts_by_id(&self, id: &str) -> Answer {
        self.accepts_in(GROUP, id).await
    }

    /// Accepts the invite of a group by its id.
    pub async fn accepts_in(&self, group: &str, id: &str) -> Answer {
        self.posts("/v1/invites/accept", &json!({ "group": group, "invite": id })).await
    }

    /// Declines by the token.
    pub async fn declines(&self, token: &str) -> Answer {
        self.posts("/v1/invites/decline", &json!({ "token": token })).await
    }

    /// Declines the invite of [`GROUP`] by its id.
    pub async fn declines_by_id(&self, id: &str) -> Answer {
        self.posts("/v1/invites/decline", &json!({ "group": GROUP, "invite": id })).await
    }

    /// Previews the invite of the token.
    pub async fn previews(&self, token: &str) -> Answer {
        self.posts("/v1/invites/preview", &json!({ "token": token })).await
    }

    /// Opens the page of the token's link.
    pub async fn opens(&self, token: &str) -> Answer {
        self.gets(&format!("/i/{token}")).await
    }

    /// Revokes the invite of [`GROUP`].
    pub async fn revokes(&self, id: &str) -> Answer {
        self.posts(&format!("/v1/groups/{GROUP}/invites/{id}/revoke"), &json!({})).await
    }

    /// Reads one invite of [`GROUP`].
    pub async fn reads(&self, id: &str) -> Answer {
        self.gets(&format!("/v1/groups/{GROUP}/invites/{id}")).await
    }

    /// Lists the invites of [`GROUP`]; `query` begins with `?` or is empty.
    pub async fn lists(&self, query: &str) -> Answer {
        self.gets(&format!("/v1/groups/{GROUP}/invites{query}")).await
    }

    /// Lists what this person is invited to.
    pub async fn looks_into_inbox(&self) -> Answer {
        self.gets("/v1/me/invites").await
    }
}
