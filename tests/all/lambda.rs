//! Functions as Lambda runs them: an event's JSON in, an answer's JSON out, each deployment over a table of its own.

use std::convert::Infallible;

use beckon::{Options, Running, start};
use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Request, Response, Service as _, service_fn};
use serde_json::{Value, json};
use shared::config::Environment;
use shared::domain::clock::{Clock, Timestamp};
use shared::{MailService, Service};

/// The mail sender, which the table's stream drives.
pub(crate) const SEND_MAIL: &str = "background-send-mail";

/// The functions' own table: that of the local service has a stream, from which the service itself would send mail.
const TABLE: &str = "lambda";

/// Every function over one table, with a clock that stands still.
pub(crate) struct Deployment {
    pub(crate) clock: Clock,
    pub(crate) service: Service,
    mail: MailService,
    running: Running,
}

macro_rules! request_functions {
    ($($package:literal => $function:ident),* $(,)?) => {
        /// The functions behind the API.
        pub(crate) const REQUEST_FUNCTIONS: &[&str] = &[$($package),*];

        async fn request_function(service: &Service, package: &str, event: &str) -> Value {
            match package {
                $($package => behind_lambda(event, |request| $function::handle(service, request)).await,)*
                _ => panic!("{package}: add it to tests/all/lambda.rs"),
            }
        }
    };
}

request_functions! {
    "evanta-create-group-invite" => evanta_create_group_invite,
    "evanta-decline-group-invite" => evanta_decline_group_invite,
    "evanta-join-group" => evanta_join_group,
    "evanta-list-group-invites" => evanta_list_group_invites,
    "evanta-list-my-group-invites" => evanta_list_my_group_invites,
    "chembiohub-create-invitation" => chembiohub_create_invitation,
    "chembiohub-get-invitation" => chembiohub_get_invitation,
    "chembiohub-invitation-schema" => chembiohub_invitation_schema,
    "chembiohub-list-invitations" => chembiohub_list_invitations,
    "bungie-cancel-individual-invite" => bungie_cancel_individual_invite,
    "bungie-invite-individual" => bungie_invite_individual,
    "bungie-list-invited-individuals" => bungie_list_invited_individuals,
    "bungie-list-potential-groups" => bungie_list_potential_groups,
    "native-accept-invite" => native_accept_invite,
    "native-create-invite" => native_create_invite,
    "native-decline-invite" => native_decline_invite,
    "native-get-invite" => native_get_invite,
    "native-invite-page" => native_invite_page,
    "native-list-group-invites" => native_list_group_invites,
    "native-list-my-invites" => native_list_my_invites,
    "native-manage-groups" => native_manage_groups,
    "native-manage-members" => native_manage_members,
    "native-manage-users" => native_manage_users,
    "native-preview-invite" => native_preview_invite,
    "native-revoke-invite" => native_revoke_invite,
    "onezone-create-user-token" => onezone_create_user_token,
    "onezone-join-group" => onezone_join_group,
}

/// The handler behind `lambda_http`'s own adapter, so that it gets exactly what Lambda gives it.
async fn behind_lambda<'a, F, Fut>(event: &str, handle: F) -> Value
where
    F: Fn(Request) -> Fut + Send + 'a,
    Fut: Future<Output = Result<Response<Body>, Infallible>> + Send + 'a,
{
    let request: LambdaRequest = serde_json::from_str(event).expect("the event is one of API Gateway's");
    let Ok(answer) = Adapter::from(service_fn(handle)).call(LambdaEvent::new(request, Context::default())).await;
    serde_json::to_value(answer).unwrap()
}

