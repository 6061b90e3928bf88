//! The service that each test starts for itself.

use std::collections::BTreeSet;
use std::time::Duration;

use beckon::{Options, Running};
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use shared::config::{Setting, settings};

use crate::person::Service;
use crate::{Mail, Person, eventually, mail, seconds, table, under};

/// The group that the helpers use by default.
pub const GROUP: &str = "3773";

/// How long a connection may be idle. The service closes it after 20 seconds, and a request must not
/// meet that.
const IDLE: Duration = Duration::from_secs(10);

/// A running service, and the HTTP client that its callers share.
pub struct App {
    /// The running service.
    pub running: Running,
    client: Client,
}

impl App {
    /// The number of invites that [`App::settled`] makes, each with a mail.
    pub const CANARIES: usize = 2;

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

    /// Starts a service in memory whose table's stream starts no function.
    pub async fn without_streams() -> Self {
        Self::with(Options { streams: false, ..Options::default() }).await
    }

    /// Starts a service in memory with these settings.
    pub async fn with_settings(settings: &[(&str, &str)]) -> Self {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self::with(Options { settings, ..Options::default() }).await
    }

    /// Starts a service with these options, without demo data and over the embedded engine, also when
    /// the run has another. Only that engine fails as it is told to.
    pub async fn embedded(options: Options) -> Self {
        let options = under::embedded(Options { port: 0, demo: false, ..options });
        Self::over(beckon::start(options).await.expect("the service starts"))
    }

    async fn of(options: Options) -> Self {
        Self::over(beckon::start(under::test(options)).await.expect("the service starts"))
    }

