//! Requests to the native API in the form of API Gateway's events, and their answers.

use harness::events::{env_json, pretty};
use harness::{Answer, SigningKey};
use serde_json::{Value, json};
use shared::domain::clock::Timestamp;

use crate::lambda::Deployment;

/// A caller, given by the claims of their access token as JSON.
pub(crate) type Claims = &'static str;

pub(crate) const GRACE: Claims = r#"{"sub": "29842", "name": "Grace Hopper", "email": "grace@example.com", "email_verified": true}"#;
pub(crate) const ADA: Claims = r#"{"sub": "29845", "name": "Ada Lovelace", "email": "ada@example.com", "email_verified": true}"#;
pub(crate) const EVE: Claims =
    r#"{"sub": "29901", "name": "Eve Adams", "email": "eve@example.org", "email_verified": true}"#;
pub(crate) const APP: Claims = r#"{"sub": "directory-sync", "scope": "users:write"}"#;
/// An app that may read and clear the suppression list.
pub(crate) const SUPPRESSIONS: Claims = r#"{"sub": "crm", "scope": "suppressions:write"}"#;
/// Ada with an unverified address.
pub(crate) const UNVERIFIED: Claims =
    r#"{"sub": "29845", "email": "ada@example.com", "email_verified": false}"#;
/// Grace, with an access token that ended an hour before the tests begin.
pub(crate) const EXPIRED: Claims = r#"{"sub": "29842", "iat": 1795208400, "exp": 1795215600}"#;
/// A caller who is not signed in.
pub(crate) const NOBODY: Claims = "";

/// 2026-11-21T00:00:00Z.
const START: i64 = 1_795_219_200;

/// A deployment with the group `3773`, which Grace owns.
pub(crate) struct Api {
    pub(crate) deployment: Deployment,
}

/// A request to one function.
pub(crate) struct Call<'a> {
    pub(crate) package: &'a str,
    pub(crate) method: &'a str,
    pub(crate) parameters: &'a [(&'a str, &'a str)],
    pub(crate) caller: Claims,
    pub(crate) query: &'a str,
    pub(crate) body: Option<String>,
    /// Headers beside those that every request has, or instead of them.
    pub(crate) headers: Value,
}

/// An answer that can be shown as a snapshot.
pub(crate) trait Shown {
    /// Returns the answer as text, without its random values.
    fn shown(&self) -> String;

    /// Returns the answer as text, without the ids and tokens of the links in `other`.
    fn shown_without(&self, other: &Self) -> String;
}

impl Shown for Answer {
    fn shown(&self) -> String {
        self.shown_without(self)
    }

    fn shown_without(&self, other: &Self) -> String {
        let mut shown = format!("{}\n{}\n", self.status, pretty(&self.text));
        let single = std::slice::from_ref(&other.json);
        let invites = other.json["data"].as_array().map_or(single, Vec::as_slice);
        for link in invites.iter().filter(|invite| invite["invitee"]["kind"] == "link") {
            for (value, name) in [(&link["id"], "[id]"), (&link["token"], "[token]")] {
                shown = value.as_str().map_or(shown.clone(), |value| shown.replace(value, name));
            }
        }
        match self.next_cursor() {
            Some(cursor) => shown.replace(cursor, "[cursor]"),
            None => shown,
        }
    }
}

/// Returns an access token with these claims, signed with the secret of `events/env.json`.
fn access_token(claims: Claims) -> String {
    let secret = env_json().into_iter().find(|(name, _)| name == "JWT_HS256_SECRET").unwrap().1;
    let mut claims: Value = serde_json::from_str(claims).unwrap();
    for (name, value) in [
        ("iss", json!("https://issuer.example.com/")),
        ("aud", json!("beckon")),
        ("iat", json!(START)),
        ("exp", json!(START * 2)),
    ] {
        claims.as_object_mut().unwrap().entry(name).or_insert(value);
    }
    SigningKey::hs256("events", secret.as_bytes()).signs(&claims)
}

impl Api {
    pub(crate) async fn with_group() -> Self {
        Self::with_group_and(&[]).await
    }