/// The variables of `events/env.json`.
pub(crate) fn env_json() -> Vec<(String, String)> {
    let text = include_str!("../../events/env.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let variables = file["Parameters"].as_object().expect("events/env.json has Parameters");
    variables.iter().map(|(name, value)| (name.clone(), value.as_str().expect("a variable is text").to_owned())).collect()
}

impl Deployment {
    /// Deploys with the variables of `events/env.json`; its clock stands at `now`.
    pub(crate) async fn start(now: Timestamp) -> Self {
        Self::start_with(now, &[]).await
    }

    /// Deploys so, but with these variables.
    pub(crate) async fn start_with(now: Timestamp, variables: &[(&str, &str)]) -> Self {
        let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = Options { port: 0, demo: false, settings: env_json(), ..Options::default() };
        let running = start(options).await.expect("the local service starts");
        make_table(&running).await;
        let same = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_DYNAMODB"];
        let same = same.map(|name| (name.to_owned(), running.environment.required(name).unwrap().to_owned()));
        let table = ("TABLE_NAME".to_owned(), TABLE.to_owned());
        let inbox = ("AWS_ENDPOINT_URL_SESV2".to_owned(), format!("{}/local/ses", running.url));
        let environment: Environment = env_json().into_iter().chain(same).chain([table, inbox]).chain(variables).collect();
        let clock = Clock::fixed(now);
        Self {
            service: Service::start(&environment, clock.clone()).expect("events/env.json is a configuration"),
            mail: MailService::start(&environment, clock.clone()).expect("events/env.json is a configuration"),
            clock,
            running,
        }
    }

    /// Moves the clock to `now`.
    pub(crate) fn set_time(&self, now: Timestamp) {
        self.clock.advance(now.seconds() - self.clock.now().seconds());
    }

    /// Invokes the function with the event, and gives its answer.
    pub(crate) async fn invoke(&self, package: &str, event: &str) -> Value {
        if package != SEND_MAIL {
            return request_function(&self.service, package, event).await;
        }
        let event = serde_json::from_str(event).expect("the event is one of a DynamoDB stream");
        let Ok(answer) = background_send_mail::handle(&self.mail, event).await;
        serde_json::to_value(answer).unwrap()
    }

    /// The mails sent so far, newest first.
    pub(crate) async fn inbox(&self) -> Vec<Value> {
        let answer = reqwest::get(format!("{}/local/inbox", self.running.url)).await.unwrap();
        let inbox: Value = answer.json().await.unwrap();
        inbox["messages"].as_array().unwrap().clone()
    }

    /// The item as it lies in the table, in DynamoDB's own JSON.
    pub(crate) async fn item(&self, key: &Value) -> Value {
        let request = json!({"TableName": TABLE, "Key": key, "ConsistentRead": true});
        dynamodb(&self.running, "GetItem", &request).await["Item"].clone()
    }
}

/// Asks the embedded database in DynamoDB's own JSON.
async fn dynamodb(running: &Running, operation: &str, request: &Value) -> Value {
    let request = reqwest::Client::new()
        .post(running.environment.required("AWS_ENDPOINT_URL_DYNAMODB").unwrap())
        // The embedded engine wants a signature and checks none.
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
        )
        .header("x-amz-date", "20261121T000000Z")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .json(request);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{operation}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// Makes a table like the local service's, which follows the template, but without a stream.
async fn make_table(running: &Running) {
    let template = running.environment.required("TABLE_NAME").unwrap();
    let described = dynamodb(running, "DescribeTable", &json!({"TableName": template})).await;
    let described = &described["Table"];
    let index =
        |index: &Value| json!({"IndexName": index["IndexName"], "KeySchema": index["KeySchema"], "Projection": index["Projection"]});
    let indexes: Vec<Value> = described["GlobalSecondaryIndexes"].as_array().unwrap().iter().map(index).collect();
    let table = json!({"TableName": TABLE, "AttributeDefinitions": described["AttributeDefinitions"], "KeySchema": described["KeySchema"],
        "GlobalSecondaryIndexes": indexes, "BillingMode": "PAY_PER_REQUEST"});
    dynamodb(running, "CreateTable", &table).await;
}

/// JSON with one field to a line, in the order in which it was sent.
pub(crate) fn pretty(json: &str) -> String {
    let mut text = String::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    };
    for c in json.chars() {
        if in_string {
            text.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => {
                depth += 1;
                text.push(c);
                line(&mut text, depth);
            }
            '}' | ']' => {
                depth -= 1;
                let kept = text.trim_end().len();
                if text[..kept].ends_with(['{', '[']) {
                    text.truncate(kept)
                } else {
                    line(&mut text, depth)
                }
                text.push(c);
            }
            ',' => {
                text.push(c);
                line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            c if c.is_whitespace() => {}
            c => {
                in_string = c == '"';
                text.push(c);
            }
        }
    }
    text
}
