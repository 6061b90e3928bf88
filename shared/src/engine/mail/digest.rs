//! Sending the mails to inviters: each once, as the inviter prefers.

use std::collections::BTreeMap;

use super::hand_over::{Outgoing, ReadyMail};
use super::result::{MailResult, SendOutcome};
use crate::domain::clock::Timestamp;
use crate::domain::digest::{Digest, DigestId};
use crate::domain::display_name::clean_for_mail;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, Outbox, Wait};
use crate::domain::invitee::Invitee;
use crate::domain::news::News;
use crate::domain::text::Name;
use crate::domain::user::{Notify, User, UserState, full_name};
use crate::engine::attempt::ATTEMPTS;
use crate::engine::present::{Present, own_name};
use crate::engine::{Engine, Fault, Unavailable};
use crate::mail::{Letterhead, NewsLine, NewsMail, RenderedMail};
use crate::store::WantedRecords;
use crate::texts::Language;

/// The reason of a mail to an inviter who does not want it any more.
const NOT_WANTED: &str = "not_wanted";

impl Engine {
    /// Sends the mail to an inviter, if it is still due, and records the outcome. A repeated call
    /// sends nothing.
    ///
    /// # Errors
    /// `Fault` if the mail could not be read, or the outcome could not be recorded. The mail remains
    /// queued.
    pub async fn send_digest(
        &self,
        outgoing: &Outgoing<'_>,
        id: &DigestId,
        now: Timestamp,
    ) -> Result<SendOutcome, Fault> {
        let is_due = |digest: &Digest| digest.delivery.outbox() == Some(Outbox::Queued);
        let Some(digest) = self.store.digest(id).await?.filter(is_due) else {
            return Ok(SendOutcome::NotDue);
        };
        let result = self.try_to_tell(outgoing, &digest).await;
        let result = result.unwrap_or_else(|fault| {
            if fault.is_unreadable_item() {
                tracing::error!(skipped = "unreadable", %fault, "A mail to an inviter needs an item that cannot be read; it waits");
            } else {
                tracing::warn!(%fault, "Could not prepare a mail to an inviter; it waits");
            }
            MailResult::PutOff(Wait::Unavailable)
        });
        self.record_digest(digest, result, now).await
    }

    /// Sends the mail, unless a rule forbids it.
    async fn try_to_tell(
        &self,
        outgoing: &Outgoing<'_>,
        digest: &Digest,
    ) -> Result<MailResult, Fault> {
        let user = self.store.inviter(&digest.id.inviter).await?;
        let Some(user) = user.filter(|user| user.state == UserState::Active) else {
            return Ok(MailResult::Failed("no_address"));
        };
        if user.profile.notify == Notify::None {
            return Ok(MailResult::Suppressed(Some(NOT_WANTED)));
        }
        let Some(address) = user.profile.email.clone() else {
            return Ok(MailResult::Failed("no_address"));
        };
        if let Some(suppression) = self.store.suppression(&address).await? {
            return Ok(MailResult::Suppressed(Some(suppression.reason.of_mail())));
        }
        let news = self.news_lines(digest).await?;
        if news.is_empty() && !digest.has_more {
            return Ok(MailResult::Suppressed(None));
        }
        let from = outgoing.mailer.sender();
        let language = user.profile.locale.as_ref().and_then(|tag| Language::of(tag.as_str()));
        let head = Letterhead {
            language: language.unwrap_or(from.language),
            app_name: &from.app_name,
            brand: from.brand,
            replies: from.replies_of(None),
            public_url: outgoing.public_url,
            first_name: user.profile.first_name.as_ref().map(Name::as_str),
            unsubscribe: &self.unsubscribe_link(&address, outgoing.public_url),
        };
        let mail = NewsMail { head, news: &news, has_more: digest.has_more };
        match mail.render() {
            Ok(mail) => self.hand_over_news(outgoing, digest, (&address, mail)).await,
            Err(_) => Ok(MailResult::Failed("template")),
        }
    }

