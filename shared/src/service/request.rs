//! What a request function works with.

use std::time::Duration;

use super::settings::ApiSettings;
use crate::auth::{Authenticator, Caller, Unauthenticated};
use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Clock;
use crate::engine::{Engine, Outcome};
use crate::outbound::Outbound;

/// How long a start may wait for connections.
const CONNECTING: Duration = Duration::from_millis(1500);

/// What a request function works with. Clones share connections and keys.
#[derive(Clone)]
pub struct Service {
    /// The use cases.
    pub engine: Engine,
    /// The clock.
    pub clock: Clock,
    /// Where links lead: `PUBLIC_URL`.
    pub public_url: String,
    /// The app's own login: `SIGN_IN_URL`.
    pub sign_in_url: String,
    /// Where redirects may lead: `REDIRECT_ORIGINS`, separated by commas.
    pub redirect_origins: Vec<String>,
    /// The largest body that is read, in bytes: `LIMIT_BODY_BYTES`.
    pub body_limit: usize,
    /// What the deployment settles for the published APIs.
    pub api: ApiSettings,
    authenticator: Authenticator,
}

impl Service {
    /// Reads the configuration and makes the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn start(environment: &Environment, clock: Clock) -> Result<Self, ConfigError> {
        let outbound = Outbound::new();
        Ok(Self {
            engine: Engine::configure(environment, &outbound)?,
            clock,
            public_url: environment.url(settings::PUBLIC_URL)?,
            sign_in_url: environment.required(settings::SIGN_IN_URL)?.to_owned(),
            redirect_origins: origins(environment)?,
            body_limit: environment.parsed(settings::LIMIT_BODY_BYTES)?,
            api: ApiSettings::read(environment)?,
            authenticator: Authenticator::configure(environment, &outbound)?,
        })
    }

    /// As a Lambda function starts: from the process's environment, with the system's clock,
    /// logging.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn of_process() -> Result<Self, ConfigError> {
        let environment = Environment::of_process();
        crate::telemetry::init(&environment);
        Self::start(&environment, Clock::system())
    }

    /// Warms up during init, when Lambda gives a full CPU: connects to the table and fetches the
    /// issuer's keys concurrently (ADR 0019). Failures are ignored; the first request retries.
    pub async fn connected(self) -> Self {
        in_time(futures::future::join(
            self.engine.connect(),
            self.authenticator.prepare(self.clock.now()),
        ))
        .await;
        self
    }

    /// As [`Self::connected`], to the table alone: for functions that need no sign-in.
    pub async fn connected_to_table(self) -> Self {
        in_time(self.engine.connect()).await;
        self
    }

    /// As [`Self::connected`], to the issuer alone: for functions that read nothing.
    pub async fn connected_to_issuer(self) -> Self {
        in_time(self.authenticator.prepare(self.clock.now())).await;
        self
    }

    /// The outcome of a use case that a token was given to; misses are counted for the request's
    /// network address.
    ///
    /// # Errors
    /// The outcome's own refusal, or `RateLimited` after too many misses.
    pub async fn guarded<T>(
        &self,
        request: &lambda_http::Request,
        outcome: Outcome<T>,
    ) -> Outcome<T> {
        match outcome {
            Ok(value) => Ok(value),
            Err(refusal) => Err(self
                .engine
                .count_miss(refusal, &crate::http::source_network(request), self.clock.now())
                .await),
        }
    }

    /// The caller whom the `Authorization` header proves.
    ///
    /// # Errors
    /// See [`Unauthenticated`].
    pub async fn caller(&self, request: &lambda_http::Request) -> Result<Caller, Unauthenticated> {
        let mut values = request.headers().get_all("authorization").iter();
        let (first, second) = (values.next(), values.next());
        let value = match (first, second) {
            (None, _) => None,
            (Some(value), None) => Some(value.to_str().map_err(|_| Unauthenticated::Invalid)?),
            (Some(_), Some(_)) => return Err(Unauthenticated::Invalid),
        };
        self.authenticator.caller(value, self.clock.now()).await
    }

    /// The audience that access tokens are made out to: `JWT_AUDIENCE`.
    pub fn audience(&self) -> &str {
        self.authenticator.audience()
    }

    /// The caller whom the token proves, for APIs that take it from elsewhere than `Authorization:
    /// Bearer`.
    ///
    /// # Errors
    /// See [`Unauthenticated`].
    pub async fn caller_by_token(&self, token: &str) -> Result<Caller, Unauthenticated> {
        self.authenticator.caller_by_token(token, self.clock.now()).await
    }
}

/// Waits for what is done beforehand, but not for long.
async fn in_time<T>(connecting: impl Future<Output = T>) {
    let _in_time = tokio::time::timeout(CONNECTING, connecting).await;
}

fn origins(environment: &Environment) -> Result<Vec<String>, ConfigError> {
    let wrong = || {
        settings::REDIRECT_ORIGINS
            .wrong("must be origins such as https://app.example, separated by commas")
    };
    let texts = environment
        .optional(settings::REDIRECT_ORIGINS)
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty());
    texts
        .map(|text| {
            let origin = url::Url::parse(text).map_err(|_| wrong())?.origin().ascii_serialization();
            if origin == text.trim_end_matches('/') { Ok(origin) } else { Err(wrong()) }
        })
        .collect()
}
