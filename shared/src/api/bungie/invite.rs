//! The invites that this API makes, and the list of invited groups that it is asked for.

use lambda_http::Request;

use super::answer::Failure;
use super::request::{account, group, message, one_of};
use crate::Service;
use crate::domain::invite::IdentityPolicy;
use crate::domain::invitee::Lifetime;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Metadata};
use crate::engine::{InviteeRequest, NewInvite};

/// `GroupPotentialMemberStatus`, from 0.
const FILTERS: [&str; 3] = ["None", "Applicant", "Invitee"];

/// The filter that asks for invites. Nobody can apply to a group here, so the other filters find
/// nothing.
const INVITEE: usize = 2;

/// `GroupType`, from 0.
const GROUP_TYPES: [&str; 2] = ["General", "Clan"];

/// The type of our groups; there are no clans.
const GENERAL: usize = 0;

/// Reads the invite that is asked for: of the account, into the group, with the body's message. No
/// mail is sent.
///
/// # Errors
/// As for [`group`], [`account`] and [`message`], in this order.
pub fn new_invite(service: &Service, request: &Request) -> Result<NewInvite, Failure> {
    Ok(NewInvite {
        group: group(request)?,
        invitee: InviteeRequest::Account(account(request)?),
        roles: Roles::default(),
        message: message(service, request)?,
        metadata: Metadata::default(),
        lifetime: Lifetime::DEFAULT,
        redirect_url: None,
        notify: false,
        identity_policy: IdentityPolicy::Strict,
        rule: InviteRule::Admins,
        api_data: ApiData::default(),
    })
}

/// Whether the path's `filter` and `groupType` ask for invites into groups of our one type.
///
/// # Errors
/// `ParameterInvalidRange` for words that neither has.
pub fn asks_for_invites(request: &Request) -> Result<bool, Failure> {
    let filter = one_of(request, "filter", &FILTERS)?;
    let kind = one_of(request, "groupType", &GROUP_TYPES)?;
    Ok((filter, kind) == (INVITEE, GENERAL))
}
