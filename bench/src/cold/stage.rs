//! The data that the functions use: a table with groups, users and invites, an issuer's keys, and
//! access tokens signed with them.
//!
//! The local service creates the data through its own API and then ends, so that it does not
//! disturb the measurement.

use axum::Json;
use axum::Router;
use axum::routing::get;
use beckon::{Options, Running};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::config::settings;
use tokio::task::JoinSet;

use super::tls::Certificates;
use crate::engine;
use crate::fault::Fault;

/// The most invites that are made in a group. With 25, a create needs a third round trip to take
/// a place among them (docs/adr/0049-many-pending-invites-are-counted-seldom.md).
const PER_GROUP: usize = 12;
/// The first group's id. Ids are numbers, so that every API can use them.
const FIRST_GROUP: usize = 1000;
/// The groups whose invites are listed, and the number of invites in each: one page.
const LISTED_GROUPS: usize = 50;
const LISTED: usize = 20;
const FIRST_LISTED_GROUP: usize = 1_000_000;
/// The number of users in the directory, and the first of their ids.
const PEOPLE: usize = 40;
pub(super) const FIRST_PERSON: usize = 5000;
/// How long the access tokens last, in seconds: the longest that a function takes.
const TOKEN_LIFETIME: u32 = 86_400;
/// The number of concurrent requests during preparation.
const AT_ONCE: usize = 8;

/// An invite to be accepted, and the access token of its invitee.
pub(super) struct Ready {
    pub(super) token: String,
    pub(super) jwt: String,
}

/// The prepared data.
pub(super) struct Stage {
    /// The functions' environment without the addresses.
    settings: Vec<(String, String)>,
    /// The plain URLs of the table and the keys.
    engine: String,
    keys: String,
    /// The access token of the owner of every group.
    pub(super) owner: String,
    /// The number of groups that the made invites are spread over.
    pub(super) groups: usize,
    /// The invites to be accepted.
    pub(super) ready: Vec<Ready>,
    tasks: JoinSet<()>,
}

struct Setting<'a> {
    running: &'a Running,
    client: Client,
}

impl Setting<'_> {
    async fn token(&self, mut claims: Value) -> Result<String, Fault> {
        claims["expires_in"] = json!(TOKEN_LIFETIME);
        let answer: Value = self
            .client
            .post(format!("{}/local/token", self.running.url))
            .json(&claims)
            .send()
            .await?
            .json()
            .await?;
        answer["access_token"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("no token: {answer}").into())
    }

    async fn does(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Fault> {
        let answer = self
            .client
            .request(method, format!("{}{path}", self.running.url))
            .bearer_auth(token)
            .json(body)
            .send()
            .await?;
        let status = answer.status();
        let text = answer.text().await?;
        if status.is_success() {
            Ok(serde_json::from_str(&text)?)
        } else {
            Err(format!("{path}: {status}: {text}").into())
        }
    }

    async fn group(&self, owner: &str, number: usize) -> Result<(), Fault> {
        let id = number.to_string();
        self.does(owner, Method::POST, "/v1/groups", &json!({"id": id, "name": "Private Group"}))
            .await?;
        Ok(())
    }

    async fn person(&self, directory: &str, at: usize) -> Result<(), Fault> {
        let body = json!({"email": format!("person-{at}@example.com"), "first_name": "Sonny", "last_name": "Tromp"});
        self.does(directory, Method::PUT, &format!("/v1/users/{}", FIRST_PERSON + at), &body)
            .await?;
        Ok(())
    }

    async fn invite(&self, owner: &str, group: usize, address: &str) -> Result<Value, Fault> {
        let path = format!("/v1/groups/{group}/invites");
        let body = json!({"email": address, "roles": ["editor"]});
        self.does(owner, Method::POST, &path, &body).await
    }

    async fn ready(&self, owner: &str, group: usize, at: usize) -> Result<Ready, Fault> {
        let address = format!("invited-{at}@example.com");
        let made = self.invite(owner, group, &address).await?;
        let token = made["token"].as_str().ok_or("no token")?.to_owned();
        Ok(Ready {
            token,
            jwt: self
                .token(json!({"sub": format!("invited-{at}"), "name": "Ada", "email": address}))
                .await?,
        })
    }
}

