//! Sending the mail of an invite: once, and only while the invite is pending.

use std::collections::HashSet;

use super::hand_over::{Outgoing, ReadyMail};
use super::result::{ENDED, MailResult, SendOutcome};
use crate::domain::acceptance::{self, Acceptor, right_is_proven};
use crate::domain::block::Blocked;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::group::{Group, Reminders};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{Invite, Outbox, REMINDERS_OFF, Suppression, TimedMail, Wait};
use crate::domain::invitee::Invitee;
use crate::domain::mailing::MailKind;
use crate::domain::text::Name;
use crate::domain::token::TokenSubject;
use crate::domain::user::UserState;
use crate::engine::present::{Present, own_name};
use crate::engine::user::is_wanted;
use crate::engine::{Engine, Fault, Mistake};
use crate::mail::{Facts, RenderedMail, Sender, render};
use crate::store::{FoundRecords, WantedRecords};
use crate::texts::Language;

/// The records of what a mail names.
struct Named {
    present: Present,
    /// The user who gets the mail, if the directory knows one.
    recipient: Option<UserId>,
    /// The senders whom that user blocks.
    blocked: HashSet<Blocked>,
    /// Why the recipient's address gets no mail. `None` if it is not suppressed.
    suppression: Option<Suppression>,
    /// The application, and the other groups of the mail that exist and that the recipient does not
    /// block. Not read for an ordinary invitation, which is only about its own group.
    application: Option<Group>,
    others: Vec<Group>,
}

/// The people whom a mail names.
#[derive(Clone, Copy)]
struct Correspondents<'a> {
    address: &'a EmailAddress,
    first_name: Option<&'a Name>,
    sender: Option<&'a str>,
    sender_address: Option<&'a EmailAddress>,
    /// The language of the recipient's mails, if the invite or the directory tells it.
    language: Option<Language>,
}

impl Named {
    /// Returns the recipient's address, and their own first name if the directory was read.
    fn recipient(&self, invite: &Invite) -> (Option<EmailAddress>, Option<Name>) {
        let user = self.recipient.as_ref().and_then(|user| self.present.user(user));
        // A pending user has the invited address, but no name of their own.
        let name = user.filter(|user| user.state == UserState::Active);
        let name = name.and_then(|user| user.profile.first_name.clone());
        let address = invite.invitee.address().cloned();
        (address.or_else(|| user.and_then(|user| user.profile.email.clone())), name)
    }

    /// Returns the name of the person who asks for the mail.
    fn sender(&self, invite: &Invite) -> Option<String> {
        match &invite.mailing.sender {
            Some(sender) => {
                let user = self.present.user(&sender.id);
                user.and_then(own_name).or_else(|| sender.name.clone())
            }
            None => self.present.inviter_name(invite),
        }
    }

    /// Returns the address of the person who asks for the mail, if the directory knows it.
    fn sender_address(&self, invite: &Invite) -> Option<&EmailAddress> {
        let user = self.present.user(sender_id(invite))?;
        user.profile.email.as_ref().filter(|_| user.state == UserState::Active)
    }

    /// Returns the language of the recipient's mail, if anything tells it.
    fn language(&self, invite: &Invite, group: &Group) -> Option<Language> {
        let user = self.recipient.as_ref().and_then(|user| self.present.user(user));
        Language::of_invite(invite, user, None, Some(group))
    }

    /// Returns whether the recipient blocks a sender of the invite.
    fn is_unwanted(&self, invite: &Invite) -> bool {
        !is_wanted(invite, &self.blocked)
    }
}

/// Returns the id of the person who asks for the mail.
fn sender_id(invite: &Invite) -> &UserId {
    invite.mailing.sender.as_ref().map_or(&invite.created_by.id, |sender| &sender.id)
}

