//! News for inviters: what became of the invites that they sent (ADR 0042).

use std::fmt;

use super::clock::Timestamp;
use super::counters::Generation;
use super::ids::{GroupId, InviteId, UserId};
use super::invite::{End, Feedback, Invite, Resolution};
use super::token::TokenSubject;

/// What happened to an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NewsKind {
    /// The invitee accepted it.
    Accepted,
    /// The invitee declined it.
    Declined,
    /// Its time passed.
    Expired,
    /// Its mail bounced for good.
    Bounced,
    /// The invitee asks for a new one.
    RenewalRequested,
}

impl NewsKind {
    const ALL: [Self; 5] =
        [Self::Accepted, Self::Declined, Self::Expired, Self::Bounced, Self::RenewalRequested];

    /// Returns the kind in one word, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Bounced => "bounced",
            Self::RenewalRequested => "renewal_requested",
        }
    }
}

/// One thing that happened to one invite. The same thing always makes the same value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct News {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: NewsKind,
    /// The group of the invite.
    pub group: GroupId,
    /// The invite.
    pub invite: InviteId,
    /// The invite's generation.
    pub generation: Generation,
}

impl News {
    /// Returns the inviter of an invite and what a write of it tells, from the invite before and after
    /// the write. `None` if the inviter need not know.
    ///
    /// A link is for many people and tells no news.
    pub fn of(before: Option<&Invite>, after: &Invite) -> Option<(UserId, Self)> {
        let same = before.filter(|before| before.generation == after.generation);
        let (kind, at) = ended(same, after)
            .or_else(|| renewal(same, after))
            // A new link without a mail keeps the outcome of the last one.
            .or_else(|| bounced(before, after))
            .filter(|_| after.invitee.link().is_none())?;
        let Invite { group, id, generation, .. } = after.clone();
        let news = Self { at, kind, group, invite: id, generation };
        Some((after.created_by.id.clone(), news))
    }

    /// Returns the invite's generation.
    pub fn subject(&self) -> TokenSubject {
        let Self { group, invite, generation, .. } = self.clone();
        TokenSubject { group, invite, generation }
    }

    /// Reads news from the text that [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, ' ');
        let at = Timestamp::from_seconds(parts.next()?.parse().ok()?);
        let word = parts.next()?;
        let kind = NewsKind::ALL.into_iter().find(|kind| kind.as_str() == word)?;
        let generation = Generation::from_number(parts.next()?.parse().ok()?);
        let invite = InviteId::from_number(parts.next()?.parse().ok()?).ok()?;
        Some(Self { at, kind, generation, invite, group: GroupId::parse(parts.next()?).ok()? })
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, kind, group, invite, generation } = self;
        write!(f, "{} {} {generation} {invite} {group}", at.seconds(), kind.as_str())
    }
}

fn ended(before: Option<&Invite>, after: &Invite) -> Option<(NewsKind, Timestamp)> {
    let kind = |resolution: &Resolution| match resolution.end {
        End::Accepted => Some(NewsKind::Accepted),
        End::Declined { .. } => Some(NewsKind::Declined),
        End::Expired => Some(NewsKind::Expired),
        // A member withdrew it, or the last use of a link was taken.
        End::Revoked { .. } | End::Exhausted => None,
    };
    let now = after.resolution.as_ref()?;
    let known = before.and_then(|before| before.resolution.as_ref()).and_then(kind);
    let kind = kind(now).filter(|now| known != Some(*now))?;
    Some((kind, now.at))
}

fn renewal(before: Option<&Invite>, after: &Invite) -> Option<(NewsKind, Timestamp)> {
    let known = before.and_then(|before| before.renewal_requested_at);
    let at = after.renewal_requested_at.filter(|at| known != Some(*at))?;
    Some((NewsKind::RenewalRequested, at))
}

