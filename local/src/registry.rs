//! The registry: every function, the event that starts it, and its callers. It is the only list of
//! the functions in the code. The local service and the tests iterate over it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use shared::config::{ConfigError, Environment, settings};
use shared::domain::clock::Clock;
use shared::{FollowService, MailService, Outbound, Service, StreamService, WebhookService};

use crate::function::{
    Handler, QueueHandle, RequestHandle, ScheduleHandle, Started, StreamHandle, TopicHandle,
    queue_handler, request_handler, schedule_handler, stream_handler, topic_handler,
};
use crate::template::Template;

/// Creates the entry of a function that API Gateway starts, from the name of its crate.
macro_rules! request {
    ($function:ident, $callers:ident, $kind:ident) => {
        Function {
            name: stringify!($function),
            trigger: Trigger::Request(
                Access { callers: Callers::$callers, kind: Kind::$kind },
                |service, request| Box::pin($function::handle(service, request)),
            ),
        }
    };
}

/// Creates the entry of a function that the table's stream starts, from the name of its crate and
/// the trigger that names its service.
macro_rules! stream {
    ($function:ident, $trigger:ident) => {
        Function {
            name: stringify!($function),
            trigger: Trigger::$trigger(|service, event| {
                Box::pin($function::handle(service, event))
            }),
        }
    };
}

/// Creates the entry of a function that a schedule starts, from the name of its crate.
macro_rules! schedule {
    ($function:ident) => {
        Function {
            name: stringify!($function),
            trigger: Trigger::Schedule(|service, event| {
                Box::pin($function::handle(service, event))
            }),
        }
    };
}

/// Creates the entry of a function that a topic starts, from the name of its crate.
macro_rules! topic {
    ($function:ident) => {
        Function {
            name: stringify!($function),
            trigger: Trigger::Topic(|service, event| Box::pin($function::handle(service, event))),
        }
    };
}

/// Creates the entry of a function that a queue starts, from the name of its crate.
macro_rules! queue {
    ($function:ident) => {
        Function {
            name: stringify!($function),
            trigger: Trigger::Queue(|service, event| Box::pin($function::handle(service, event))),
        }
    };
}

/// Every function, sorted by name.
pub static FUNCTIONS: &[Function] = &[
    queue!(background_deliver_webhook),
    stream!(background_follow, Stream),
    topic!(background_record_delivery),
    stream!(background_send_mail, Mail),
    schedule!(background_tick),
    request!(bungie_cancel_individual_invite, SignedIn, Plain),
    request!(bungie_invite_individual, SignedIn, Makes),
    request!(bungie_list_invited_individuals, SignedIn, Plain),
    request!(bungie_list_potential_groups, Anyone, Plain),
    request!(chembiohub_create_invitation, SignedIn, Makes),
    request!(chembiohub_get_invitation, SignedIn, Plain),
    request!(chembiohub_invitation_schema, SignedIn, Plain),
    request!(chembiohub_list_endpoints, Anyone, Plain),
    request!(chembiohub_list_invitations, SignedIn, Plain),
    request!(evanta_create_group_invite, SignedIn, Makes),
    request!(evanta_decline_group_invite, SignedIn, Plain),
    request!(evanta_join_group, SignedIn, Plain),
    request!(evanta_list_group_invites, SignedIn, Plain),
    request!(evanta_list_my_group_invites, SignedIn, Plain),
    request!(native_accept_invite, SignedIn, TakesToken),
    request!(native_console, Anyone, Plain),
    request!(native_create_invite, SignedIn, Makes),
    request!(native_decline_invite, Anyone, TakesToken),
    request!(native_documents, Anyone, Plain),
    request!(native_fallback, Anyone, Plain),
    request!(native_get_invite, SignedIn, Plain),
    request!(native_invite_page, Anyone, TakesToken),
    request!(native_invite_stats, SignedIn, Plain),
    request!(native_list_events, SignedIn, Plain),
    request!(native_list_group_invites, SignedIn, Plain),
    request!(native_list_my_invites, SignedIn, Plain),
    request!(native_list_sent_invites, SignedIn, Plain),
    request!(native_manage_blocks, SignedIn, Plain),
    request!(native_manage_groups, SignedIn, Makes),
    request!(native_manage_members, SignedIn, Plain),
    request!(native_manage_suppressions, SignedIn, Plain),
    request!(native_manage_users, SignedIn, Plain),
    request!(native_narrow_token, Anyone, TakesToken),
    request!(native_preview_invite, Anyone, TakesToken),
    request!(native_request_renewal, Anyone, TakesToken),
    request!(native_resend_invite, SignedIn, Makes),
    request!(native_resend_invites, SignedIn, Makes),
    request!(native_reveal_link, SignedIn, Plain),
    request!(native_revoke_invite, SignedIn, Plain),
    request!(native_revoke_invites, SignedIn, Plain),
    request!(native_unsubscribe, Anyone, TakesToken),
    request!(native_update_invite, SignedIn, Plain),
    request!(onezone_create_user_token, SignedIn, Makes),
    request!(onezone_join_group, SignedIn, TakesToken),
    request!(rownd_accept_invite, SignedIn, Plain),
    request!(rownd_create_invite, SignedIn, Makes),
    request!(rownd_delete_invite, SignedIn, Plain),
    request!(rownd_get_invite, SignedIn, Plain),
    request!(rownd_list_invites, SignedIn, Plain),
    request!(rownd_manage_groups, SignedIn, Makes),
    request!(rownd_manage_members, SignedIn, Makes),
    request!(rownd_update_invite, SignedIn, Plain),
];

