//! The service of a function that answers requests.

use std::time::Duration;

use super::apps::AppLinks;
use super::page::PageSettings;
use super::settings::ApiSettings;
use crate::auth::{Authenticator, Caller, Reason, Unauthenticated};
use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Clock;
use crate::domain::redirect::RedirectTargets;
use crate::engine::{Engine, Outcome};
use crate::outbound::Outbound;

/// The longest time that init waits for connections.
const WARM_UP_TIMEOUT: Duration = Duration::from_millis(1500);

/// The clients and settings of a function that answers requests. Clones share connections and keys.
#[derive(Clone)]
pub struct Service {
    /// The use cases.
    pub engine: Engine,
    /// The clock.
    pub clock: Clock,
    /// The base URL of links: `PUBLIC_URL`.
    pub public_url: String,
    /// The app's name: `APP_NAME`.
    pub app_name: String,
    /// The app's sign-in page: `SIGN_IN_URL`.
    pub sign_in_url: String,
    /// The places that redirects may lead to: `APP_URL`, and the origins of `SIGN_IN_URL` and
    /// `REDIRECT_ORIGINS`.
    pub redirects: RedirectTargets,
    /// The largest accepted body, in bytes: `LIMIT_BODY_BYTES`.
    pub body_limit: usize,
    /// The largest accepted body of many invites, in bytes: `LIMIT_BULK_BODY_BYTES`.
    pub bulk_body_limit: usize,
    /// The settings of the invite page.
    pub page: PageSettings,
    /// The apps that open invitation links themselves.
    pub apps: AppLinks,
    /// The settings of the published APIs.
    pub api: ApiSettings,
    authenticator: Authenticator,
}

impl Service {
    /// Starts the service with an HTTP client of its own.
    ///
    /// # Errors
    /// Those of [`Self::start_with`].
    pub fn start(environment: &Environment, clock: Clock) -> Result<Self, ConfigError> {
        Self::start_with(environment, clock, &Outbound::new())
    }

    /// Reads the configuration and creates the clients, which use `outbound`.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the missing or invalid variable.
    pub fn start_with(
        environment: &Environment,
        clock: Clock,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            engine: Engine::configure(environment, outbound, &clock)?,
            clock,
            public_url: environment.url(settings::PUBLIC_URL)?,
            app_name: environment.required(settings::APP_NAME)?.to_owned(),
            sign_in_url: environment.required(settings::SIGN_IN_URL)?.to_owned(),
            redirects: redirects(environment)?,
            body_limit: environment.parsed(settings::LIMIT_BODY_BYTES)?,
            bulk_body_limit: environment.parsed(settings::LIMIT_BULK_BODY_BYTES)?,
            page: PageSettings::read(environment)?,
            apps: AppLinks::read(environment)?,
            api: ApiSettings::read(environment)?,
            authenticator: Authenticator::configure(environment, outbound)?,
        })
    }

    /// Starts the service of a Lambda function: with the environment of the process, the system's
    /// clock, and logging.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the missing or invalid variable.
    pub fn of_process() -> Result<Self, ConfigError> {
        let environment = Environment::of_process();
        crate::telemetry::init(&environment);
        Self::start(&environment, Clock::system())
    }

    /// Warms up during init, when Lambda gives a full CPU: connects to the table and fetches the
    /// issuer's keys concurrently (ADR 0019). Failures are ignored; the first request retries.
    pub async fn connected(self) -> Self {
        self.connected_for(1).await
    }

    /// Warms up as [`Self::connected`] does. For functions that begin with this many calls to the
    /// table at once, each of which needs a connection of its own.
    pub async fn connected_for(self, calls: usize) -> Self {
        within_warm_up(futures::future::join(
            self.engine.connect(calls),
            self.authenticator.prepare(self.clock.now()),
        ))
        .await;
        self
    }

    /// Warms up as [`Self::connected`] does, but only the connection to the table. For functions
    /// without sign-in.
    pub async fn connected_to_table(self) -> Self {
        within_warm_up(self.engine.connect(1)).await;
        self
    }

    /// Warms up as [`Self::connected`] does, but only the issuer's keys. For functions that do not
    /// read the table.
    pub async fn connected_to_issuer(self) -> Self {
        within_warm_up(self.authenticator.prepare(self.clock.now())).await;
        self
    }

    /// Returns the outcome of a use case that takes a token. Counts an unknown token against the
    /// request's network address.
    ///
    /// # Errors
    /// The error of `outcome`, or `Limited::Rate` after too many unknown tokens.
    pub async fn guarded<T>(
        &self,
        request: &lambda_http::Request,
        outcome: Outcome<T>,
    ) -> Outcome<T> {
        match outcome {
            Ok(value) => Ok(value),
            Err(stop) => Err(self
                .engine
                .count_miss(stop, &crate::http::source_network(request), self.clock.now())
                .await),
        }
    }

    /// Returns the caller that the `Authorization` header proves.
    ///
    /// # Errors
    /// Every variant of [`Unauthenticated`].
    pub async fn caller(&self, request: &lambda_http::Request) -> Result<Caller, Unauthenticated> {
        let mut values = request.headers().get_all("authorization").iter();
        let (first, second) = (values.next(), values.next());
        let unreadable = || refused(request, Unauthenticated::Invalid(Reason::Credentials));
        let value = match (first, second) {
            (None, _) => None,
            (Some(value), None) => Some(value.to_str().map_err(|_| unreadable())?),
            (Some(_), Some(_)) => return Err(unreadable()),
        };
        let caller = self.authenticator.caller(value, self.clock.now()).await;
        caller.map_err(|error| refused(request, error))
    }

    /// Returns the audience that access tokens must name: `JWT_AUDIENCE`.
    pub fn audience(&self) -> &str {
        self.authenticator.audience()
    }

    /// Returns the caller that a token of `request` proves, for APIs that take the token from
    /// elsewhere than `Authorization: Bearer`.
    ///
    /// # Errors
    /// `Expired`, `Invalid` or `IssuerUnavailable`.
    pub async fn caller_by_token(
        &self,
        request: &lambda_http::Request,
        token: &str,
    ) -> Result<Caller, Unauthenticated> {
        let caller = self.authenticator.caller_by_token(token, self.clock.now()).await;
        caller.map_err(|error| refused(request, error))
    }
}

/// Logs why the request has no caller, as a code and without values, with the id of the request.
/// Returns the reason.
///
/// Each API calls it once, for what its own rules about credentials refuse.
pub(crate) fn refused(request: &lambda_http::Request, error: Unauthenticated) -> Unauthenticated {
    let (id, reason) = (crate::http::request_id(request), error.code());
    match &error {
        Unauthenticated::IssuerUnavailable(error) => {
            tracing::error!(request.id = id, reason, %error, "Could not fetch the issuer's keys");
        }
        Unauthenticated::Missing | Unauthenticated::Expired | Unauthenticated::Invalid(_) => {
            tracing::info!(request.id = id, reason, "The caller is not signed in");
        }
    }
    error
}

/// Awaits the warm-up, but no longer than [`WARM_UP_TIMEOUT`].
async fn within_warm_up<T>(warm_up: impl Future<Output = T>) {
    let _finished = tokio::time::timeout(WARM_UP_TIMEOUT, warm_up).await;
}

fn redirects(environment: &Environment) -> Result<RedirectTargets, ConfigError> {
    let app = environment.page(settings::APP_URL)?;
    let sign_in = environment
        .page(settings::SIGN_IN_URL)?
        .ok_or_else(|| settings::SIGN_IN_URL.wrong("is not set"))?;
    Ok(RedirectTargets::new(app, &sign_in, origins(environment)?))
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
