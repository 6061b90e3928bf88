//! Whether an invite can be accepted right now: the one rule that creating, listing, previewing,
//! mailing and accepting ask (docs/contracts/native.md#accepting).

use serde::Serialize;

use super::clock::Timestamp;
use super::email::EmailAddress;
use super::group::Group;
use super::invite::Invite;
use super::invitee::Invitee;
use super::member::Member;
use super::rule::InviteRule;

/// The reason why an invite cannot be accepted right now, although it has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NotAcceptable {
    /// The member whose right it rests on may no longer grant it.
    InviterGone,
    /// The group does not allow the address that would accept.
    DomainNotAllowed,
    /// The group is frozen.
    GroupFrozen,
    /// The invite is a link, and the group has links off.
    LinksOff,
    /// The invite is a link that is paused.
    Paused,
    /// The group has no free seat.
    SeatsFull,
}

impl NotAcceptable {
    /// Returns the reason in one word, as `delivery.reason` shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InviterGone => "inviter_gone",
            Self::DomainNotAllowed => "domain_not_allowed",
            Self::GroupFrozen => "group_frozen",
            Self::LinksOff => "links_off",
            Self::Paused => "paused",
            Self::SeatsFull => "seats_full",
        }
    }

    /// Returns whether the reason lasts. Such an invite blocks no other invite of the same person.
    /// The other reasons pass.
    pub fn lasts(self) -> bool {
        match self {
            Self::InviterGone | Self::DomainNotAllowed => true,
            Self::GroupFrozen | Self::LinksOff | Self::Paused | Self::SeatsFull => false,
        }
    }
}

/// The person who would accept, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptor<'a> {
    /// The invitee. Only an address that the invite names is known.
    Invitee,
    /// An account that proves this address, or none.
    Account(Option<&'a EmailAddress>),
}

/// Whether an invite can be accepted at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptability {
    /// The invite can be accepted.
    Acceptable,
    /// The invite cannot be accepted now, for this reason.
    NotNow(NotAcceptable),
    /// The invite has ended, or its group no longer exists.
    Ended,
}

impl Acceptability {
    /// Returns the acceptability of the invite for its invitee at `now`. `group` is `None` if it
    /// was deleted. `granter` is the membership of the invite's granter.
    pub fn of(
        invite: &Invite,
        group: Option<&Group>,
        granter: Option<&Member>,
        acceptor: Acceptor<'_>,
        now: Timestamp,
    ) -> Self {
        let Some(group) = group.filter(|_| invite.awaits_invitee(now)) else { return Self::Ended };
        match check(invite, group, granter, acceptor) {
            Ok(()) => Self::Acceptable,
            Err(reason) => Self::NotNow(reason),
        }
    }

    /// Returns whether the invite can be accepted.
    pub fn is_acceptable(self) -> bool {
        self == Self::Acceptable
    }

    /// Returns why the invite cannot be accepted now. `None` if it can, or has ended.
    pub fn reason(self) -> Option<NotAcceptable> {
        match self {
            Self::NotNow(reason) => Some(reason),
            Self::Acceptable | Self::Ended => None,
        }
    }
}

/// Checks everything that an acceptance asks of the present, except the invite's own state.
///
/// `granter` is the membership of [`Invite::granted_by`]. It decides only if the group and the
/// invite do not prove the right by themselves ([`right_is_proven`]).
///
/// # Errors
/// The reason why the invite cannot be accepted now. A reason that lasts goes first.
pub fn check(
    invite: &Invite,
    group: &Group,
    granter: Option<&Member>,
    acceptor: Acceptor<'_>,
) -> Result<(), NotAcceptable> {
    if right_is_proven(group, invite) || granter_may(group, granter, invite) {
        check_without_right(invite, group, acceptor)
    } else {
        Err(NotAcceptable::InviterGone)
    }
}

/// Checks what [`check`] does, except the granter's right.
///
/// # Errors
/// The reason why the invite cannot be accepted now. A reason that lasts goes first.
pub fn check_without_right(
    invite: &Invite,
    group: &Group,
    acceptor: Acceptor<'_>,
) -> Result<(), NotAcceptable> {
    if !domain_is_allowed(invite, group, acceptor) {
        return Err(NotAcceptable::DomainNotAllowed);
    }
    if group.policy.frozen {
        return Err(NotAcceptable::GroupFrozen);
    }
    match invite.invitee.link() {
        Some(_) if !group.policy.links => return Err(NotAcceptable::LinksOff),
        Some(link) if link.paused => return Err(NotAcceptable::Paused),
        Some(_) | None => {}
    }
    if group.is_full() { Err(NotAcceptable::SeatsFull) } else { Ok(()) }
}