/// A function of the template, with its handler.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name of its crate.
    pub name: &'static str,
    /// The event that starts it.
    pub trigger: Trigger,
}

/// The event that starts a function, and the handler that answers it.
#[derive(Clone, Copy, Debug)]
pub enum Trigger {
    /// A request to the HTTP API.
    Request(Access, RequestHandle),
    /// A batch of the table's stream.
    Stream(StreamHandle<FollowService>),
    /// A batch of the table's stream, for a function that sends mails.
    Mail(StreamHandle<MailService>),
    /// The clock, again and again.
    Schedule(ScheduleHandle),
    /// A notification of a topic.
    Topic(TopicHandle),
    /// A batch of the queue of webhooks.
    Queue(QueueHandle),
}

/// The callers of a request function, and the throttle of its routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The callers that it accepts.
    pub callers: Callers,
    /// The kind of its requests.
    pub kind: Kind,
}

/// The callers of a request function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Any caller, with or without credentials.
    Anyone,
    /// Callers with a valid access token. Others get 401.
    SignedIn,
}

/// The kind of a function's requests, which selects the throttle of its routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Requests with the default throttle.
    Plain,
    /// Requests whose `POST` creates an invite, a group or a member.
    Makes,
    /// Requests that contain an invite's token.
    TakesToken,
}

impl Function {
    /// Returns the function of this package.
    pub fn of_package(package: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.package() == package)
    }

    /// Returns the name of its package, binary and events folder: the crate's name with hyphens.
    pub fn package(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Returns its logical id in the template.
    pub fn logical_id(&self) -> String {
        logical_id(self.name)
    }

    /// Returns its callers and kind. `None` for a function that the stream, a schedule,
    /// a topic or a queue starts.
    pub fn access(&self) -> Option<Access> {
        match self.trigger {
            Trigger::Request(access, _) => Some(access),
            Trigger::Stream(_)
            | Trigger::Mail(_)
            | Trigger::Schedule(_)
            | Trigger::Topic(_)
            | Trigger::Queue(_) => None,
        }
    }
}

/// Returns the logical id of a crate or package: its name in PascalCase.
pub fn logical_id(name: &str) -> String {
    let mut id = String::new();
    let mut starts = true;
    for letter in name.chars() {
        match letter {
            '_' | '-' => starts = true,
            letter if starts => {
                id.push(letter.to_ascii_uppercase());
                starts = false;
            }
            letter => id.push(letter),
        }
    }
    id
}

/// Handlers by the function's logical id.
pub type Handlers = BTreeMap<String, Handler>;

/// Returns the variables of one function, from its logical id and the variables of all.
pub type OwnSettings = fn(&str, &Environment) -> Vec<(String, String)>;

/// A function that is only in the template, or only among the handlers.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The template has a function without a handler.
    #[error("template.yaml has the function {0}, which local/src/registry.rs does not have")]
    NoHandler(String),
    /// A handler has no function in the template.
    #[error("local/src/registry.rs has the function {0}, which template.yaml does not have")]
    NoFunction(String),
}

