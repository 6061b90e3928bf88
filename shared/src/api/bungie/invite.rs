//! Reads the invite that a request creates, and the filter of a list of invites.

use lambda_http::Request;

use super::answer::Failure;
use super::request::{account, group, message, one_of};
use crate::Service;
use crate::domain::rule::InviteRule;
use crate::engine::{InviteeRequest, NewInvite};

/// The rule that lets owners and admins create and manage invites.
pub const RULE: InviteRule = InviteRule::Admins;

/// The values of `GroupPotentialMemberStatus`, numbered from 0.
const FILTERS: [&str; 3] = ["None", "Applicant", "Invitee"];

/// The index of the filter for invites. The other filters find nothing, because nobody can apply to
/// a group.
const INVITEE: usize = 2;

/// The values of `GroupType`, numbered from 0.
const GROUP_TYPES: [&str; 2] = ["General", "Clan"];

/// The index of the only type that groups have here. There are no clans.
const GENERAL: usize = 0;

/// Reads the invite that the request asks for: its group and account from the path, and its message
/// from the body. No mail is sent.
///
/// # Errors
/// The errors of [`group`], [`account`] and [`message`], in this order.
pub fn new_invite(service: &Service, request: &Request) -> Result<NewInvite, Failure> {
    let group = group(request)?;
    let invitee = InviteeRequest::Account(account(request)?);
    let message = message(service, request)?;
    Ok(NewInvite { message, notify: false, ..NewInvite::of(group, invitee, RULE) })
}

/// Returns whether the path's `filter` and `groupType` ask for invites to ordinary groups.
///
/// # Errors
/// `ParameterInvalidRange` if one of them is not a known value.
pub fn asks_for_invites(request: &Request) -> Result<bool, Failure> {
    let filter = one_of(request, "filter", &FILTERS)?;
    let kind = one_of(request, "groupType", &GROUP_TYPES)?;
    Ok((filter, kind) == (INVITEE, GENERAL))
}
