//! Sending the mail that an invite asks for: once, and only while the invite is worth it.

use crate::domain::clock::Timestamp;
use crate::domain::counters::Generation;
use crate::domain::email::EmailAddress;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{DeliveryState, Invite};
use crate::domain::invitee::Invitee;
use crate::domain::mailing::MailKind;
use crate::domain::text::Name;
use crate::domain::user::User;
use crate::engine::authority::{inviter_still_may, right_is_proven};
use crate::engine::{Engine, Fault, Mistake, Unavailable, hex};
use crate::mail::{Facts, Mailer, RenderedMail, SendError, render};

/// What became of a mail that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// SES took it.
    Sent,
    /// No mail is due any more: it was sent, or the invite is another generation.
    NotDue,
    /// The invite goes without its mail: it is dead, its inviter may not invite any more, or the
    /// recipient got enough mails today.
    Suppressed,
    /// SES refused it for good; the invite says so.
    Failed,
}

impl Engine {
    /// Sends the invitation of this generation, if its mail is still due, and writes that down.
    /// `public_url` is where links lead.
    ///
    /// Delivering the same request again sends nothing. A crash between SES and the mark sends the
    /// same mail, with the same link, twice: SES has no idempotency token.
    ///
    /// # Errors
    /// Every fault of the table, `Unavailable::Mail` where SES can't answer now, and
    /// `Mistake::NoApplication`: the mail stays due.
    pub async fn send_invitation(
        &self,
        mailer: &Mailer,
        public_url: &str,
        subject: &TokenSubject,
        now: Timestamp,
    ) -> Result<SendOutcome, Fault> {
        let (invite, found_group) = self.store.invite_and_group(&subject.group, subject.invite).await?;
        let due =
            |invite: &Invite| invite.generation == subject.generation && invite.delivery.is_due();
        let Some(invite) = invite.filter(due) else { return Ok(SendOutcome::NotDue) };
        let Some(found_group) = found_group.filter(|_| invite.is_pending(now)) else {
            return self
                .record(&invite, DeliveryState::Suppressed, Some("no_longer_pending"), now)
                .await;
        };
        if !self.inviter_may_still(&found_group, &invite).await? {
            return self
                .record(&invite, DeliveryState::Suppressed, Some("inviter_gone"), now)
                .await;
        }
        let (Some(address), first_name) = self.recipient(&invite).await? else {
            return self.record(&invite, DeliveryState::Failed, Some("no_address"), now).await;
        };
        if !self.may_get_another(&address, &invite, now).await? {
            // Without a reason, which would tell the inviter how much others send to this person.
            return self.record(&invite, DeliveryState::Suppressed, None, now).await;
        }
        let mail =
            self.mail(&invite, &found_group, (&address, first_name.as_ref()), public_url).await?;
        let sent = match mail {
            Some(mail) => mailer.send(&address, mail).await,
            None => Err(SendError::Permanent("template")),
        };
        match sent {
            Ok(()) => self.record(&invite, DeliveryState::Sent, None, now).await,
            Err(SendError::Permanent(reason)) => {
                self.record(&invite, DeliveryState::Failed, Some(reason), now).await
            }
            Err(SendError::Transient(error)) => Err(Unavailable::Mail(error).into()),
        }
    }

    /// The mail; none where it can't be rendered.
    async fn mail(
        &self,
        invite: &Invite,
        group: &Group,
        (address, first_name): (&EmailAddress, Option<&Name>),
        public_url: &str,
    ) -> Result<Option<RenderedMail>, Fault> {
        // The usual invitation is about its own group alone.
        let (system, others) = match invite.mailing.kind {
            MailKind::Invitation => (group.clone(), Vec::new()),
            _ => self.platform(invite).await?,
        };
        let url = format!("{public_url}/i/{}", self.token(invite).expose());
        let facts = Facts {
            address,
            first_name,
            group,
            others: &others,
            system: &system,
            url: &url,
            public_url,
        };
        Ok(render(invite, &facts).ok())
    }

    /// What stands for the system itself, and the other groups that the invite's mail is about, as
    /// far as they live.
    async fn platform(&self, invite: &Invite) -> Result<(Group, Vec<Group>), Fault> {
        let ids: Vec<GroupId> =
            [GroupId::system()].into_iter().chain(invite.mailing.groups.iter().cloned()).collect();
        let mut groups = self.store.groups(&ids).await?.into_iter();
        let system = groups.next().filter(Group::is_system);
        let system = system.ok_or(Mistake::NoApplication)?;
        Ok((system, groups.collect()))
    }

    async fn inviter_may_still(&self, group: &Group, invite: &Invite) -> Result<bool, Fault> {
        if right_is_proven(group, invite) {
            return Ok(true);
        }
        let inviter = self.store.member(&group.id, &invite.created_by.id).await?;
        Ok(inviter_still_may(group, inviter.as_ref(), invite).is_ok())
    }

    /// Counts the mail for the mailbox that it goes to, whoever invites into whichever group
    /// (docs/contracts/native.md#limits); whether it may go. A mail that is tried again counts
    /// once.
    async fn may_get_another(
        &self,
        address: &EmailAddress,
        invite: &Invite,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let recipient = hex(self.tokens.tag("recipient", address.abuse_key().as_bytes()));
        let mail = format!(
            "{}/{}/{}/{}",
            invite.group, invite.id, invite.generation, invite.delivery.requested
        );
        let mail = hex(self.tokens.tag("mail", mail.as_bytes()));
        Ok(self.store.pass_once(self.mails_per_recipient, &recipient, &mail, now).await?)
    }

    /// Whom the mail goes to, and how the directory knows them, where that was looked up: for who
    /// is invited by id, and for the platform's mails.
    async fn recipient(
        &self,
        invite: &Invite,
    ) -> Result<(Option<EmailAddress>, Option<Name>), Fault> {
        let address = invite.invitee.address().cloned();
        let user = match &invite.invitee {
            Invitee::User(user) => self.store.user(user).await?,
            invitee if invite.mailing.kind != MailKind::Invitation => {
                self.holder_of(invitee).await?
            }
            _ => None,
        };
        let profile = user.map(|user| user.profile).unwrap_or_default();
        Ok((address.or(profile.email), profile.first_name))
    }

    async fn holder_of(&self, invitee: &Invitee) -> Result<Option<User>, Fault> {
        match self.store.holders(invitee.identity().as_slice()).await?.into_values().next() {
            Some(holder) => Ok(self.store.user(&holder).await?),
            None => Ok(None),
        }
    }

    async fn record(
        &self,
        invite: &Invite,
        state: DeliveryState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<SendOutcome, Fault> {
        let delivery = invite.delivery.came_to(state, reason, now);
        self.store.mark_delivery(invite, &delivery, now).await?;
        Ok(match state {
            DeliveryState::Sent => SendOutcome::Sent,
            DeliveryState::Suppressed => SendOutcome::Suppressed,
            _ => SendOutcome::Failed,
        })
    }
}