/// A soft bounce may pass, and so it is no news.
fn bounced(before: Option<&Invite>, after: &Invite) -> Option<(NewsKind, Timestamp)> {
    let is_bounce = |invite: &Invite| invite.delivery.feedback == Some(Feedback::HardBounce);
    let is_new = is_bounce(after) && !before.is_some_and(is_bounce);
    is_new.then_some((NewsKind::Bounced, after.delivery.updated_at?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::invite::RevokeReason;
    use crate::domain::invite::tests::pending;
    use crate::domain::invitee::{Invitee, Link};

    const END: i64 = 9_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn invite() -> Invite {
        let ada = Invitee::Email(EmailAddress::parse("ada@example.com").unwrap());
        let mut invite = pending(ada, Some(END));
        invite.delivery = invite.delivery.requested_again(at(1_000)).sent_as("m-1", at(1_001));
        invite
    }

    fn told(before: &Invite, after: &Invite) -> Option<(NewsKind, i64)> {
        News::of(Some(before), after).map(|(inviter, news)| {
            assert_eq!((inviter.as_str(), &news.group), ("29842", &before.group));
            assert_eq!(News::parse(&news.to_string()).as_ref(), Some(&news));
            (news.kind, news.at.seconds())
        })
    }

    #[test]
    fn the_ends_that_an_invitee_and_time_bring_are_news() {
        let invite = invite();
        let ada = UserId::parse("ada").unwrap();
        let now = at(2_000);
        let accepted = invite.accept(&ada, now).unwrap().invite;
        let unsigned = invite.decline(None, None, now).unwrap().invite;
        let signed = unsigned.decline(Some(&ada), None, at(2_001)).unwrap().invite;
        let expired = invite.expire(at(9_050)).unwrap().invite;
        let revoked = invite.revoke(RevokeReason::RevokedByMember, None, now).unwrap().invite;
        assert_eq!(told(&invite, &accepted), Some((NewsKind::Accepted, 2_000)));
        assert_eq!(told(&invite, &unsigned), Some((NewsKind::Declined, 2_000)));
        assert_eq!(told(&unsigned, &signed), None, "the same decline");
        let back = unsigned.accept_as_invitee(&ada, at(2_002)).unwrap().invite;
        assert_eq!(told(&unsigned, &back), Some((NewsKind::Accepted, 2_002)));
        assert_eq!(told(&invite, &expired), Some((NewsKind::Expired, END)));
        assert_eq!(told(&invite, &revoked), None);
        let asked = expired.request_renewal(at(9_500)).unwrap().unwrap().invite;
        assert_eq!(told(&expired, &asked), Some((NewsKind::RenewalRequested, 9_500)));
        let anonymous = asked.anonymize(at(99_000)).unwrap().invite;
        assert_eq!(told(&asked, &anonymous), None);
        assert_eq!(told(&invite, &invite), None);
    }

    #[test]
    fn a_hard_bounce_is_news_and_other_outcomes_of_a_mail_are_not() {
        let invite = invite();
        let after = |feedback| {
            let delivery = invite.delivery.reported(("m-1", 1), feedback, at(2_000)).unwrap();
            Invite { delivery, ..invite.clone() }
        };
        let bounced = after(Feedback::HardBounce);
        assert_eq!(told(&invite, &bounced), Some((NewsKind::Bounced, 2_000)));
        for other in [Feedback::SoftBounce, Feedback::Delivered, Feedback::Complaint] {
            assert_eq!(told(&invite, &after(other)), None);
        }
        let complained = bounced.delivery.reported(("m-1", 1), Feedback::Complaint, at(2_001));
        let complained = Invite { delivery: complained.unwrap(), ..bounced.clone() };
        assert_eq!(told(&bounced, &complained), None);
        // The same bounce under a new link without a mail.
        let rotated = Invite { generation: bounced.generation.next(), ..bounced.clone() };
        assert_eq!(told(&bounced, &rotated), None);
    }

    #[test]
    fn a_link_tells_no_news() {
        let mut invite = invite();
        invite.invitee = Invitee::Link(Link {
            key: "0".repeat(32),
            max_uses: None,
            uses: 0,
            allowed_domains: vec![],
            paused: false,
        });
        let expired = invite.expire(at(END)).unwrap().invite;
        assert_eq!(told(&invite, &expired), None);
    }

    #[test]
    fn other_text_is_no_news() {
        for text in ["", "1 accepted 1 506", "1 joined 1 506 3773", "x accepted 1 506 3773"] {
            assert_eq!(News::parse(text), None, "{text}");
        }
    }
}