    /// Counts the try in the inviter's own day, and asks SES to send the mail.
    async fn hand_over_news(
        &self,
        outgoing: &Outgoing<'_>,
        digest: &Digest,
        (address, mail): (&EmailAddress, RenderedMail),
    ) -> Result<MailResult, Fault> {
        let Digest { id, due_at, delivery, .. } = digest;
        let subject = format!("{}/{}", id.inviter, id.slot);
        let ready = ReadyMail {
            address,
            mail,
            tags: &tags(digest),
            window: self.news_per_inviter,
            recipient: self.tokens.tag("inviter", address.abuse_key().as_bytes()),
            subject: self.tokens.tag("news", subject.as_bytes()),
            asked_at: delivery.asked_at(*due_at),
            about: digest.news.first().map(|news| (&news.group, news.invite)),
        };
        self.hand_over(outgoing, ready).await
    }

    /// Returns what the mail says about each of the news, in their order. News about invites that no
    /// longer exist are left out, and so are those about a group that the inviter has left.
    async fn news_lines(&self, Digest { id, news, .. }: &Digest) -> Result<Vec<NewsLine>, Fault> {
        let invites = self.store.invites_of_news(news).await?;
        let invites: BTreeMap<(GroupId, InviteId), Invite> =
            invites.into_iter().map(|it| ((it.group.clone(), it.id), it)).collect();
        // The rule is that of the last granter, who may be another than the inviter.
        let is_of_member =
            |it: &Invite| it.granted_by.id == it.created_by.id && it.terms.rule.is_of_members();
        let by_members = invites.values().filter(|it| is_of_member(it));
        let wanted = WantedRecords {
            members: by_members.map(|it| (it.group.clone(), id.inviter.clone())).collect(),
            groups: invites.keys().map(|(group, _)| group.clone()).collect(),
            users: invites.values().filter_map(|it| it.invitee.user().cloned()).collect(),
            ..WantedRecords::default()
        };
        let present = Present::read(&self.store, &wanted).await?;
        let line = |news: &News| {
            let invite = invites.get(&(news.group.clone(), news.invite))?;
            if is_of_member(invite) && !present.is_member(&news.group, &id.inviter) {
                return None;
            }
            let group = present.group_name(invite).to_owned();
            Some(NewsLine {
                kind: news.kind,
                invitee: invitee_in_words(&invite.invitee, &present),
                group: Some(group).filter(|_| news.group != GroupId::application()),
            })
        };
        Ok(news.iter().filter_map(line).collect())
    }

    /// Records the result of the mail, also if it changes meanwhile.
    async fn record_digest(
        &self,
        mut digest: Digest,
        mut result: MailResult,
        now: Timestamp,
    ) -> Result<SendOutcome, Fault> {
        for _ in 0..ATTEMPTS {
            let delivery = result.delivery(&digest.delivery, now);
            if self.store.write_digest(&digest, &delivery).await? {
                return Ok(SendOutcome::of(delivery.state));
            }
            let found = self.store.digest(&digest.id).await?;
            let Some(found) = found else { return Ok(SendOutcome::NotDue) };
            let Some(still) = result.still(&digest.delivery, &found.delivery) else {
                return Ok(SendOutcome::NotDue);
            };
            (digest, result) = (found, still);
        }
        Err(Unavailable::Conflicts("the digest").into())
    }
}

/// Returns the tags with which SES's events name the mail. The number of the request is that of no
/// invite's mail, so an event suppresses the address and changes no invite.
fn tags(digest: &Digest) -> Vec<(&'static str, String)> {
    let mut tags = vec![("mail", "news".to_owned())];
    if let Some(News { group, invite, generation, .. }) = digest.news.first() {
        tags.extend([
            ("group", group.to_string()),
            ("invite", invite.to_string()),
            ("generation", generation.to_string()),
            ("request", "0".to_owned()),
        ]);
    }
    tags
}

/// Returns the invitee as the inviter named them. `None` if the inviter named an id whose name nothing
/// tells.
fn invitee_in_words(invitee: &Invitee, present: &Present) -> Option<String> {
    match invitee {
        Invitee::Email(address) => Some(address.as_str().to_owned()),
        Invitee::Person(person) => {
            let name = full_name(person.first_name.as_ref(), person.last_name.as_ref());
            name.and_then(|name| clean_for_mail(&name))
                .or_else(|| Some(person.email.as_str().to_owned()))
        }
        Invitee::Phone(number) => Some(number.as_str().to_owned()),
        Invitee::User(user) => {
            let name = present.user(user).and_then(|user: &User| own_name(user));
            name.and_then(|name| clean_for_mail(&name))
        }
        Invitee::Account(_) | Invitee::Link(_) => None,
    }
}
