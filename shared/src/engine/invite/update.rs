//! Changing a pending invite.

use super::create::{InviteeRequest, check_lifetime};
use super::invitees::InviteeIds;
use crate::domain::Invalid;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::{RequestId, Version};
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, Revision, Terms};
use crate::domain::invitee::Lifetime;
use crate::domain::language::LanguageTag;
use crate::domain::member::{Member, MembershipPeriod};
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Message, Metadata};
use crate::engine::acting::Acting;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::authority::{
    actor_of, first_roles, granted, may_end, may_grant, may_invite, not_frozen,
};
use crate::engine::{Conflict, Engine, NotFound, Outcome, Refusal, Unavailable, require_pending};

/// A change of an invite. `None` keeps the field as it is, and `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct InviteChange {
    /// The invitee that the caller expects. It must be the invite's own.
    pub invitee: Option<InviteeRequest>,
    /// The roles to grant. The caller becomes the person who grants them.
    pub roles: Option<Roles>,
    /// The time from now until the invite expires.
    pub lifetime: Option<Lifetime>,
    /// The personal message.
    pub message: Option<Option<Message>>,
    /// The inviter's own data, which replace all of the old.
    pub metadata: Option<Metadata>,
    /// The URL to open after accepting.
    pub redirect_url: Option<Option<RedirectUrl>>,
    /// The language of the mail and the page.
    pub locale: Option<Option<LanguageTag>>,
    /// How long the membership lasts, from the acceptance on.
    pub membership_expires_in: Option<Option<MembershipPeriod>>,
    /// The fields to replace in the API's own data.
    pub api_data: ApiData,
    /// Whether the link is paused. Only for links.
    pub paused: Option<bool>,
    /// The rule by which the caller may invite.
    pub rule: InviteRule,
    /// The version that the caller has read.
    pub if_match: Option<Version>,
}

impl Engine {
    /// Changes a pending invite of the group, if the change's rule lets the caller invite. Its
    /// token stays as it is, and no mail is sent. A change of the roles makes the caller the person
    /// whose right an acceptance asks.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `Denied::NotMember`, `Denied::RoleAboveOwn` if the
    /// roles before or after rank above the caller's own, `Forbidden::MayNotInvite`,
    /// `Forbidden::Frozen`, `Conflict::NotPending`, `Conflict::PreconditionFailed`, `Invalid`,
    /// `Fault`.
    pub async fn update_invite(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        id: InviteId,
        change: &InviteChange,
    ) -> Outcome<Invite> {
        self.updated(acting, group, id, change, Answered::Invite).await.map(|(invite, _)| invite)
    }

    /// Changes a pending invite as [`Engine::update_invite`] does. Also returns the id of the invited
    /// user, which is looked up beside the write.
    ///
    /// # Errors
    /// The variants of [`Engine::update_invite`].
    pub async fn update_invite_of_user(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        id: InviteId,
        change: &InviteChange,
    ) -> Outcome<(Invite, InviteeIds)> {
        self.updated(acting, group, id, change, Answered::WithInviteeIds).await
    }

    async fn updated(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        id: InviteId,
        change: &InviteChange,
        answered: Answered,
    ) -> Outcome<(Invite, InviteeIds)> {
        let Acting { caller, now } = acting;
        for _ in 0..ATTEMPTS {
            let (found, member, invite) =
                self.store.group_member_and_invite(group, &caller.user, id).await?;
            let is_stored = member.is_some();
            let (found, actor) = actor_of(caller, found, member)?;
            may_invite(change.rule, &found, &actor.member)?;
            let invite = invite.ok_or(NotFound::Invite)?;
            if change.if_match.is_some_and(|version| version != invite.version) {
                return Err(Conflict::PreconditionFailed.into());
            }
            require_pending(&invite, now)?;
            may_change(&found, &actor.member, &invite, change)?;
            let mut revision = revised(&invite, change, actor.author(), now)?;
            if change.roles.is_some() {
                let (granter, rule) = granted(change.rule, &found, &actor.member, is_stored, now);
                revision.granted_by = granter;
                revision.terms.rule = rule;
            }
            let updated = invite.update(&revision, now).map_err(Conflict::NotPending)?;
            let is_same = updated.invite.terms == invite.terms
                && updated.invite.invitee == invite.invitee
                && updated.invite.granted_by == invite.granted_by;
            let known = self.answered_ids(&invite, answered);
            if is_same {
                let known = known.await?;
                return Ok((invite, known));
            }
            let written = self.store.rewrite_invite(&updated, actor.right());
            let (written, known) = futures::join!(written, known);
            if written? {
                return Ok((updated.invite, known?));
            }
        }
        Err(Unavailable::Conflicts("the invite").into())
    }