/// Seconds that must pass between a group's last removal or role change and a grant whose stored
/// rank is trusted.
///
/// No request runs this long, so the reads of such a grant saw that change (ADR 0007).
const AUTHORITY_MARGIN: i64 = 60;

/// Returns whether the invite and the group alone prove that the granter may still grant the invite
/// (ADR 0007). Otherwise the granter's membership decides, as it does if that membership ends by
/// time, which changes nothing on the group.
pub fn right_is_proven(group: &Group, invite: &Invite) -> bool {
    let granted = &invite.granted_by;
    let nobody_lost_rights =
        group.authority_changed_at.is_none_or(|at| at.plus(AUTHORITY_MARGIN) < granted.at);
    nobody_lost_rights
        && granted.until.is_none()
        && invite.terms.rule.still_allows(group, granted.rank)
        && invite.terms.roles.rank() <= granted.rank
}

/// Returns whether the granter is still a member, may still invite, and may still grant these
/// roles. `granter` is the membership of [`Invite::granted_by`].
pub fn granter_may(group: &Group, granter: Option<&Member>, invite: &Invite) -> bool {
    match invite.terms.rule {
        // These granters need no membership, so the group cannot take their right away.
        InviteRule::Service | InviteRule::Anyone => true,
        rule => granter.is_some_and(|member| {
            rule.allows(group, member) && invite.terms.roles.rank() <= member.roles.rank()
        }),
    }
}