/// Returns the service of a function: a new one if the function has its own `environment`, and
/// `all` otherwise.
fn started<T: Clone + Send + 'static>(
    all: &T,
    start: fn(&Environment, Clock, &Outbound) -> Result<T, ConfigError>,
    environment: Option<Environment>,
    (clock, outbound): (&Clock, &Outbound),
) -> Started<T> {
    let (all, clock, outbound) = (all.clone(), clock.clone(), outbound.clone());
    Arc::new(LazyLock::new(Box::new(move || {
        match environment.map(|environment| start(&environment, clock, &outbound)) {
            Some(Ok(own)) => own,
            Some(Err(error)) => {
                tracing::error!(%error, "a function's own variables are invalid, so it uses those of all functions");
                all
            }
            None => all,
        }
    })))
}

/// Returns the handlers of all functions. Each reads its `own` variables and then `environment`, and
/// uses `outbound`.
///
/// # Errors
/// A `ConfigError` if a variable in `environment` is missing or invalid.
pub fn handlers(
    environment: &Environment,
    own: Option<OwnSettings>,
    clock: &Clock,
    outbound: &Outbound,
) -> Result<Handlers, ConfigError> {
    let with = (clock, outbound);
    let all = Service::start_with(environment, clock.clone(), outbound)?;
    let all_stream = StreamService::start_with(environment, clock.clone(), outbound)?;
    let all_follow = FollowService::start_with(environment, clock.clone(), outbound)?;
    let all_mail = MailService::start_with(environment, clock.clone(), outbound)?;
    if environment.optional(settings::WEBHOOK_URL).is_some() {
        WebhookService::start_with(environment, clock.clone(), outbound)?;
    }
    let handler = |function: &Function| {
        let id = function.logical_id();
        let own = own.map(|own| environment.with(own(&id, environment)));
        let handler = match function.trigger {
            Trigger::Request(_, handle) => {
                request_handler(started(&all, Service::start_with, own, with), handle)
            }
            Trigger::Stream(handle) => {
                stream_handler(started(&all_follow, FollowService::start_with, own, with), handle)
            }
            Trigger::Schedule(handle) => {
                schedule_handler(started(&all_stream, StreamService::start_with, own, with), handle)
            }
            Trigger::Topic(handle) => {
                topic_handler(started(&all_stream, StreamService::start_with, own, with), handle)
            }
            Trigger::Mail(handle) => {
                stream_handler(started(&all_mail, MailService::start_with, own, with), handle)
            }
            Trigger::Queue(handle) => {
                let environment = own.unwrap_or_else(|| environment.clone());
                let (clock, outbound) = (clock.clone(), outbound.clone());
                let start = move || WebhookService::start_with(&environment, clock, &outbound);
                queue_handler(Arc::new(LazyLock::new(Box::new(start))), handle)
            }
        };
        (id, handler)
    };
    Ok(FUNCTIONS.iter().map(handler).collect())
}

/// Checks that the template and the handlers have the same functions.
///
/// # Errors
/// `NoHandler` or `NoFunction` with the first function that only one of them has.
pub(crate) fn check(template: &Template, handlers: &Handlers) -> Result<(), RegistryError> {
    let known = |id: &str| template.functions.iter().any(|function| function.id == id);
    if let Some(function) =
        template.functions.iter().find(|function| !handlers.contains_key(&function.id))
    {
        return Err(RegistryError::NoHandler(function.id.clone()));
    }
    match handlers.keys().find(|id| !known(id)) {
        Some(id) => Err(RegistryError::NoFunction(id.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::TEMPLATE;

    fn handler() -> Handler {
        Arc::new(|event| Box::pin(async move { Ok(event) }))
    }

    #[test]
    fn package_and_logical_id_follow_from_the_crate() {
        let function = Function::of_package("native-get-invite").unwrap();
        assert_eq!(function.name, "native_get_invite");
        assert_eq!(function.logical_id(), "NativeGetInvite");
    }

    #[test]
    fn functions_are_unique_and_sorted_by_name() {
        assert!(FUNCTIONS.is_sorted_by(|one, next| one.name < next.name));
    }

    #[test]
    fn a_function_without_a_handler_is_named() {
        let template = Template::parse(TEMPLATE).unwrap();
        let error = check(&template, &Handlers::new()).unwrap_err();
        assert_eq!(error, RegistryError::NoHandler("BackgroundDeliverWebhook".into()));
    }

    #[test]
    fn a_handler_without_a_function_is_named() {
        let mut template = Template::parse(TEMPLATE).unwrap();
        template.functions.clear();
        let handlers = Handlers::from([("NativeNothing".to_owned(), handler())]);
        assert_eq!(
            check(&template, &handlers).unwrap_err(),
            RegistryError::NoFunction("NativeNothing".into())
        );
    }
}
