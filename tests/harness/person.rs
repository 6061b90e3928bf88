//! The people who call the service, signed in or not.

use std::sync::Mutex;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared::domain::clock::Clock;

use crate::Answer;

/// The age at which a token is replaced, in seconds of the service's clock.
const TOKEN_AGE: i64 = 1800;

/// A person, described by the claims of their token.
pub struct Person {
    service: Service,
    claims: Option<Value>,
    token: Mutex<Option<(i64, String)>>,
}

/// The service that a person calls.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) client: Client,
    pub(crate) clock: Clock,
}

impl Person {
    /// Makes a person with these claims. `None` is a person who is not signed in.
    pub(crate) fn new(service: Service, claims: Option<Value>) -> Self {
        Self { service, claims, token: Mutex::default() }
    }

    /// Adds a claim, in the form that `POST /local/token` reads.
    #[must_use]
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.as_mut().expect("the person is signed in")[name] = value;
        self
    }

    /// Adds a verified address.
    #[must_use]
    pub fn email(self, address: &str) -> Self {
        self.claim("email", json!(address))
    }

    /// Adds a display name.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.claim("name", json!(name))
    }

    /// Returns the address in the person's token.
    ///
    /// # Panics
    /// The token has no address.
    pub fn address(&self) -> &str {
        let claims = self.claims.as_ref().expect("the person is signed in");
        claims["email"].as_str().expect("the person has an address")
    }

    /// Returns the access token, and fetches a new one if there is none or it is old. `None` for a
    /// person who is not signed in.
    pub async fn signs_in(&self) -> Option<String> {
        let claims = self.claims.as_ref()?;
        let now = self.service.clock.now().seconds();
        let known = self.token.lock().expect("the lock is not poisoned").clone();
        if let Some((_, token)) = known.filter(|(since, _)| now - since < TOKEN_AGE) {
            return Some(token);
        }
        let url = format!("{}/local/token", self.service.url);
        let answer = Answer::to(self.service.client.post(url).json(claims)).await.is(200);
        let token = answer.text_at("/access_token").to_owned();
        *self.token.lock().expect("the lock is not poisoned") = Some((now, token.clone()));
        Some(token)
    }

    /// Returns a request to this path, without credentials.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.service.client.request(method, format!("{}{path}", self.service.url))
    }

    /// Sends the request with this person's token.
    pub async fn sends(&self, request: RequestBuilder) -> Answer {
        Answer::to(self.signed(request).await).await
    }

    /// Sends the request with this person's token. The service must fail.
    pub async fn meets_a_fault(&self, request: RequestBuilder) -> Answer {
        Answer::whatever(self.signed(request).await).await.is(500)
    }

    /// Sends the request with this person's token, and returns the answer, whatever its status.
    pub async fn sends_whatever(&self, request: RequestBuilder) -> Answer {
        Answer::whatever(self.signed(request).await).await
    }

    async fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        match self.signs_in().await {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a `GET` request.
    pub async fn gets(&self, path: &str) -> Answer {
        self.sends(self.request(Method::GET, path)).await
    }

    /// Sends a `POST` request with this JSON.
    pub async fn posts(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::POST, path).json(body)).await
    }

    /// Sends a `PUT` request with this JSON.
    pub async fn puts(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::PUT, path).json(body)).await
    }

    /// Sends a `PATCH` request with this JSON.
    pub async fn patches(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::PATCH, path).json(body)).await
    }

    /// Sends a `DELETE` request.
    pub async fn deletes(&self, path: &str) -> Answer {
        self.sends(self.request(Method::DELETE, path)).await
    }
}