impl Stage {
    /// Creates the data, with `accepts` invites to be accepted, and with groups for `creates` more.
    pub(super) async fn set(accepts: usize, creates: usize) -> Result<Self, Fault> {
        let mut tasks = JoinSet::new();
        let engine = engine::start(&mut tasks).await?;
        let limits = [
            ("LIMIT_INVITES_PER_INVITER_HOUR", "1000000000"),
            ("LIMIT_PENDING_PER_GROUP", "10000"),
        ];
        let limits = limits.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let options = Options {
            port: 0,
            dynamodb: Some(engine.clone()),
            demo: false,
            schedules: false,
            settings: limits.to_vec(),
            ..Options::default()
        };
        let running = beckon::start(options).await?;
        let setting = Setting { running: &running, client: Client::builder().no_proxy().build()? };
        let owner =
            setting.token(json!({"sub": "29842", "name": "Generic User", "email": "owner@example.com", "scope": "AdminGroups"})).await?;
        let directory = setting.token(json!({"sub": "directory", "scope": "users:write"})).await?;
        let groups = (accepts + creates).div_ceil(PER_GROUP).max(1);
        let listed = FIRST_LISTED_GROUP..FIRST_LISTED_GROUP + LISTED_GROUPS;
        stream::iter((FIRST_GROUP..FIRST_GROUP + groups).chain(listed.clone()))
            .map(|number| setting.group(&owner, number))
            .buffered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        stream::iter(0..PEOPLE)
            .map(|at| setting.person(&directory, at))
            .buffered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        let invites = listed.flat_map(|group| (0..LISTED).map(move |at| (group, at)));
        stream::iter(invites)
            .map(async |(group, at)| {
                setting.invite(&owner, group, &format!("listed-{at}@example.com")).await
            })
            .buffered(AT_ONCE)
            .try_for_each(async |_| Ok(()))
            .await?;
        let ready = stream::iter(0..accepts)
            .map(|at| setting.ready(&owner, FIRST_GROUP + at % groups, at))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let jwks: Value = setting
            .client
            .get(format!("{}/local/jwks.json", running.url))
            .send()
            .await?
            .json()
            .await?;
        let settings = settings(&running, &limits)?;
        running.shutdown().await?;
        let keys = keys(jwks, &mut tasks).await?;
        Ok(Self { settings, engine, keys, owner, groups, ready, tasks })
    }

    /// Returns the id of the group for the request of this number.
    pub(super) fn group(&self, at: usize) -> String {
        (FIRST_GROUP + at % self.groups).to_string()
    }

    /// Returns the id of a group with a page of invites.
    pub(super) fn listed_group(&self, at: usize) -> String {
        (FIRST_LISTED_GROUP + at % LISTED_GROUPS).to_string()
    }

    /// Returns the engine's plain URL.
    pub(super) fn engine(&self) -> &str {
        &self.engine
    }

    /// Returns the table's name.
    pub(super) fn table(&self) -> Result<&str, Fault> {
        let setting = self.settings.iter().find(|(name, _)| name == "TABLE_NAME");
        setting.map(|(_, value)| value.as_str()).ok_or_else(|| "no TABLE_NAME".into())
    }

    /// Returns the environment of a function, as Lambda and template.yaml set it, with the table
    /// and the keys on plain HTTP or behind TLS.
    pub(super) async fn environment(
        &mut self,
        runtime: &str,
        certificates: &Certificates,
        tls: bool,
    ) -> Result<Vec<(String, String)>, Fault> {
        let (mut table, mut keys) = (self.engine.clone(), format!("{}/jwks.json", self.keys));
        let mut environment = self.settings.clone();
        if tls {
            table = certificates.before(&self.engine, &mut self.tasks).await?;
            keys = format!("{}/jwks.json", certificates.before(&self.keys, &mut self.tasks).await?);
        }
        let roots = certificates.roots().display().to_string();
        let root = certificates.root().display().to_string();
        let own = [
            // Lambda's image has only this bundle. Debian also has a folder with the same
            // certificates, which would be read too. Node has roots of its own.
            ("SSL_CERT_FILE", roots.as_str()),
            ("AWS_CA_BUNDLE", &roots),
            ("NODE_EXTRA_CA_CERTS", &root),
            ("AWS_ENDPOINT_URL_DYNAMODB", &table),
            ("JWT_JWKS_URL", &keys),
            ("AWS_LAMBDA_RUNTIME_API", runtime),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
        ];
        let region = environment.iter().find(|(name, _)| name == "AWS_REGION").cloned();
        environment.extend(region.map(|(_, region)| ("AWS_DEFAULT_REGION".to_owned(), region)));
        environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(environment)
    }
}

fn settings(
    running: &Running,
    limits: &[(String, String)],
) -> Result<Vec<(String, String)>, Fault> {
    let own = running.environment.variables([
        settings::TABLE_NAME,
        settings::PUBLIC_URL,
        settings::TOKEN_KEY,
        settings::JWT_ISSUER,
        settings::JWT_AUDIENCE,
        settings::JWT_TYPE,
        settings::APP_NAME,
        settings::SIGN_IN_URL,
        settings::AWS_REGION,
        settings::AWS_ACCESS_KEY_ID,
        settings::AWS_SECRET_ACCESS_KEY,
    ])?;
    Ok(own.into_iter().chain(limits.iter().cloned()).collect())
}

/// Serves the issuer's keys.
async fn keys(jwks: Value, tasks: &mut JoinSet<()>) -> Result<String, Fault> {
    let (listener, url) = engine::port().await?;
    let router = Router::new().route("/jwks.json", get(async move || Json(jwks)));
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("bench: the keys' server ended: {error}");
        }
    });
    Ok(url)
}
