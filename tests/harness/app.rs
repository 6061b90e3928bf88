//! The service that each test starts for itself.

use std::collections::BTreeSet;

use beckon::{Options, Running};
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use shared::config::{Setting, settings};

use crate::person::Service;
use crate::{Mail, Person, eventually, mail, seconds, table, under};

/// The group that the helpers use by default.
pub const GROUP: &str = "3773";

/// A running service, and the HTTP client that its callers share.
pub struct App {
    /// The running service.
    pub running: Running,
    client: Client,
}

impl App {
    /// Starts a service in memory, without demo data.
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// Starts a service in memory with the demo data: the people and groups of the published APIs'
    /// examples.
    pub async fn with_demo() -> Self {
        Self::of(Options { port: 0, demo: true, ..Options::default() }).await
    }

    /// Starts a service with these options, without demo data.
    pub async fn with(options: Options) -> Self {
        Self::of(Options { port: 0, demo: false, ..options }).await
    }

    /// Starts a service in memory with these settings.
    pub async fn with_settings(settings: &[(&str, &str)]) -> Self {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self::with(Options { settings, ..Options::default() }).await
    }

    async fn of(options: Options) -> Self {
        Self::over(beckon::start(under::test(options)).await.expect("the service starts"))
    }

    /// Wraps a service that is already running.
    pub fn over(running: Running) -> Self {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .expect("the client is built");
        Self { running, client }
    }

    fn people(&self, claims: Option<Value>) -> Person {
        let (url, clock) = (self.running.url.clone(), self.running.clock.clone());
        Person::new(Service { url, client: self.client.clone(), clock }, claims)
    }

    /// Returns a person with this user id. The local service's issuer signs their tokens.
    pub fn user(&self, sub: &str) -> Person {
        self.people(Some(json!({ "sub": sub })))
    }

    /// Returns a person with this user id and the verified address `<sub>@example.com`.
    pub fn person(&self, sub: &str) -> Person {
        self.user(sub).email(&format!("{sub}@example.com"))
    }

    /// Returns a person who is not signed in.
    pub fn nobody(&self) -> Person {
        self.people(None)
    }

    /// Returns a caller that may write the directory.
    pub fn directory(&self) -> Person {
        self.user("directory").claim("scope", json!("users:write"))
    }

    /// Creates [`GROUP`] and returns its owner, Alice.
    pub async fn owner(&self) -> Person {
        let alice = self.person("alice").name("Alice");
        alice.creates_group().await;
        alice
    }

    /// Moves the service's clock forward.
    pub fn advance(&self, seconds: i64) {
        self.running.clock.advance(seconds);
    }

    /// Moves the service's clock to this RFC 3339 time.
    pub fn advance_to(&self, instant: &str) {
        self.advance(seconds(instant) - self.now());
    }

    /// Returns the current time of the service, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.running.clock.now().seconds()
    }

    /// Returns all mails, newest first.
    pub async fn mails(&self) -> Vec<Mail> {
        mail::inbox(&self.running).await.iter().map(Mail::read).collect()
    }

    /// Returns the mails to this address, newest first.
    pub async fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().await.into_iter().filter(|mail| mail.to == [address]).collect()
    }

    /// Waits for a mail to this address, and returns the newest.
    pub async fn mail_to(&self, address: &str) -> Mail {
        self.nth_mail_to(address, 1).await
    }

    /// Waits for `count` mails to this address, and returns the newest.
    pub async fn nth_mail_to(&self, address: &str, count: usize) -> Mail {
        eventually(&format!("mail {count} to {address}"), || async {
            let mails = self.mails_to(address).await;
            (mails.len() >= count).then(|| mails.into_iter().next()).flatten()
        })
        .await
    }

    /// Waits until every mail that is due so far is sent. Mails leave in order, so this sends one
    /// more as `inviter` and waits for that.
    pub async fn settled(&self, inviter: &Person) {
        let canary = format!("canary-{}@example.com", self.mails().await.len());
        inviter.invited(json!({ "email": canary })).await;
        self.mail_to(&canary).await;
        let health = inviter.gets("/local/health").await.json;
        assert_eq!(
            health["on_failure"], 0,
            "the service gave up on mails because the machine is too busy: {health}"
        );
    }

    /// Returns the value of a setting as the functions read it.
    pub fn setting(&self, setting: Setting) -> &str {
        self.running.environment.required(setting).expect("the service has the setting")
    }

    /// Returns every item of the table except the rate windows, as text in DynamoDB's JSON.
    pub async fn table(&self) -> BTreeSet<String> {
        let items = self.scan().await.into_iter();
        items.filter(|item| item["type"]["S"] != "window").map(|item| item.to_string()).collect()
    }

    /// Returns every item of the table, in DynamoDB's JSON.
    pub async fn scan(&self) -> Vec<Value> {
        let endpoint = self.setting(settings::AWS_ENDPOINT_URL_DYNAMODB);
        let scan = json!({ "TableName": self.setting(settings::TABLE_NAME) });
        let found = table::ask(endpoint, "Scan", &scan).await;
        assert!(found["LastEvaluatedKey"].is_null(), "the table is larger than one page");
        found["Items"].as_array().unwrap_or_else(|| panic!("{found}")).clone()
    }

    /// Returns the items of one type.
    pub async fn items(&self, kind: &str) -> Vec<Value> {
        let items = self.scan().await.into_iter();
        items.filter(|item| item["type"]["S"] == kind).collect()
    }
}