impl Engine {
    /// Sends the mail of this generation of the invite, if it is still due, and records the
    /// outcome.
    ///
    /// A repeated call sends nothing. A try whose outcome is unknown may send the same mail, with the
    /// same link, again: SES has no idempotency token. There are at most
    /// [`MOST_UNKNOWN_TRIES`](crate::domain::invite::MOST_UNKNOWN_TRIES).
    ///
    /// # Errors
    /// `Fault` if the invite could not be read, or the outcome could not be recorded. The mail
    /// remains queued.
    pub async fn send_invitation(
        &self,
        outgoing: &Outgoing<'_>,
        subject: &TokenSubject,
        now: Timestamp,
    ) -> Result<SendOutcome, Fault> {
        let (invite, group) = self.store.invite_and_group(&subject.group, subject.invite).await?;
        let is_due = |invite: &Invite| {
            invite.generation == subject.generation
                && invite.delivery.outbox() == Some(Outbox::Queued)
        };
        let Some(invite) = invite.filter(is_due) else { return Ok(SendOutcome::NotDue) };
        let result = self.try_to_send(outgoing, &invite, group, now).await;
        let result = result.unwrap_or_else(|fault| {
            // One mail that cannot be made holds up no other.
            let (id, group) = (invite.id, &invite.group);
            if fault.is_unreadable_item() {
                tracing::error!(skipped = "unreadable", invite.id = %id, group.id = %group, %fault, "A mail needs an item that cannot be read; it waits");
            } else {
                tracing::warn!(invite.id = %id, group.id = %group, %fault, "Could not prepare a mail; it waits");
            }
            MailResult::PutOff(Wait::Unavailable)
        });
        self.record(invite, result, now).await
    }

    /// Sends the mail of a pending invite, unless a rule forbids it.
    async fn try_to_send(
        &self,
        outgoing: &Outgoing<'_>,
        invite: &Invite,
        found_group: Option<Group>,
        now: Timestamp,
    ) -> Result<MailResult, Fault> {
        let Some(found_group) = found_group.filter(|_| invite.is_pending(now)) else {
            return Ok(ENDED);
        };
        let named = self.named_in_mail(invite, &found_group).await?;
        let granter = named.present.granter(invite);
        let acceptable = acceptance::check(invite, &found_group, granter, Acceptor::Invitee);
        let is_timed = invite.delivery.timed.last.is_some();
        // The reasons that pass let an invite's own mail be of use later. Reminders are left out.
        if let Err(reason) = acceptable
            && (reason.lasts() || is_timed)
        {
            return Ok(MailResult::Suppressed(Some(reason.as_str())));
        }
        if is_timed && found_group.policy.reminders == Reminders::None {
            return Ok(MailResult::Suppressed(Some(REMINDERS_OFF)));
        }
        let (Some(address), first_name) = named.recipient(invite) else {
            return Ok(MailResult::Failed("no_address"));
        };
        if let Some(suppression) = named.suppression {
            return Ok(MailResult::Suppressed(Some(suppression.reason.of_mail())));
        }
        // No reason is recorded either, because a blocked sender sees what it always saw.
        if named.is_unwanted(invite) {
            return Ok(MailResult::Suppressed(None));
        }
        let sender = named.sender(invite);
        let person = Correspondents {
            address: &address,
            first_name: first_name.as_ref(),
            sender: sender.as_deref(),
            sender_address: named.sender_address(invite),
            language: named.language(invite, &found_group),
        };
        let service = (outgoing.mailer.sender(), outgoing.public_url);
        match self.mail(invite, (&found_group, &named), person, service)? {
            Some(mail) => self.hand_over_invitation(outgoing, invite, (&address, mail), now).await,
            None => Ok(MailResult::Failed("template")),
        }
    }

    /// Counts the try for the recipient's mailbox, over all groups, and asks SES to send the mail.
    async fn hand_over_invitation(
        &self,
        outgoing: &Outgoing<'_>,
        invite: &Invite,
        (address, mail): (&EmailAddress, RenderedMail),
        now: Timestamp,
    ) -> Result<MailResult, Fault> {
        let Invite { group, id, generation, delivery, .. } = invite;
        let subject = format!("{group}/{id}/{generation}/{}", delivery.requested);
        let ready = ReadyMail {
            address,
            mail,
            tags: &tags(invite),
            window: self.mails_per_recipient,
            recipient: self.tokens.tag("recipient", address.abuse_key().as_bytes()),
            subject: self.tokens.tag("mail", subject.as_bytes()),
            asked_at: delivery.asked_at(now),
            about: Some((group, *id)),
        };
        self.hand_over(outgoing, ready).await
    }

