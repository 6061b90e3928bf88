//! Somebody who calls the service, signed in or not.

use std::sync::Mutex;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Answer, App, GROUP};

/// How long a token is used before the next one is asked for, in the service's seconds.
const TOKEN_AGE: i64 = 1800;
/// How often a client that is told to try again does.
const TRIES: u32 = 60;

/// A person, by what their token says.
pub(crate) struct Actor<'a> {
    app: &'a App,
    claims: Option<Value>,
    token: Mutex<Option<(i64, String)>>,
}

/// An invite that was made.
pub(crate) struct Invited {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) json: Value,
}

impl<'a> Actor<'a> {
    pub(super) fn new(app: &'a App, claims: Option<Value>) -> Self {
        Self { app, claims, token: Mutex::default() }
    }

    /// The same with this claim, as `POST /local/token` takes it.
    pub(crate) fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.as_mut().expect("somebody signed in")[name] = value;
        self
    }

    /// The same with this verified address.
    pub(crate) fn email(self, address: &str) -> Self {
        self.claim("email", json!(address))
    }

    /// The same with this display name.
    pub(crate) fn name(self, name: &str) -> Self {
        self.claim("name", json!(name))
    }

    /// The access token, asked for when first needed and when it has grown old.
    pub(crate) async fn signs_in(&self) -> Option<String> {
        let claims = self.claims.as_ref()?;
        let now = self.app.now();
        let known = self
            .token
            .lock()
            .expect("no panic")
            .clone()
            .filter(|(since, _)| now - since < TOKEN_AGE);
        if let Some((_, token)) = known {
            return Some(token);
        }
        let url = format!("{}/local/token", self.app.running.url);
        let answer =
            self.app.client.post(url).json(claims).send().await.expect("the issuer answers");
        let answer: Value = answer.json().await.expect("JSON");
        let token =
            answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        *self.token.lock().expect("no panic") = Some((now, token.clone()));
        Some(token)
    }

    /// A request to this path, not yet signed.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.app.client.request(method, format!("{}{path}", self.app.running.url))
    }

    /// The answer to the request, signed by this person.
    pub(crate) async fn sends(&self, request: RequestBuilder) -> Answer {
        let request = match self.signs_in().await {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Answer::to(request).await
    }

    pub(crate) async fn gets(&self, path: &str) -> Answer {
        self.sends(self.request(Method::GET, path)).await
    }

    pub(crate) async fn posts(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn puts(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patches(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn deletes(&self, path: &str) -> Answer {
        self.sends(self.request(Method::DELETE, path)).await
    }

    /// Makes [`GROUP`].
    pub(crate) async fn creates_group(&self) -> Answer {
        self.creates(json!({ "id": GROUP, "name": "Private Group" })).await
    }

    /// Makes a group of this body.
    pub(crate) async fn creates(&self, group: Value) -> Answer {
        self.posts("/v1/groups", &group).await.is(201)
    }

    /// Makes [`GROUP`] with this policy.
    pub(crate) async fn creates_group_with(&self, policy: Value) -> Answer {
        self.creates(json!({ "id": GROUP, "name": "Private Group", "policy": policy })).await
    }

    /// Gives [`GROUP`] this policy.
    pub(crate) async fn sets_policy(&self, policy: Value) -> Answer {
        self.patches(&format!("/v1/groups/{GROUP}"), &json!({ "policy": policy })).await.is(200)
    }

    /// Asks to invite into [`GROUP`].
    pub(crate) async fn invites(&self, body: Value) -> Answer {
        self.invites_to(GROUP, body).await
    }

    pub(crate) async fn invites_to(&self, group: &str, body: Value) -> Answer {
        self.posts(&format!("/v1/groups/{group}/invites"), &body).await
    }

    /// Invites into [`GROUP`], which must work.
    pub(crate) async fn invited(&self, body: Value) -> Invited {
        Invited::of(self.invites(body).await)
    }

    /// Asks to invite into a group, and tries again as long as the service says so; whether it ever
    /// did.
    pub(crate) async fn invites_at_last(&self, group: &str, body: Value) -> (Answer, bool) {
        for tries in 0..TRIES {
            let answer = self.invites_to(group, body.clone()).await;
            if answer.status != 503 {
                return (answer, tries > 0);
            }
        }
        panic!("the service stayed unavailable")
    }

    pub(crate) async fn accepts(&self, token: &str) -> Answer {
        self.posts("/v1/invites/accept", &json!({ "token": token })).await
    }

    /// Accepts, and tries again as long as the service says so.
    pub(crate) async fn accepts_at_last(&self, token: &str) -> Answer {
        for _ in 0..TRIES {
            let answer = self.accepts(token).await;
            if answer.status != 503 {
                return answer;
            }
        }
        panic!("the service stayed unavailable")
    }

    /// Accepts the invite of [`GROUP`] by its id.
    pub(crate) async fn accepts_by_id(&self, id: &str) -> Answer {
        self.accepts_in(GROUP, id).await
    }

    pub(crate) async fn accepts_in(&self, group: &str, id: &str) -> Answer {
        self.posts("/v1/invites/accept", &json!({ "group": group, "invite": id })).await
    }

    /// Accepts the invite of a group by its id, which must work, and tries again as long as the
    /// service says so.
    pub(crate) async fn accepts_in_at_last(&self, group: &str, id: &str) -> Answer {
        for _ in 0..TRIES {
            let answer = self.accepts_in(group, id).await;
            if answer.status != 503 {
                return answer.is(200);
            }
        }
        panic!("the service stayed unavailable")
    }

    pub(crate) async fn declines(&self, token: &str) -> Answer {
        self.posts("/v1/invites/decline", &json!({ "token": token })).await
    }

    pub(crate) async fn declines_by_id(&self, id: &str) -> Answer {
        self.posts("/v1/invites/decline", &json!({ "group": GROUP, "invite": id })).await
    }

    pub(crate) async fn previews(&self, token: &str) -> Answer {
        self.posts("/v1/invites/preview", &json!({ "token": token })).await
    }

    pub(crate) async fn opens(&self, token: &str) -> Answer {
        self.gets(&format!("/i/{token}")).await
    }

    pub(crate) async fn revokes(&self, id: &str) -> Answer {
        self.posts(&format!("/v1/groups/{GROUP}/invites/{id}/revoke"), &json!({})).await
    }

    /// Reads one invite of [`GROUP`].
    pub(crate) async fn reads(&self, id: &str) -> Answer {
        self.gets(&format!("/v1/groups/{GROUP}/invites/{id}")).await
    }

    /// Lists the invites of [`GROUP`]; `query` begins with `?` or is empty.
    pub(crate) async fn lists(&self, query: &str) -> Answer {
        self.gets(&format!("/v1/groups/{GROUP}/invites{query}")).await
    }

    /// Lists what this person is invited to.
    pub(crate) async fn looks_into_inbox(&self) -> Answer {
        self.gets("/v1/me/invites").await
    }

    /// The ids of the members of [`GROUP`].
    pub(crate) async fn sees_members(&self) -> Vec<String> {
        self.gets(&format!("/v1/groups/{GROUP}/members?limit=100")).await.is(200).each("user_id")
    }

    pub(crate) async fn gives_roles(&self, user: &str, roles: Value) -> Answer {
        self.patches(&format!("/v1/groups/{GROUP}/members/{user}"), &json!({ "roles": roles }))
            .await
    }

    pub(crate) async fn removes(&self, user: &str) -> Answer {
        self.deletes(&format!("/v1/groups/{GROUP}/members/{user}")).await
    }

    /// Makes `who` a member of [`GROUP`] with these roles.
    pub(crate) async fn takes_in(&self, who: &Actor<'_>, roles: Value) {
        let address = who
            .claims
            .as_ref()
            .and_then(|claims| claims["email"].as_str())
            .expect("somebody with an address");
        let invited =
            self.invited(json!({ "email": address, "roles": roles, "notify": false })).await;
        who.accepts(&invited.token).await.is(200);
    }
}

impl Invited {
    /// The invite that an answer says is made.
    pub(crate) fn of(answer: Answer) -> Self {
        let json = answer.is(201).json;
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{json}")).to_owned();
        Self { id: text("id"), token: text("token"), json }
    }
}