    /// Wraps a service that is already running.
    pub fn over(running: Running) -> Self {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .pool_idle_timeout(IDLE)
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

    /// Moves the service's clock to the start of the next hour, so that the rate windows of this hour
    /// stay for a test that waits less than an hour.
    pub fn starts_an_hour(&self) {
        self.advance(3_600 - self.now() % 3_600);
    }

    /// Moves the service's clock to the start of the next minute. A test that does so again and again
    /// leaves no minute out, however long its steps take.
    pub fn starts_a_minute(&self) {
        self.advance(60 - self.now() % 60);
    }

    /// Runs every function that a schedule starts, and returns the answer of `background-tick`.
    pub async fn ticks(&self) -> Value {
        let url = format!("{}/local/schedules", self.running.url);
        let answer = self.client.post(url).send().await.expect("the service answers");
        assert_eq!(answer.status(), 200, "{answer:?}");
        let answers: Value = answer.json().await.expect("the answer is JSON");
        answers["BackgroundTick"].clone()
    }

    /// Tells the local SES to fail (`POST /local/ses`).
    pub async fn tells_ses(&self, order: Value) {
        self.tells("ses", &order).await;
    }

    /// Tells the local SES to work again. Returns how many mails met each order to fail.
    pub async fn heals_ses(&self) -> Vec<u64> {
        self.heals("ses").await
    }

    /// Returns how many mails met each order to the local SES to fail.
    pub async fn met_by_ses(&self) -> Vec<u64> {
        self.met_by("ses").await
    }

    /// Gives an order to fail to a part of the local service: `ses`, `dynamodb` or `functions`.
    pub async fn tells(&self, part: &str, order: &Value) {
        let url = format!("{}/local/{part}", self.running.url);
        let answer = self.client.post(url).json(order).send().await.expect("the service answers");
        assert_eq!(answer.status(), 204, "{order}");
    }

    /// Ends all orders to a part of the local service. Returns how many calls met each order.
    pub async fn heals(&self, part: &str) -> Vec<u64> {
        let met = self.met_by(part).await;
        let url = format!("{}/local/{part}", self.running.url);
        let answer = self.client.delete(url).send().await.expect("the service answers");
        assert_eq!(answer.status(), 204);
        met
    }

    /// Returns how many calls met each order to a part of the local service.
    pub async fn met_by(&self, part: &str) -> Vec<u64> {
        let url = format!("{}/local/{part}", self.running.url);
        let answer = self.client.get(url).send().await.expect("the service answers");
        let found: Value = answer.json().await.expect("the answer is JSON");
        let orders = found["faults"].as_array().expect("the answer has orders").iter();
        orders.map(|order| order["met"].as_u64().expect("an order counts")).collect()
    }

    /// Runs every function that a schedule starts, and returns whether one failed.
    pub async fn tick_fails(&self) -> bool {
        let url = format!("{}/local/schedules", self.running.url);
        let answer = self.client.post(url).send().await.expect("the service answers");
        answer.status().is_server_error()
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

    /// Waits until every mail that is due so far is sent and marked. It sends two more as `inviter`, one
    /// after the other. The first may leave beside earlier mails, but the second is read from the stream
    /// when all records that were read before it are delivered.
    pub async fn settled(&self, inviter: &Person) {
        for _ in 0..Self::CANARIES {
            self.canary(inviter).await;
        }
        let health = inviter.gets("/local/health").await.json;
        assert_eq!(
            health["on_failure"], 0,
            "the service gave up on mails because the machine is too busy: {health}"
        );
    }

    /// Sends a mail as `inviter`, and waits until it is marked.
    async fn canary(&self, inviter: &Person) {
        let canary = format!("canary-{}@example.com", self.mails().await.len());
        let invited = inviter.invited(json!({ "email": canary })).await;
        self.mail_to(&canary).await;
        eventually("the mail is marked", async || {
            let state = inviter.reads(&invited.id).await.json["delivery"]["state"].clone();
            (state != "queued").then_some(())
        })
        .await;
    }

    /// Returns the value of a setting as the functions read it.
    pub fn setting(&self, setting: Setting) -> &str {
        self.running.environment.required(setting).expect("the service has the setting")
    }

    /// Waits until every queued mail is marked, and returns every item of the table except the rate
    /// windows, and the events and digests that the stream's function writes afterwards, as text in
    /// DynamoDB's JSON.
    pub async fn table(&self) -> BTreeSet<String> {
        eventually("no mail is queued", async || {
            let items = table::stored(&self.scan().await);
            (!items.iter().any(|item| item.contains(r#""outbox":{"S":"queued"}"#))).then_some(items)
        })
        .await
    }

    /// Returns every item of the table, in DynamoDB's JSON.
    pub async fn scan(&self) -> Vec<Value> {
        let endpoint = self.setting(settings::AWS_ENDPOINT_URL_DYNAMODB);
        table::scan(endpoint, self.setting(settings::TABLE_NAME)).await
    }

    /// Gives the item under this key a value that no release knows, so that it cannot be read.
    pub async fn spoils(&self, key: &Value) {
        let sort = key["sk"]["S"].as_str().expect("a key has a sort key");
        let attribute = match sort.split('#').next() {
            Some("M") => "joined_at",
            Some("P") => "user",
            _ => "state",
        };
        let request = json!({
            "TableName": self.setting(settings::TABLE_NAME), "Key": key, "UpdateExpression": "SET #odd = :odd",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeNames": {"#odd": attribute}, "ExpressionAttributeValues": {":odd": {"M": {"snoozed": {"BOOL": true}}}},
        });
        table::ask(self.setting(settings::AWS_ENDPOINT_URL_DYNAMODB), "UpdateItem", &request).await;
    }

    /// Writes this item over the one with its key.
    pub async fn puts(&self, item: &Value) {
        let request = json!({"TableName": self.setting(settings::TABLE_NAME), "Item": item});
        table::ask(self.setting(settings::AWS_ENDPOINT_URL_DYNAMODB), "PutItem", &request).await;
    }

    /// Returns the items of one type.
    pub async fn items(&self, kind: &str) -> Vec<Value> {
        let items = self.scan().await.into_iter();
        items.filter(|item| item["type"]["S"] == kind).collect()
    }
}
