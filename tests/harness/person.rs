//! A person who calls the service, signed in or not.

use std::sync::Mutex;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared::domain::clock::Clock;

use crate::Answer;

/// How long a token is used before the next one is asked for, in the service's seconds.
const TOKEN_AGE: i64 = 1800;

/// A person, by what their token says.
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
    /// A person whose token has these claims, or who isn't signed in.
    pub(crate) fn new(service: Service, claims: Option<Value>) -> Self {
        Self { service, claims, token: Mutex::default() }
    }

    /// The same person with this claim, as `POST /local/token` takes it.
    #[must_use]
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.as_mut().expect("a person who is signed in")[name] = value;
        self
    }

    /// The same person with this verified address.
    #[must_use]
    pub fn email(self, address: &str) -> Self {
        self.claim("email", json!(address))
    }

    /// The same person with this display name.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.claim("name", json!(name))
    }

    /// Returns the address that the person's token has.
    ///
    /// # Panics
    /// It has none.
    pub fn address(&self) -> &str {
        let claims = self.claims.as_ref().expect("a person who is signed in");
        claims["email"].as_str().expect("a person with an address")
    }

    /// Returns the access token, which is asked for when it is first needed and when it has grown
    /// old. A person who isn't signed in has none.
    pub async fn signs_in(&self) -> Option<String> {
        let claims = self.claims.as_ref()?;
        let now = self.service.clock.now().seconds();
        let known = self.token.lock().expect("no panic").clone();
        if let Some((_, token)) = known.filter(|(since, _)| now - since < TOKEN_AGE) {
            return Some(token);
        }
        let url = format!("{}/local/token", self.service.url);
        let answer = Answer::to(self.service.client.post(url).json(claims)).await.is(200);
        let token = answer.text_at("/access_token").to_owned();
        *self.token.lock().expect("no panic") = Some((now, token.clone()));
        Some(token)
    }

    /// Returns a request to this path, not yet signed.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.service.client.request(method, format!("{}{path}", self.service.url))
    }

    /// Sends the request, signed by this person.
    pub async fn sends(&self, request: RequestBuilder) -> Answer {
        let request = match self.signs_in().await {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Answer::to(request).await
    }

    /// Sends a `GET`.
    pub async fn gets(&self, path: &str) -> Answer {
        self.sends(self.request(Method::GET, path)).await
    }

    /// Sends a `POST` of this JSON.
    pub async fn posts(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::POST, path).json(body)).await
    }

    /// Sends a `PUT` of this JSON.
    pub async fn puts(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::PUT, path).json(body)).await
    }

    /// Sends a `PATCH` of this JSON.
    pub async fn patches(&self, path: &str, body: &Value) -> Answer {
        self.sends(self.request(Method::PATCH, path).json(body)).await
    }

    /// Sends a `DELETE`.
    pub async fn deletes(&self, path: &str) -> Answer {
        self.sends(self.request(Method::DELETE, path)).await
    }
}
