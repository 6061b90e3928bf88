//! Functions as Lambda runs them: an event's JSON in, an answer's JSON out, each deployment over a
//! table of its own.

use std::convert::Infallible;

use beckon::{Options, OwnSettings, Running, start};
use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Request, Response, Service as _, service_fn};
use serde_json::{Value, json};
use shared::config::Environment;
use shared::domain::clock::{Clock, Timestamp};
use shared::{MailService, Service};
pub(crate) use tests::events::{env_json, pretty};
use tests::table;

use crate::app::under;

/// The mail sender, which the table's stream drives.
pub(crate) const SEND_MAIL: &str = "background-send-mail";

/// Every function over one table, with a clock that stands still.
pub(crate) struct Deployment {
    pub(crate) clock: Clock,
    pub(crate) service: Service,
    environment: Environment,
    own_settings: Option<OwnSettings>,
    /// The functions' own table: that of the local service has a stream, from which the service
    /// itself would send mail.
    table: String,
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
    "rownd-accept-invite" => rownd_accept_invite,
    "rownd-create-invite" => rownd_create_invite,
    "rownd-delete-invite" => rownd_delete_invite,
    "rownd-get-invite" => rownd_get_invite,
    "rownd-list-invites" => rownd_list_invites,
    "rownd-manage-groups" => rownd_manage_groups,
    "rownd-manage-members" => rownd_manage_members,
    "rownd-update-invite" => rownd_update_invite,
}

/// The handler behind `lambda_http`'s own adapter, so that it gets exactly what Lambda gives it.
async fn behind_lambda<'a, F, Fut>(event: &str, handle: F) -> Value
where
    F: Fn(Request) -> Fut + Send + 'a,
    Fut: Future<Output = Result<Response<Body>, Infallible>> + Send + 'a,
{
    let request: LambdaRequest =
        serde_json::from_str(event).expect("the event is one of API Gateway's");
    let Ok(answer) =
        Adapter::from(service_fn(handle)).call(LambdaEvent::new(request, Context::default())).await;
    serde_json::to_value(answer).unwrap()
}

impl Deployment {
    /// Deploys with the variables of `events/env.json`; its clock stands at `now`.
    pub(crate) async fn start(now: Timestamp) -> Self {
        Self::start_with(now, &[]).await
    }

    /// Deploys so, but with these variables.
    pub(crate) async fn start_with(now: Timestamp, variables: &[(&str, &str)]) -> Self {
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let options = Options { port: 0, demo: false, settings: env_json(), ..Options::default() };
        let options = under::test(options);
        let own_settings = options.own_settings;
        let running = start(options).await.expect("the local service starts");
        let endpoint = running.environment.required("AWS_ENDPOINT_URL_DYNAMODB").unwrap();
        let table = under::fresh_table();
        table::make_like(endpoint, running.environment.required("TABLE_NAME").unwrap(), &table)
            .await;
        let same = [
            "AWS_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ENDPOINT_URL_DYNAMODB",
        ];
        let same = same
            .map(|name| (name.to_owned(), running.environment.required(name).unwrap().to_owned()));
        let name = ("TABLE_NAME".to_owned(), table.clone());
        let inbox = ("AWS_ENDPOINT_URL_SESV2".to_owned(), format!("{}/local/ses", running.url));
        let environment: Environment =
            env_json().into_iter().chain(same).chain([name, inbox]).chain(variables).collect();
        let clock = Clock::fixed(now);
        Self {
            service: Service::start(&environment, clock.clone())
                .expect("events/env.json is a configuration"),
            clock,
            environment,
            own_settings,
            table,
            running,
        }
    }

    /// Moves the clock to `now`.
    pub(crate) fn set_time(&self, now: Timestamp) {
        self.clock.advance(now.seconds() - self.clock.now().seconds());
    }

    /// Invokes the function with the event, and gives its answer.
    pub(crate) async fn invoke(&self, package: &str, event: &str) -> Value {
        let own = self.own_environment(package);
        if package != SEND_MAIL {
            let own = own.map(|own| {
                Service::start(&own, self.clock.clone())
                    .expect("events/env.json is a configuration")
            });
            return request_function(own.as_ref().unwrap_or(&self.service), package, event).await;
        }
        let environment = own.as_ref().unwrap_or(&self.environment);
        let mail = MailService::start(environment, self.clock.clone())
            .expect("events/env.json is a configuration");
        let event = serde_json::from_str(event).expect("the event is one of a DynamoDB stream");
        let Ok(answer) = background_send_mail::handle(&mail, event).await;
        serde_json::to_value(answer).unwrap()
    }

    /// The function's own environment, where it shall have one.
    fn own_environment(&self, package: &str) -> Option<Environment> {
        let id: String =
            package.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        self.own_settings.map(|own| self.environment.with(own(&id, &self.environment)))
    }

    /// The mails sent so far, newest first.
    pub(crate) async fn inbox(&self) -> Vec<Value> {
        let answer = reqwest::get(format!("{}/local/inbox", self.running.url)).await.unwrap();
        let inbox: Value = answer.json().await.unwrap();
        inbox["messages"].as_array().unwrap().clone()
    }

    /// The item as it lies in the table, in DynamoDB's own JSON.
    pub(crate) async fn item(&self, key: &Value) -> Value {
        let request = json!({"TableName": self.table, "Key": key, "ConsistentRead": true});
        let endpoint = self.running.environment.required("AWS_ENDPOINT_URL_DYNAMODB").unwrap();
        table::ask(endpoint, "GetItem", &request).await["Item"].clone()
    }
}
