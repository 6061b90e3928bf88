//! The registry: every function, the event that starts it, and its callers. The local service and
//! the tests iterate it; nothing else lists the functions.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use shared::config::{ConfigError, Environment};
use shared::domain::clock::Clock;
use shared::{MailService, Service};

use crate::function::{
    Handler, RequestHandle, Started, StreamHandle, request_handler, stream_handler,
};
use crate::template::Template;

/// A function that API Gateway starts, by its crate.
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

/// A function that the table's stream starts, by its crate.
macro_rules! stream {
    ($function:ident) => {
        Function {
            name: stringify!($function),
            trigger: Trigger::Stream(|service, event| Box::pin($function::handle(service, event))),
        }
    };
}

/// Every function, in the order of the names.
pub static FUNCTIONS: &[Function] = &[
    stream!(background_send_mail),
    request!(bungie_cancel_individual_invite, SignedIn, Plain),
    request!(bungie_invite_individual, SignedIn, Makes),
    request!(bungie_list_invited_individuals, SignedIn, Plain),
    request!(bungie_list_potential_groups, Anyone, Plain),
    request!(chembiohub_create_invitation, SignedIn, Makes),
    request!(chembiohub_get_invitation, SignedIn, Plain),
    request!(chembiohub_invitation_schema, SignedIn, Plain),
    request!(chembiohub_list_invitations, SignedIn, Plain),
    request!(evanta_create_group_invite, SignedIn, Makes),
    request!(evanta_decline_group_invite, SignedIn, Plain),
    request!(evanta_join_group, SignedIn, Plain),
    request!(evanta_list_group_invites, SignedIn, Plain),
    request!(evanta_list_my_group_invites, SignedIn, Plain),
    request!(native_accept_invite, SignedIn, TakesToken),
    request!(native_create_invite, SignedIn, Makes),
    request!(native_decline_invite, Anyone, TakesToken),
    request!(native_get_invite, SignedIn, Plain),
    request!(native_invite_page, Anyone, TakesToken),
    request!(native_list_group_invites, SignedIn, Plain),
    request!(native_list_my_invites, SignedIn, Plain),
    request!(native_manage_groups, SignedIn, Makes),
    request!(native_manage_members, SignedIn, Plain),
    request!(native_manage_users, SignedIn, Plain),
    request!(native_preview_invite, Anyone, TakesToken),
    request!(native_revoke_invite, SignedIn, Plain),
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
    Stream(StreamHandle),
}

/// What a request function asks of its callers, and what its routes are throttled by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Its callers.
    pub callers: Callers,
    /// The kind of its requests.
    pub kind: Kind,
}

/// The callers of a request function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Everybody: a request without credentials is answered too.
    Anyone,
    /// Users who prove who they are; everybody else is answered 401.
    SignedIn,
}

/// The kind of a function's requests: their routes have the throttle of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Requests that have the default throttle.
    Plain,
    /// A `POST` makes an invite, a group or a member.
    Makes,
    /// Requests that carry an invite's token.
    TakesToken,
}

impl Function {
    /// The function of this package.
    pub fn of_package(package: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.package() == package)
    }

    /// Its package, binary and events folder: the crate's name with hyphens.
    pub fn package(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Its logical id in the template.
    pub fn logical_id(&self) -> String {
        logical_id(self.name)
    }

    /// What it asks of its callers; `None` where nobody calls it.
    pub fn access(&self) -> Option<Access> {
        match self.trigger {
            Trigger::Request(access, _) => Some(access),
            Trigger::Stream(_) => None,
        }
    }
}

/// The logical id of a crate or package: its name in PascalCase.
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

/// Variables of one function, by its logical id and what all have.
pub type OwnSettings = fn(&str, &Environment) -> Vec<(String, String)>;

/// A function that is in the template or among the handlers, but not in both.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The template has a function that nothing here plays.
    #[error("template.yaml has the function {0}, which local/src/registry.rs doesn't know")]
    NoHandler(String),
    /// A handler has no function in the template.
    #[error("local/src/registry.rs has a handler for {0}, which template.yaml doesn't have")]
    NoFunction(String),
}

/// The function's own, where it has an `environment` of its own; otherwise what `all` have.
fn started<T: Clone + Send + 'static>(
    all: &T,
    start: fn(&Environment, Clock) -> Result<T, ConfigError>,
    environment: Option<Environment>,
    clock: &Clock,
) -> Started<T> {
    let (all, clock) = (all.clone(), clock.clone());
    Arc::new(LazyLock::new(Box::new(move || {
        match environment.map(|environment| start(&environment, clock)) {
            Some(Ok(own)) => own,
            Some(Err(error)) => {
                tracing::error!(%error, "a function's own variables can't be used");
                all
            }
            None => all,
        }
    })))
}

/// The handlers of all functions, reading `environment`, and before it what is a function's `own`,
/// as each of them would on Lambda.
///
/// # Errors
/// A configuration variable that can't be used.
pub fn handlers(
    environment: &Environment,
    own: Option<OwnSettings>,
    clock: &Clock,
) -> Result<Handlers, ConfigError> {
    let all = Service::start(environment, clock.clone())?;
    let all_mail = MailService::start(environment, clock.clone())?;
    let handler = |function: &Function| {
        let id = function.logical_id();
        let own = own.map(|own| environment.with(own(&id, environment)));
        let handler = match function.trigger {
            Trigger::Request(_, handle) => {
                request_handler(started(&all, Service::start, own, clock), handle)
            }
            Trigger::Stream(handle) => {
                stream_handler(started(&all_mail, MailService::start, own, clock), handle)
            }
        };
        (id, handler)
    };
    Ok(FUNCTIONS.iter().map(handler).collect())
}

/// Holds template and handlers together.
///
/// # Errors
/// The first function that only one of them has.
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
    fn each_function_is_there_once_and_in_order() {
        assert!(FUNCTIONS.is_sorted_by(|one, next| one.name < next.name));
    }

    #[test]
    fn a_function_without_a_handler_is_named() {
        let template = Template::parse(TEMPLATE).unwrap();
        let error = check(&template, &Handlers::new()).unwrap_err();
        assert_eq!(error, RegistryError::NoHandler("BackgroundSendMail".into()));
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
