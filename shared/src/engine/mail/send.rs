//! Sending the mail of an invite: once, and only while the invite is pending.

use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::group::Group;
use crate::domain::ids::GroupId;
use crate::domain::invite::{DeliveryState, Invite};
use crate::domain::invitee::Invitee;
use crate::domain::mailing::MailKind;
use crate::domain::text::Name;
use crate::domain::token::TokenSubject;
use crate::domain::user::User;
use crate::engine::authority::{inviter_still_may, right_is_proven};
use crate::engine::{Engine, Fault, Mistake, Unavailable, hex};
use crate::mail::{Facts, Mailer, RenderedMail, SendError, render};

/// The outcome of a mail that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// SES accepted the mail.
    Sent,
    /// The mail is no longer due: it was sent, or the invite has another generation.
    NotDue,
    /// The mail was not sent: the invite has ended, the inviter may no longer invite, or the
    /// recipient has received enough mails today.
    Suppressed,
    /// The mail can never be sent. The invite records the reason.
    Failed,
}

impl Engine {
    /// Sends the mail of this generation of the invite, if it is still due, and records the
    /// outcome. Links in the mail begin with `public_url`.
    ///
    /// A repeated call sends nothing. A crash between SES and the record sends the same mail, with
    /// the same link, twice: SES has no idempotency token.
    ///
    /// # Errors
    /// `Fault::Unavailable` if the table or SES cannot answer now, and `Fault::Internal` if the
    /// table rejects a request, holds a corrupt item or has no application. The mail remains due.
    pub async fn send_invitation(
        &self,
        mailer: &Mailer,
        public_url: &str,
        subject: &TokenSubject,
        now: Timestamp,
    ) -> Result<SendOutcome, Fault> {
        let (invite, found_group) =
            self.store.invite_and_group(&subject.group, subject.invite).await?;
        let due =
            |invite: &Invite| invite.generation == subject.generation && invite.delivery.is_due();
        let Some(invite) = invite.filter(due) else { return Ok(SendOutcome::NotDue) };
        let Some(found_group) = found_group.filter(|_| invite.is_pending(now)) else {
            return self
                .record(&invite, DeliveryState::Suppressed, Some("no_longer_pending"), now)
                .await;
        };
        if !self.inviter_is_allowed(&found_group, &invite).await? {
            return self
                .record(&invite, DeliveryState::Suppressed, Some("inviter_gone"), now)
                .await;
        }
        let (Some(address), first_name) = self.recipient(&invite).await? else {
            return self.record(&invite, DeliveryState::Failed, Some("no_address"), now).await;
        };
        if !self.may_send_another(&address, &invite, now).await? {
            // No reason is recorded, because it would tell the inviter how many mails others send
            // to this person.
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

    /// Renders the mail. Returns `None` if rendering fails.
    async fn mail(
        &self,
        invite: &Invite,
        group: &Group,
        (address, first_name): (&EmailAddress, Option<&Name>),
        public_url: &str,
    ) -> Result<Option<RenderedMail>, Fault> {
        // An ordinary invitation is only about its own group.
        let (system, others) = match invite.mailing.kind {
            MailKind::Invitation => (group.clone(), Vec::new()),
            _ => self.application_and_others(invite).await?,
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

    /// Returns the application, and the other groups of the mail that still exist.
    async fn application_and_others(&self, invite: &Invite) -> Result<(Group, Vec<Group>), Fault> {
        let ids: Vec<GroupId> = [GroupId::application()]
            .into_iter()
            .chain(invite.mailing.groups.iter().cloned())
            .collect();
        let mut groups = self.store.groups(&ids).await?.into_iter();
        let system = groups.next().filter(Group::is_application);
        let system = system.ok_or(Mistake::NoApplication)?;
        Ok((system, groups.collect()))
    }

    async fn inviter_is_allowed(&self, group: &Group, invite: &Invite) -> Result<bool, Fault> {
        if right_is_proven(group, invite) {
            return Ok(true);
        }
        let inviter = self.store.member(&group.id, &invite.created_by.id).await?;
        Ok(inviter_still_may(group, inviter.as_ref(), invite).is_ok())
    }

    /// Counts the mail for its recipient's mailbox, over all groups. Returns whether it may be sent
    /// (docs/contracts/native.md#limits).
    ///
    /// A retried mail counts once.
    async fn may_send_another(
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

    /// Returns the recipient's address, and their first name if the directory was read.
    ///
    /// The directory is read for invites by user id, and for every mail other than an ordinary
    /// invitation.
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
        let delivery = invite.delivery.moved_to(state, reason, now);
        self.store.mark_delivery(invite, &delivery, now).await?;
        Ok(match state {
            DeliveryState::Sent => SendOutcome::Sent,
            DeliveryState::Suppressed => SendOutcome::Suppressed,
            _ => SendOutcome::Failed,
        })
    }
}
