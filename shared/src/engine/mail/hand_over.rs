//! Handing a mail over to SES: the same for the mail of an invite and for one to an inviter.

use super::result::MailResult;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{MOST_UNKNOWN_TRIES, Wait};
use crate::engine::{Engine, Fault, hex};
use crate::mail::{Labels, Mailer, RenderedMail, SendError};
use crate::store::{CountedTry, MailTry, Window};

/// What sends a mail.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// The SES client.
    pub mailer: &'a Mailer,
    /// The base URL of the mail's links.
    pub public_url: &'a str,
    /// Random bytes, which identify this try.
    pub entropy: [u8; 16],
}

/// A mail that is ready, and what its tries are counted by.
pub(super) struct ReadyMail<'a> {
    /// The recipient's address.
    pub(super) address: &'a EmailAddress,
    /// The mail.
    pub(super) mail: RenderedMail,
    /// The tags with which SES's events name the mail.
    pub(super) tags: &'a [(&'static str, String)],
    /// The window that counts the recipient's mails.
    pub(super) window: Window,
    /// The recipient as that window knows them, hashed.
    pub(super) recipient: [u8; 16],
    /// What is the same for all tries of the mail, hashed.
    pub(super) subject: [u8; 16],
    /// When the mail was asked for.
    pub(super) asked_at: Timestamp,
    /// The invite that the mail is about, for the log. The first of several.
    pub(super) about: Option<(&'a GroupId, InviteId)>,
}

impl Engine {
    /// Counts the try, and asks SES to send the mail (docs/contracts/native.md#limits).
    ///
    /// The mail counts once for its recipient's day. The try counts until its outcome is known.
    pub(super) async fn hand_over(
        &self,
        outgoing: &Outgoing<'_>,
        ready: ReadyMail<'_>,
    ) -> Result<MailResult, Fault> {
        let ReadyMail { address, mail, tags, window, asked_at, about, .. } = ready;
        let (recipient, subject) = (hex(ready.recipient), hex(ready.subject));
        let mark = hex(outgoing.entropy);
        let attempt = MailTry {
            recipient: &recipient,
            mail: &subject,
            mark: &mark,
            asked_at,
            most: MOST_UNKNOWN_TRIES,
        };
        match self.store.count_try(window, attempt).await? {
            CountedTry::Counted => {}
            // No reason is recorded, because it would tell the inviter how many mails others send
            // to this person.
            CountedTry::DayIsFull => return Ok(MailResult::Suppressed(None)),
            CountedTry::TriesUsed => {
                return Ok(MailResult::Failed(Wait::OutcomeUnknown.as_str()));
            }
        }
        let unsubscribe = self.unsubscribe_link(address, outgoing.public_url);
        let labels = Labels { tags, unsubscribe: &unsubscribe };
        let error = match outgoing.mailer.send(address, mail, labels).await {
            Ok(id) => return Ok(MailResult::Sent(id)),
            Err(error) => error,
        };
        let (group, id) = about.unzip();
        tracing::warn!(%error, invite.id = id.map(tracing::field::display), group.id = group.map(tracing::field::display), "SES did not confirm a mail");
        match error {
            SendError::Permanent(reason) => Ok(MailResult::Failed(reason)),
            SendError::Unknown(_) => Ok(MailResult::PutOff(Wait::OutcomeUnknown)),
            SendError::Refused { why, .. } => {
                if let Err(error) = self.store.give_try_back(window, attempt).await {
                    tracing::warn!(%error, "Could not take back a counted try of a mail");
                }
                Ok(MailResult::PutOff(why))
            }
        }
    }
}
