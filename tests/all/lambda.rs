//! Functions as Lambda runs them: the JSON of an event in, the JSON of an answer out. Each
//! deployment has its own table.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::LazyLock;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use beckon::{Function, Handlers, Options, Running, Trigger, handlers, start};
use harness::events;
pub(crate) use harness::events::{env_json, pretty};
use harness::table;
use serde_json::{Value, json};
use shared::config::{Environment, settings};
use shared::domain::clock::{Clock, Timestamp};
use shared::engine::Fault;
use shared::{FollowService, MailService, Outbound, Service, StreamService};

use harness::under;

/// The mail sender, which the table's stream starts.
pub(crate) const SEND_MAIL: &str = "background-send-mail";

/// The function that records what SES reports, which a topic starts.
const RECORD_DELIVERY: &str = "background-record-delivery";

/// The function that follows changes, which the table's stream starts.
const FOLLOW: &str = "background-follow";

/// The service of the request functions, started on first use.
type Lazy = LazyLock<Service, Box<dyn FnOnce() -> Service + Send>>;

/// Every function over one table, with a clock that only tests move.
pub(crate) struct Deployment {
    pub(crate) clock: Clock,
    /// The service of the request functions, for tests that call the use cases directly.
    pub(crate) service: Lazy,
    handlers: Handlers,
    /// The functions' own table. It has no stream, because the local service would send mails from
    /// one.
    table: String,
    running: Running,
}

/// Invokes the mail sender with a batch of the stream.
pub(crate) async fn send_mails(
    service: &MailService,
    event: Event,
) -> Result<DynamoDbEventResponse, Infallible> {
    match Function::of_package(SEND_MAIL).expect("the mail sender is registered").trigger {
        Trigger::Mail(handle) => handle(service, event).await,
        _ => panic!("{SEND_MAIL} sends mails"),
    }
}

/// Invokes the function that records what SES reports with an event of its topic.
pub(crate) async fn record_delivery(service: &StreamService, event: Value) -> Result<(), Fault> {
    match Function::of_package(RECORD_DELIVERY).expect("the function is registered").trigger {
        Trigger::Topic(handle) => handle(service, event).await,
        _ => panic!("{RECORD_DELIVERY} is notified by a topic"),
    }
}

/// Invokes the function that follows changes with a batch of the stream.
pub(crate) async fn follow(
    service: &FollowService,
    event: Event,
) -> Result<DynamoDbEventResponse, Infallible> {
    match Function::of_package(FOLLOW).expect("the function is registered").trigger {
        Trigger::Stream(handle) => handle(service, event).await,
        _ => panic!("{FOLLOW} follows the table's stream"),
    }
}

impl Deployment {
    /// Deploys with the variables of `events/env.json`, and sets the clock to `now`.
    pub(crate) async fn start(now: Timestamp) -> Self {
        Self::start_with(now, &[]).await
    }

    /// Deploys as [`Self::start`] does, with these variables on top.
    pub(crate) async fn start_with(now: Timestamp, variables: &[(&str, &str)]) -> Self {
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        // The local service of a deployment posts no webhooks.
        let no_receiver = (settings::WEBHOOK_URL.name().to_owned(), String::new());
        let settings = env_json().into_iter().chain([no_receiver]).collect();
        let options = Options { port: 0, demo: false, settings, ..Options::default() };
        let options = under::test(options);
        let own_settings = options.own_settings;
        let running = start(options).await.expect("the local service starts");
        let endpoint = running.environment.required(settings::AWS_ENDPOINT_URL_DYNAMODB).unwrap();
        let like = running.environment.required(settings::TABLE_NAME).unwrap();
        let table = under::fresh_table();
        table::make_like(endpoint, like, &table).await;
        let same = running.environment.variables([
            settings::AWS_REGION,
            settings::AWS_ACCESS_KEY_ID,
            settings::AWS_SECRET_ACCESS_KEY,
            settings::AWS_ENDPOINT_URL_DYNAMODB,
        ]);
        let own = [
            (settings::TABLE_NAME.name().to_owned(), table.clone()),
            (
                settings::AWS_ENDPOINT_URL_SESV2.name().to_owned(),
                format!("{}/local/ses", running.url),
            ),
        ];
        let own = own.into_iter().chain(events::no_receiver(&running));
        let environment: Environment =
            env_json().into_iter().chain(same.unwrap()).chain(own).chain(variables).collect();
        let clock = Clock::fixed(now);
        let handlers = handlers(&environment, own_settings, &clock, &Outbound::new())
            .expect("events/env.json is a valid configuration");
        let of_service = clock.clone();
        let service: Lazy = LazyLock::new(Box::new(move || {
            Service::start(&environment, of_service)
                .expect("events/env.json is a valid configuration")
        }));
        Self { clock, service, handlers, table, running }
    }

    /// Moves the clock to `now`.
    pub(crate) fn set_time(&self, now: Timestamp) {
        self.clock.advance(now.seconds() - self.clock.now().seconds());
    }

    /// Invokes the function with the event, and returns the answer.
    pub(crate) async fn invoke(&self, package: &str, event: &str) -> Value {
        let function = Function::of_package(package)
            .unwrap_or_else(|| panic!("{package}: add it to local/src/registry.rs"));
        let handler = &self.handlers[&function.logical_id()];
        let answer = handler(event.to_owned()).await;
        let answer = answer.expect("the event fits the function's trigger");
        serde_json::from_str(&answer).expect("the answer is JSON")
    }

    /// Returns the mails sent so far, newest first.
    pub(crate) async fn inbox(&self) -> Vec<Value> {
        let answer = reqwest::get(format!("{}/local/inbox", self.running.url)).await.unwrap();
        let inbox: Value = answer.json().await.unwrap();
        inbox["messages"].as_array().unwrap().clone()
    }

    /// Returns an item of the table in DynamoDB's JSON.
    pub(crate) async fn item(&self, key: &Value) -> Value {
        let request = json!({"TableName": self.table, "Key": key, "ConsistentRead": true});
        table::ask(self.endpoint(), "GetItem", &request).await["Item"].clone()
    }

    /// Returns every item of a partition of the table in DynamoDB's JSON, at most 1 MB. `client`
    /// keeps its connection open.
    pub(crate) async fn partition(&self, client: &reqwest::Client, pk: &str) -> Vec<Value> {
        let request = json!({
            "TableName": self.table, "ConsistentRead": true,
            "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}},
        });
        let answer = table::ask_by(client, self.endpoint(), "Query", &request).await;
        answer.unwrap_or_else(|error| panic!("{error}"))["Items"].as_array().unwrap().clone()
    }

    /// Returns every item of the table except the rate windows, as text in DynamoDB's JSON.
    pub(crate) async fn stored(&self) -> BTreeSet<String> {
        table::stored(&table::scan(self.endpoint(), &self.table).await)
    }

    fn endpoint(&self) -> &str {
        self.running.environment.required(settings::AWS_ENDPOINT_URL_DYNAMODB).unwrap()
    }
}
