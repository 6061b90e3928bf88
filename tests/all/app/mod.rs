//! A service of a test's own, and people who use it.
//!
//! ```text
//! let app = App::start().await;
//! let alice = app.user("alice").name("Alice");
//! alice.creates_group().await;
//! let invited = alice.invited(json!({"email": "ada@example.com"})).await;
//! app.user("ada").email("ada@example.com").accepts(&invited.token).await.is(200);
//! ```

mod actor;
mod answer;
mod issuer;
mod mail;
mod recorder;
mod server;
mod ses;
mod table;
pub(crate) mod under;

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use beckon::{Options, Running};
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use shared::config::settings;

pub(crate) use actor::{Actor, Invited};
pub(crate) use answer::Answer;
pub(crate) use issuer::{Issuer, SigningKey};
pub(crate) use mail::Mail;
pub(crate) use ses::{Ses, Verdict};
pub(crate) use table::LossyTable;

/// The group that verbs without another are about.
pub(crate) const GROUP: &str = "3773";

/// How often a condition is looked at before it counts as never true: about twenty seconds, for a
/// machine that is busy.
const LOOKS: u32 = 800;

/// A running service, and the one client that everybody shares.
pub(crate) struct App {
    pub(crate) running: Running,
    client: Client,
}

impl App {
    /// A service in memory, without demo data.
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// A service in memory with the demo data: the people and groups of the APIs' own examples.
    pub(crate) async fn with_demo() -> Self {
        Self::of(Options { port: 0, demo: true, ..Options::default() }).await
    }

    /// A service in memory, without demo data, told `options` besides.
    pub(crate) async fn with(options: Options) -> Self {
        Self::of(Options { port: 0, demo: false, ..options }).await
    }

    async fn of(options: Options) -> Self {
        let running = beckon::start(under::test(options)).await.expect("the service starts");
        Self { running, client: client() }
    }

    /// A service with these configuration variables.
    pub(crate) async fn with_settings(settings: &[(&str, &str)]) -> Self {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self::with(Options { settings, ..Options::default() }).await
    }

    /// Somebody with this user id, who signs in with the service's own issuer.
    pub(crate) fn user(&self, sub: &str) -> Actor<'_> {
        Actor::new(self, Some(json!({ "sub": sub })))
    }

    /// Somebody with this user id and verified address.
    pub(crate) fn person(&self, sub: &str) -> Actor<'_> {
        self.user(sub).email(&format!("{sub}@example.com"))
    }

    /// Somebody who isn't signed in.
    pub(crate) fn nobody(&self) -> Actor<'_> {
        Actor::new(self, None)
    }

    /// Alice, who has made [`GROUP`].
    pub(crate) async fn owner(&self) -> Actor<'_> {
        let alice = self.user("alice").email("alice@example.com").name("Alice");
        alice.creates_group().await;
        alice
    }

    /// Moves the service's clock forward.
    pub(crate) fn advance(&self, seconds: i64) {
        self.running.clock.advance(seconds);
    }

    /// Moves the service's clock to the very second of this RFC 3339 text.
    pub(crate) async fn advance_to(&self, instant: &str) {
        let until = seconds(instant);
        self.advance(until - self.running.clock.now().seconds());
    }

    /// The present second of the service.
    pub(crate) fn now(&self) -> i64 {
        self.running.clock.now().seconds()
    }

    /// All mails, newest first.
    pub(crate) async fn mails(&self) -> Vec<Mail> {
        let inbox = self
            .client
            .get(format!("{}/local/inbox", self.running.url))
            .send()
            .await
            .expect("the inbox answers");
        let inbox: Value = inbox.json().await.expect("the inbox is JSON");
        inbox["messages"].as_array().expect("messages").iter().map(Mail::read).collect()
    }

    /// The mails to this address, newest first.
    pub(crate) async fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().await.into_iter().filter(|mail| mail.to == [address]).collect()
    }

    /// The newest mail to this address, as soon as there is one.
    pub(crate) async fn mail_to(&self, address: &str) -> Mail {
        self.nth_mail_to(address, 1).await
    }

    /// The newest mail to this address, as soon as there are `count`.
    pub(crate) async fn nth_mail_to(&self, address: &str, count: usize) -> Mail {
        eventually(&format!("mail {count} to {address}"), || async {
            let mails = self.mails_to(address).await;
            (mails.len() >= count).then(|| mails.into_iter().next()).flatten()
        })
        .await
    }

    /// Comes back when everything that was asked to be mailed so far has been: mails leave in
    /// order, and one more of `inviter`'s is awaited.
    pub(crate) async fn settled(&self, inviter: &Actor<'_>) {
        let canary = format!("canary-{}@example.com", self.mails().await.len());
        inviter.invited(json!({ "email": canary })).await;
        self.mail_to(&canary).await;
        let health = inviter.gets("/local/health").await.json;
        assert_eq!(
            health["on_failure"], 0,
            "the service gave mails up, for the machine is too busy: {health}"
        );
    }

    /// Every item of the table but the counters of requests, as text in DynamoDB's JSON: a look
    /// behind the API.
    pub(crate) async fn table(&self) -> BTreeSet<String> {
        let environment = &self.running.environment;
        let endpoint =
            environment.required(settings::AWS_ENDPOINT_URL_DYNAMODB).expect("an endpoint");
        let table = environment.required(settings::TABLE_NAME).expect("a table");
        let scan = json!({ "TableName": table });
        let request = self.client.post(endpoint).header("x-amz-target", "DynamoDB_20120810.Scan");
        let request = request
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", SIGNED);
        let request = request.header("x-amz-date", "20260101T000000Z").body(scan.to_string());
        let answer: Value =
            request.send().await.expect("the table answers").json().await.expect("JSON");
        assert!(answer["LastEvaluatedKey"].is_null(), "the table is larger than one page");
        let items = answer["Items"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
        items.filter(|item| item["type"]["S"] != "window").map(Value::to_string).collect()
    }

    /// The items of one type.
    pub(crate) async fn items(&self, kind: &str) -> Vec<Value> {
        let items = self
            .table()
            .await
            .into_iter()
            .map(|item| serde_json::from_str::<Value>(&item).expect("JSON"));
        items.filter(|item| item["type"]["S"] == kind).collect()
    }
}

fn client() -> Client {
    Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client")
}

/// A signature's form: the embedded engine doesn't check more.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

/// What `look` gives as soon as it gives something.
pub(crate) async fn eventually<T, F, Fut>(what: &str, look: F) -> T
where
    F: Fn() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    for _ in 0..LOOKS {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("this never came: {what}")
}

/// The second that an RFC 3339 text in UTC names.
pub(crate) fn seconds(instant: &str) -> i64 {
    let number = |from: usize, to: usize| {
        instant[from..to].parse::<i64>().unwrap_or_else(|_| panic!("{instant}"))
    };
    assert!(instant.len() == 20 && instant.ends_with('Z'), "{instant} is not whole seconds in UTC");
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    // Days since the epoch, with the year beginning in March (Hinnant's days_from_civil).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let days =
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day
            - 719_469;
    days * 86_400 + number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19)
}

#[test]
fn seconds_are_read_as_they_stand() {
    assert_eq!(seconds("1970-01-01T00:00:00Z"), 0);
    assert_eq!(seconds("2026-11-28T09:30:59Z"), 1_795_858_259);
    assert_eq!(seconds("2024-02-29T00:00:00Z"), 1_709_164_800);
}