    pub(crate) async fn with_group_and(variables: &[(&str, &str)]) -> Self {
        let api = Self {
            deployment: Deployment::start_with(Timestamp::from_seconds(START), variables).await,
        };
        let group = json!({"id": "3773", "name": "Private Group", "description": "Private group"});
        assert_eq!(
            api.send_to("native-manage-groups", "POST", &[], GRACE, "", Some(group)).await.status,
            201
        );
        api
    }

    /// Sends a request with the group's id as path parameter.
    pub(crate) async fn send(
        &self,
        package: &str,
        method: &str,
        caller: Claims,
        query: &str,
        body: Option<Value>,
    ) -> Answer {
        self.send_to(package, method, &[("group", "3773")], caller, query, body).await
    }

    pub(crate) async fn send_to(
        &self,
        package: &str,
        method: &str,
        parameters: &[(&str, &str)],
        caller: Claims,
        query: &str,
        body: Option<Value>,
    ) -> Answer {
        let (body, headers) = (body.map(|body| body.to_string()), json!({}));
        self.call(Call { package, method, parameters, caller, query, body, headers }).await
    }

    pub(crate) async fn call(&self, call: Call<'_>) -> Answer {
        let Call { package, method, parameters, caller, query, body, headers: own } = call;
        let mut headers = json!({"host": "join.example.com", "content-type": "application/json"});
        if caller != NOBODY {
            headers["authorization"] = json!(format!("Bearer {}", access_token(caller)));
        }
        for (name, value) in own.as_object().unwrap() {
            headers[name] = value.clone();
        }
        let event = json!({"version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": query, "headers": headers,
            "pathParameters": parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>(),
            "requestContext": {"http": {"method": method, "path": "/", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "test"},
                "requestId": "request-1", "stage": "$default", "domainName": "join.example.com"},
            "body": body, "isBase64Encoded": false});
        self.of_event(package, &event.to_string()).await
    }

    /// Invokes the function with this event.
    pub(crate) async fn of_event(&self, package: &str, event: &str) -> Answer {
        Answer::of_function(&self.deployment.invoke(package, event).await)
    }

    pub(crate) async fn invite(&self, caller: Claims, body: Value) -> Answer {
        self.send("native-create-invite", "POST", caller, "", Some(body)).await
    }

    pub(crate) async fn accept(&self, caller: Claims, token: &Value) -> Answer {
        self.send_to("native-accept-invite", "POST", &[], caller, "", Some(json!({"token": token})))
            .await
    }

    pub(crate) async fn decline(&self, body: &Value) -> Answer {
        self.decline_as(NOBODY, body).await
    }

    pub(crate) async fn decline_as(&self, caller: Claims, body: &Value) -> Answer {
        self.send_to("native-decline-invite", "POST", &[], caller, "", Some(body.clone())).await
    }

    pub(crate) async fn preview(&self, body: &Value) -> Answer {
        self.send_to("native-preview-invite", "POST", &[], NOBODY, "", Some(body.clone())).await
    }

    pub(crate) async fn mine(&self, caller: Claims) -> Answer {
        self.send_to("native-list-my-invites", "GET", &[], caller, "", None).await
    }

    pub(crate) async fn revoke(&self, caller: Claims, id: &Value) -> Answer {
        let parameters = [("group", "3773"), ("invite", id.as_str().unwrap())];
        self.send_to("native-revoke-invite", "POST", &parameters, caller, "", None).await
    }

    pub(crate) async fn user(&self, id: &str, profile: Value) -> Answer {
        self.send_to("native-manage-users", "PUT", &[("user", id)], APP, "", Some(profile)).await
    }

    pub(crate) async fn member(
        &self,
        method: &str,
        caller: Claims,
        id: &str,
        body: Option<Value>,
    ) -> Answer {
        self.send_to(
            "native-manage-members",
            method,
            &[("group", "3773"), ("user", id)],
            caller,
            "",
            body,
        )
        .await
    }

    pub(crate) async fn change_group(&self, body: Value) -> Answer {
        self.send("native-manage-groups", "PATCH", GRACE, "", Some(body)).await
    }

    /// Invites the caller with this role, and accepts for them.
    pub(crate) async fn join(&self, caller: Claims, role: &str) {
        let email = serde_json::from_str::<Value>(caller).unwrap()["email"].clone();
        let invite = self.invite(GRACE, json!({"email": email, "roles": [role]})).await;
        assert_eq!(self.accept(caller, &invite.json["token"]).await.status, 200);
    }
}