    async fn answered_ids(&self, invite: &Invite, answered: Answered) -> Outcome<InviteeIds> {
        match answered {
            Answered::Invite => Ok(InviteeIds::default()),
            Answered::WithInviteeIds => self.invitee_ids(std::slice::from_ref(invite)).await,
        }
    }
}

/// The answer to a change.
#[derive(Clone, Copy)]
enum Answered {
    /// The invite.
    Invite,
    /// The invite, and the id of the invited user.
    WithInviteeIds,
}

/// Checks that the member may make this change of the invite.
fn may_change(
    group: &Group,
    member: &Member,
    invite: &Invite,
    change: &InviteChange,
) -> Result<(), Refusal> {
    let other =
        |asked: &InviteeRequest| asked.invitee(&RequestId::default()).key() != invite.invitee.key();
    if change.invitee.as_ref().is_some_and(other) {
        return Err(Refusal::Invalid("", OTHER_INVITEE));
    }
    may_grant(member, &invite.terms.roles)?;
    let roles = change.roles.as_ref().unwrap_or(&invite.terms.roles);
    let period = change.membership_expires_in.unwrap_or(invite.terms.membership_expires_in);
    if change.roles.is_some() {
        may_grant(member, roles)?;
        first_roles(group, roles)?;
    }
    if change.roles.is_some() || change.membership_expires_in.is_some() {
        may_end(&first_roles(group, roles)?, period)?;
    }
    not_frozen(group)
}

/// Returns the invite's terms after the change.
fn revised(
    invite: &Invite,
    change: &InviteChange,
    by: Author,
    now: Timestamp,
) -> Result<Revision, Refusal> {
    let terms = invite.terms.clone();
    let link = invite.invitee.link();
    if let Some(lifetime) = change.lifetime {
        check_lifetime(lifetime, link.is_some())?;
    }
    let paused = match (change.paused, link) {
        (Some(true), None) => return Err(Refusal::Invalid("/paused", NOT_A_LINK)),
        (asked, link) => asked.unwrap_or(link.is_some_and(|link| link.paused)),
    };
    let period = change.membership_expires_in.unwrap_or(terms.membership_expires_in);
    let api_data = terms.api_data.with(&change.api_data);
    let terms = Terms {
        roles: change.roles.clone().unwrap_or(terms.roles),
        expires_at: change.lifetime.map_or(terms.expires_at, |lifetime| lifetime.end(now)),
        message: change.message.clone().unwrap_or(terms.message),
        metadata: change.metadata.clone().unwrap_or(terms.metadata),
        redirect_url: change.redirect_url.clone().unwrap_or(terms.redirect_url),
        locale: change.locale.clone().unwrap_or(terms.locale),
        membership_expires_in: period,
        api_data: api_data.map_err(|invalid| Refusal::Invalid("", invalid))?,
        ..terms
    };
    Ok(Revision { terms, granted_by: invite.granted_by.clone(), paused, by })
}

const OTHER_INVITEE: Invalid = Invalid::new(
    "other_invitee",
    "The invitee cannot be changed. Make a new invite for another person.",
);
const NOT_A_LINK: Invalid =
    Invalid::new("not_a_link", "Only a link can be paused. Revoke the invite instead.");
