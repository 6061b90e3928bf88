//! Creating an invite, or returning the one that an earlier call created.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::engine::{
    Conflict, Created, Engine, InviteeIds, NewInvite, Outcome, Present, Refusal, Stop,
};

impl Engine {
    /// Creates an invite, or returns the invitee's pending invite if it has the same roles and
    /// redirect. So a repeated call is safe (docs/contracts/rownd.md#asking-again). Also returns the
    /// id of the invited user, which a new invite needs no further read for.
    ///
    /// # Errors
    /// The variants of [`Engine::create_invite`], and `NotFound::Invite` if the pending invite
    /// disappears meanwhile. `Conflict::AlreadyPending` only if the pending invite differs.
    pub async fn create_or_find_invite(
        &self,
        caller: &Caller,
        new: &NewInvite,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<(Created, InviteeIds)> {
        let mut created = self.created_or_found(caller, new, entropy, now).await?;
        let known = match created.invitee_ids.take() {
            Some(known) => known,
            None => self.invitee_ids(std::slice::from_ref(&created.invite)).await?,
        };
        Ok((created, known))
    }

    async fn created_or_found(
        &self,
        caller: &Caller,
        new: &NewInvite,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<Created> {
        let id = match self.create_invite(caller, new, entropy, now).await {
            Err(Stop::Refused(Refusal::Conflict(Conflict::AlreadyPending(id)))) => id,
            created => return created,
        };
        let invite = self.get_invite(caller, &new.group, id, new.rule).await?;
        let found = (&invite.terms.roles, invite.terms.redirect_url.as_ref());
        if invite.is_pending(now) && is_same(found, new) {
            let present = Present::default();
            let token = self.token(&invite);
            Ok(Created { token, invite, present, invitee_ids: None })
        } else {
            Err(Conflict::AlreadyPending(id).into())
        }
    }
}

/// Returns whether an invite with these roles and this redirect matches the request. The order of
/// the roles does not matter.
fn is_same((roles, redirect_url): (&Roles, Option<&RedirectUrl>), new: &NewInvite) -> bool {
    sorted(roles) == sorted(&new.roles) && redirect_url == new.redirect_url.as_ref()
}

fn sorted(roles: &Roles) -> Vec<&str> {
    let mut names: Vec<&str> = roles.names().collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GroupId, UserId};
    use crate::domain::redirect::RedirectTargets;
    use crate::domain::role::RoleName;
    use crate::domain::rule::InviteRule;
    use crate::engine::InviteeRequest;

    fn roles(names: &[&str]) -> Roles {
        Roles::new(names.iter().map(|name| RoleName::parse(name).unwrap()).collect()).unwrap()
    }

    fn redirect_to(path: &str) -> RedirectUrl {
        let sign_in = "https://app.example/sign-in".parse().unwrap();
        RedirectTargets::new(None, &sign_in, vec![]).parse(path).unwrap()
    }

    fn asked(names: &[&str], redirect: Option<&str>) -> NewInvite {
        let user = InviteeRequest::User(UserId::parse("29845").unwrap());
        NewInvite {
            roles: roles(names),
            redirect_url: redirect.map(redirect_to),
            ..NewInvite::of(GroupId::parse("3773").unwrap(), user, InviteRule::Owners)
        }
    }

    #[test]
    fn an_invite_matches_a_request_with_the_same_roles_and_redirect() {
        let (editor, home) = (roles(&["editor", "billing"]), redirect_to("/"));
        let found = (&editor, Some(&home));
        assert!(is_same(found, &asked(&["billing", "editor"], Some("/"))));
        for other in [
            asked(&["editor"], Some("/")),
            asked(&["editor", "billing", "member"], Some("/")),
            asked(&["editor", "billing"], Some("/welcome")),
            asked(&["editor", "billing"], None),
        ] {
            assert!(!is_same(found, &other), "{other:?}");
        }
    }
}