/// Returns whether the group's domains allow the address that would accept.
///
/// An address that nobody knows yet is decided at acceptance.
fn domain_is_allowed(invite: &Invite, group: &Group, acceptor: Acceptor<'_>) -> bool {
    let policy = &group.policy;
    match (acceptor, &invite.invitee) {
        (Acceptor::Account(address), _) => policy.admits(address),
        (Acceptor::Invitee, Invitee::Email(address)) => policy.allows(address),
        (Acceptor::Invitee, Invitee::Person(person)) => policy.allows(&person.email),
        (Acceptor::Invitee, Invitee::Link(link)) => {
            link.allowed_domains.is_empty()
                || link.allowed_domains.iter().any(|domain| policy.allows_domain(domain))
        }
        (Acceptor::Invitee, Invitee::User(_) | Invitee::Phone(_) | Invitee::Account(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::counters::Version;
    use crate::domain::group::tests::group;
    use crate::domain::group::{Domains, Policy};
    use crate::domain::identity::{Account, PhoneNumber};
    use crate::domain::ids::{GroupId, UserId};
    use crate::domain::invite::Granter;
    use crate::domain::invite::tests::pending;
    use crate::domain::invitee::{Link, Person};
    use crate::domain::privilege::Privileges;
    use crate::domain::role::{Rank, RoleName, Roles};
    use crate::domain::text::Name;

    const END: i64 = 100_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    fn link(allowed_domains: &[&str]) -> Invitee {
        let allowed_domains = allowed_domains.iter().map(|domain| (*domain).to_owned()).collect();
        let key = "0".repeat(32);
        Invitee::Link(Link { key, max_uses: None, uses: 0, allowed_domains, paused: false })
    }

    /// Returns an invitee of each kind. Those with an address have it at example.com.
    fn every_kind() -> Vec<Invitee> {
        let person = Person {
            email: address("ada@example.com"),
            first_name: None,
            last_name: None,
            pending_user: None,
        };
        vec![
            Invitee::User(UserId::parse("ada").unwrap()),
            Invitee::Email(address("ada@example.com")),
            Invitee::Phone(PhoneNumber::parse("+19199993333").unwrap()),
            Invitee::Account(Account { membership_type: 3, membership_id: "9".into() }),
            Invitee::Person(person),
            link(&[]),
        ]
    }

    fn invite(invitee: Invitee) -> Invite {
        pending(invitee, Some(END))
    }

    fn domains(names: &[&str]) -> Domains {
        Domains::parse(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    fn with(policy: Policy) -> Group {
        Group { policy, ..group() }
    }

    /// Returns a group in which a member lost a right just before the invites were granted, so that
    /// only the granter's membership proves the right.
    fn unproven() -> Group {
        Group { authority_changed_at: Some(at(999)), ..group() }
    }

    fn granter(role: &str) -> Member {
        Member {
            group: group().id,
            user: UserId::parse("29842").unwrap(),
            roles: Roles::new(vec![RoleName::parse(role).unwrap()]).unwrap(),
            privileges: Privileges::default(),
            name: None,
            joined_at: at(0),
            invite: None,
            came_as: vec![],
            expires_at: None,
            added_by: None,
            version: Version::FIRST,
        }
    }

    fn asked(invite: &Invite, group: &Group) -> Result<(), NotAcceptable> {
        check(invite, group, None, Acceptor::Invitee)
    }

    #[test]
    fn every_kind_is_acceptable_while_nothing_speaks_against_it() {
        for invitee in every_kind() {
            let invite = invite(invitee);
            let acceptor = Acceptor::Account(None);
            let now = Acceptability::of(&invite, Some(&group()), None, acceptor, at(END - 1));
            assert_eq!((now.is_acceptable(), now.reason()), (true, None), "{invite:?}");
        }
    }

    #[test]
    fn no_kind_outlives_its_granter() {
        for invitee in every_kind() {
            let invite = invite(invitee);
            let asked =
                |member: Option<&Member>| check(&invite, &unproven(), member, Acceptor::Invitee);
            assert_eq!(asked(None), Err(NotAcceptable::InviterGone), "{invite:?}");
            assert_eq!(asked(Some(&granter("editor"))), Err(NotAcceptable::InviterGone));
            assert_eq!(asked(Some(&granter("admin"))), Ok(()));
            let by_rule = |rule| {
                let mut other = invite.clone();
                other.terms.rule = rule;
                check(&other, &unproven(), None, Acceptor::Invitee)
            };
            // An app and a user of the application have no membership to lose.
            assert_eq!(by_rule(InviteRule::Service), Ok(()));
            assert_eq!(by_rule(InviteRule::Anyone), Ok(()));
            assert_eq!(by_rule(InviteRule::Owners), Err(NotAcceptable::InviterGone));
        }
    }

    #[test]
    fn a_granter_of_a_lower_rank_cannot_grant_the_roles_any_more() {
        let mut admin = invite(link(&[]));
        admin.terms.roles = granter("owner").roles;
        let asked = |role| check(&admin, &unproven(), Some(&granter(role)), Acceptor::Invitee);
        assert_eq!(asked("admin"), Err(NotAcceptable::InviterGone));
        assert_eq!(asked("owner"), Ok(()));
    }

    #[test]
    fn a_right_is_proven_from_the_moment_of_the_last_grant() {
        let mut invite = invite(link(&[]));
        assert!(right_is_proven(&group(), &invite) && !right_is_proven(&unproven(), &invite));
        let user = UserId::parse("7").unwrap();
        invite.granted_by = Granter { id: user, rank: Rank::Admin, at: at(999 + 61), until: None };
        assert!(right_is_proven(&unproven(), &invite));
        // Time alone ends such a membership, and leaves no trace on the group.
        invite.granted_by.until = Some(at(END));
        assert!(!right_is_proven(&unproven(), &invite));
        invite.granted_by = Granter { at: at(999 + 60), until: None, ..invite.granted_by };
        assert!(!right_is_proven(&unproven(), &invite));
    }

    #[test]
    fn an_account_proves_an_address_of_the_groups_domains_for_every_kind() {
        let allowed =
            with(Policy { allowed_domains: domains(&["example.com"]), ..Policy::default() });
        let blocked =
            with(Policy { blocked_domains: domains(&["other.example"]), ..Policy::default() });
        let (ours, theirs) = (address("ada@example.com"), address("ada@other.example"));
        let refused = Err(NotAcceptable::DomainNotAllowed);
        for invitee in every_kind() {
            let invite = invite(invitee);
            let accepts =
                |group: &Group, proven| check(&invite, group, None, Acceptor::Account(proven));
            for group in [&allowed, &blocked] {
                assert_eq!(accepts(group, Some(&ours)), Ok(()), "{invite:?}");
                assert_eq!(accepts(group, Some(&theirs)), refused, "{invite:?}");
            }
            assert_eq!(accepts(&allowed, None), refused, "{invite:?}");
            assert_eq!(accepts(&blocked, None), Ok(()), "{invite:?}");
        }
    }

    #[test]
    fn before_the_sign_in_only_an_address_that_the_invite_names_is_known() {
        let policy = Policy { allowed_domains: domains(&["example.org"]), ..Policy::default() };
        for invitee in every_kind() {
            let named = invitee.address().is_some();
            let answer = asked(&invite(invitee.clone()), &with(policy.clone()));
            assert_eq!(answer == Err(NotAcceptable::DomainNotAllowed), named, "{invitee:?}");
            assert_eq!(answer.is_ok(), !named, "{invitee:?}");
        }
        let of = |own: &[&str]| asked(&invite(link(own)), &with(policy.clone()));
        assert_eq!(of(&["example.com"]), Err(NotAcceptable::DomainNotAllowed));
        assert_eq!(of(&["example.com", "example.org"]), Ok(()));
    }

    #[test]
    fn a_frozen_or_full_group_takes_nobody_and_links_can_be_off() {
        let full = |taken, limit| Group {
            seats_taken: Some(taken),
            policy: Policy { max_members: limit, ..Policy::default() },
            ..group()
        };
        for invitee in every_kind() {
            let is_link = invitee.link().is_some();
            let invite = invite(invitee);
            let frozen = with(Policy { frozen: true, ..Policy::default() });
            assert_eq!(asked(&invite, &frozen), Err(NotAcceptable::GroupFrozen));
            let off = with(Policy { links: false, ..Policy::default() });
            assert_eq!(asked(&invite, &off) == Err(NotAcceptable::LinksOff), is_link);
            assert_eq!(asked(&invite, &off).is_ok(), !is_link);
            assert_eq!(asked(&invite, &full(2, Some(2))), Err(NotAcceptable::SeatsFull));
            assert_eq!(asked(&invite, &full(3, Some(2))), Err(NotAcceptable::SeatsFull));
            assert_eq!(asked(&invite, &full(1, Some(2))), Ok(()));
            assert_eq!(asked(&invite, &full(2, None)), Ok(()));
        }
    }

    #[test]
    fn a_paused_link_takes_nobody_and_the_groups_own_rules_go_first() {
        let Invitee::Link(open) = link(&[]) else { unreachable!() };
        let paused = invite(Invitee::Link(Link { paused: true, ..open }));
        assert_eq!(asked(&paused, &group()), Err(NotAcceptable::Paused));
        let off = with(Policy { links: false, ..Policy::default() });
        assert_eq!(asked(&paused, &off), Err(NotAcceptable::LinksOff));
    }

    #[test]
    fn a_reason_that_lasts_goes_before_one_that_passes() {
        let policy = Policy {
            frozen: true,
            links: false,
            max_members: Some(1),
            allowed_domains: domains(&["example.org"]),
            ..Policy::default()
        };
        let closed = Group { seats_taken: Some(1), policy, ..unproven() };
        let everything = invite(Invitee::Email(address("ada@example.com")));
        let admin = granter("admin");
        let asked = |member| check(&everything, &closed, member, Acceptor::Invitee);
        assert_eq!(asked(None), Err(NotAcceptable::InviterGone));
        assert_eq!(asked(Some(&admin)), Err(NotAcceptable::DomainNotAllowed));
        assert!(asked(None).unwrap_err().lasts() && asked(Some(&admin)).unwrap_err().lasts());
        for passing in [
            NotAcceptable::GroupFrozen,
            NotAcceptable::LinksOff,
            NotAcceptable::Paused,
            NotAcceptable::SeatsFull,
        ] {
            assert!(!passing.lasts());
        }
    }

    #[test]
    fn an_invite_of_the_application_has_no_rules_of_a_group() {
        let application = Group::application(Name::parse("Beckon").unwrap());
        let mut invite = invite(Invitee::Email(address("ada@example.com")));
        invite.group = GroupId::application();
        invite.terms.rule = InviteRule::Anyone;
        invite.granted_by.rank = Rank::Member;
        assert_eq!(asked(&invite, &application), Ok(()));
    }

    #[test]
    fn an_ended_invite_and_one_of_a_deleted_group_are_not_acceptable() {
        let user = UserId::parse("ada").unwrap();
        let email = invite(Invitee::Email(address("ada@example.com")));
        let shown = |invite: &Invite, group: Option<&Group>, now| {
            Acceptability::of(invite, group, None, Acceptor::Invitee, at(now))
        };
        assert_eq!(shown(&email, None, 2_000), Acceptability::Ended);
        assert_eq!(shown(&email, Some(&group()), END), Acceptability::Ended);
        let accepted = email.accept(&user, at(2_000)).unwrap().invite;
        assert_eq!(shown(&accepted, Some(&group()), 2_000), Acceptability::Ended);
        let declined = email.decline(None, None, at(2_000)).unwrap().invite;
        assert_eq!(shown(&declined, Some(&group()), END - 1), Acceptability::Acceptable);
        assert_eq!(shown(&declined, Some(&group()), END), Acceptability::Ended);
        let last = email.decline(Some(&user), None, at(2_000)).unwrap().invite;
        assert_eq!(shown(&last, Some(&group()), 2_000), Acceptability::Ended);
    }
}