    /// Renders the mail. Returns `None` if rendering fails.
    fn mail(
        &self,
        invite: &Invite,
        (group, named): (&Group, &Named),
        person: Correspondents<'_>,
        (from, public_url): (&Sender, &str),
    ) -> Result<Option<RenderedMail>, Fault> {
        let system = match invite.mailing.kind {
            MailKind::Invitation => group,
            MailKind::PlatformInvitation | MailKind::AccessChanged | MailKind::Reminder => {
                named.application.as_ref().ok_or(Mistake::NoApplication)?
            }
        };
        let url = format!("{public_url}/i/{}", self.token(invite).expose());
        let facts = Facts {
            address: person.address,
            sender: person.sender,
            sender_address: person.sender_address,
            first_name: person.first_name,
            language: person.language.unwrap_or(from.language),
            unsubscribe: &self.unsubscribe_link(person.address, public_url),
            group,
            others: &named.others,
            system,
            url: &url,
            public_url,
            from,
        };
        Ok(render(invite, &facts).ok())
    }

    /// Reads what the mail names: the directory's record of the sender, the groups, and the granter's
    /// membership if the invite and the group alone do not prove the granter's right. Also whom the
    /// recipient blocks, if the directory knows the recipient.
    ///
    /// All of it is one read for an address that the directory does not know. An invite by user id
    /// takes a second one, which asks whether the user's address is suppressed, and so does an
    /// address that the directory knows, for the user's language and whom the user blocks.
    async fn named_in_mail(&self, invite: &Invite, group: &Group) -> Result<Named, Fault> {
        let invited = if let Invitee::User(user) = &invite.invitee { Some(user) } else { None };
        let mut wanted = WantedRecords::default();
        wanted.users.insert(sender_id(invite).clone());
        wanted.identities.extend(invite.invitee.identity());
        wanted.address = invite.invitee.address().cloned();
        if let Some(user) = invited {
            wanted.users.insert(user.clone());
            wanted.blocks = blocks_of(user, invite);
        }
        if invite.mailing.kind != MailKind::Invitation {
            wanted.groups.insert(GroupId::application());
            wanted.groups.extend(invite.mailing.groups.iter().cloned());
        }
        if !right_is_proven(group, invite) {
            wanted.members.insert((group.id.clone(), invite.granted_by.id.clone()));
        }
        let mut found = self.store.records(&wanted).await?;
        let invited_user = invited.and_then(|user| found.users.get(user));
        if let Some(address) = invited_user.and_then(|user| user.profile.email.clone()) {
            found.suppression = self.store.suppression(&address).await?;
        }
        let holder = found.holders.pop_first();
        if let Some(user) = &holder {
            let blocks = blocks_of(user, invite);
            let mut wanted = WantedRecords { blocks, ..WantedRecords::default() };
            // A pending user has a name for the platform's mails, and no language.
            if !user.is_pending() || invite.mailing.kind != MailKind::Invitation {
                wanted.users.insert(user.clone());
            }
            let FoundRecords { users, blocked, .. } = self.store.records(&wanted).await?;
            found.users.extend(users);
            found.blocked.extend(blocked);
        }
        Ok(Named {
            recipient: invited.cloned().or(holder),
            application: found.groups.remove(&GroupId::application()),
            others: others(invite, &found),
            blocked: std::mem::take(&mut found.blocked),
            suppression: found.suppression,
            present: found.into(),
        })
    }
}

/// Returns the tags with which SES's events name the mail.
fn tags(invite: &Invite) -> [(&'static str, String); 5] {
    let kind = invite.delivery.timed.last.map_or(invite.mailing.kind.as_str(), TimedMail::as_str);
    [
        ("mail", kind.to_owned()),
        ("group", invite.group.to_string()),
        ("invite", invite.id.to_string()),
        ("generation", invite.generation.to_string()),
        ("request", invite.delivery.requested.to_string()),
    ]
}

/// Returns everything that the mail names as what this person may block. A pending user blocks
/// nobody.
fn blocks_of(user: &UserId, invite: &Invite) -> Vec<(UserId, Blocked)> {
    if user.is_pending() {
        return Vec::new();
    }
    Blocked::named_in_mail(invite).into_iter().map(|of| (user.clone(), of)).collect()
}

/// Returns the other groups of the mail, in its order, except those that the recipient blocks.
fn others(invite: &Invite, found: &FoundRecords) -> Vec<Group> {
    let groups = invite.mailing.groups.iter();
    let wanted = groups.filter(|id| !found.blocked.contains(&Blocked::Group((*id).clone())));
    wanted.filter_map(|id| found.groups.get(id).cloned()).collect()
}
