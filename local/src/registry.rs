//! Every function of the template with its handler.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use shared::config::{ConfigError, Environment};
use shared::domain::clock::Clock;
use shared::{MailService, Service};

use crate::function::{Handler, request_handler, stream_handler};
use crate::template::Template;

/// Handlers by the function's logical id.
pub(crate) type Registry = BTreeMap<&'static str, Handler>;

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

/// Pairs of a logical id and a handler that calls the crate's `handle` with a clone of the service
/// that the function has.
macro_rules! handlers {
    ($service:expr, $kind:ident, [$($id:literal => $function:ident),* $(,)?]) => {
        [$(($id, {
            let service = $service($id);
            $kind(move |event| {
                let service = service.clone();
                async move { $function::handle(&service, event).await }
            })
        })),*]
    };
}

/// What a function works with, made when it is first invoked.
type Started<T> = Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>;

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
pub(crate) fn registry(
    environment: &Environment,
    own: Option<OwnSettings>,
    clock: &Clock,
) -> Result<Registry, ConfigError> {
    let all = Service::start(environment, clock.clone())?;
    let service = |id| {
        started(&all, Service::start, own.map(|own| environment.with(own(id, environment))), clock)
    };
    let all_mail = MailService::start(environment, clock.clone())?;
    let mail = |id| {
        started(
            &all_mail,
            MailService::start,
            own.map(|own| environment.with(own(id, environment))),
            clock,
        )
    };
    let requests = handlers!(service, request_handler, [
        "EvantaCreateGroupInvite" => evanta_create_group_invite,
        "EvantaDeclineGroupInvite" => evanta_decline_group_invite,
        "EvantaJoinGroup" => evanta_join_group,
        "EvantaListGroupInvites" => evanta_list_group_invites,
        "EvantaListMyGroupInvites" => evanta_list_my_group_invites,
        "ChembiohubCreateInvitation" => chembiohub_create_invitation,
        "ChembiohubGetInvitation" => chembiohub_get_invitation,
        "ChembiohubInvitationSchema" => chembiohub_invitation_schema,
        "ChembiohubListInvitations" => chembiohub_list_invitations,
        "BungieCancelIndividualInvite" => bungie_cancel_individual_invite,
        "BungieInviteIndividual" => bungie_invite_individual,
        "BungieListInvitedIndividuals" => bungie_list_invited_individuals,
        "BungieListPotentialGroups" => bungie_list_potential_groups,
        "NativeAcceptInvite" => native_accept_invite,
        "NativeCreateInvite" => native_create_invite,
        "NativeDeclineInvite" => native_decline_invite,
        "NativeGetInvite" => native_get_invite,
        "NativeInvitePage" => native_invite_page,
        "NativeListGroupInvites" => native_list_group_invites,
        "NativeListMyInvites" => native_list_my_invites,
        "NativeManageGroups" => native_manage_groups,
        "NativeManageMembers" => native_manage_members,
        "NativeManageUsers" => native_manage_users,
        "NativePreviewInvite" => native_preview_invite,
        "NativeRevokeInvite" => native_revoke_invite,
        "OnezoneCreateUserToken" => onezone_create_user_token,
        "OnezoneJoinGroup" => onezone_join_group,
        "RowndAcceptInvite" => rownd_accept_invite,
        "RowndCreateInvite" => rownd_create_invite,
        "RowndDeleteInvite" => rownd_delete_invite,
        "RowndGetInvite" => rownd_get_invite,
        "RowndListInvites" => rownd_list_invites,
        "RowndManageGroups" => rownd_manage_groups,
        "RowndManageMembers" => rownd_manage_members,
        "RowndUpdateInvite" => rownd_update_invite,
    ]);
    let background = handlers!(mail, stream_handler, [
        "BackgroundSendMail" => background_send_mail,
    ]);
    Ok(requests.into_iter().chain(background).collect())
}

/// Holds template and registry together.
///
/// # Errors
/// The first function that only one of them has.
pub(crate) fn check(template: &Template, registry: &Registry) -> Result<(), RegistryError> {
    let known = |id: &str| template.functions.iter().any(|function| function.id == id);
    if let Some(function) =
        template.functions.iter().find(|function| !registry.contains_key(function.id.as_str()))
    {
        return Err(RegistryError::NoHandler(function.id.clone()));
    }
    match registry.keys().find(|id| !known(id)) {
        Some(id) => Err(RegistryError::NoFunction((*id).to_owned())),
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
    fn a_function_without_a_handler_is_named() {
        let template = Template::parse(TEMPLATE).unwrap();
        let error = check(&template, &Registry::new()).unwrap_err();
        assert_eq!(error, RegistryError::NoHandler("BackgroundSendMail".into()));
    }

    #[test]
    fn a_handler_without_a_function_is_named() {
        let mut template = Template::parse(TEMPLATE).unwrap();
        template.functions.clear();
        let registry = Registry::from([("NativeNothing", handler())]);
        assert_eq!(
            check(&template, &registry).unwrap_err(),
            RegistryError::NoFunction("NativeNothing".into())
        );
    }
}
