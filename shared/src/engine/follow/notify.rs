//! News for inviters.

use crate::domain::clock::Timestamp;
use crate::domain::digest::{Digest, next_digest};
use crate::domain::ids::UserId;
use crate::domain::news::News;
use crate::domain::user::{Notify, UserState};
use crate::engine::{Engine, Fault, Unavailable};
use crate::store::AddedNews;

impl Engine {
    /// Tells the inviter the news, as they prefer: by a mail at once, or in the next digest. An inviter
    /// without an address in the directory is told nothing.
    ///
    /// Telling the same news again changes nothing, while the mail is stored.
    ///
    /// # Errors
    /// `Fault`. Telling it again continues.
    pub async fn tell_inviter(
        &self,
        inviter: &UserId,
        news: &News,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let user = self.store.user(inviter).await?;
        let Some(user) = user.filter(|user| user.state == UserState::Active) else {
            return Ok(());
        };
        if user.profile.email.is_none() {
            return Ok(());
        }
        match user.profile.notify {
            Notify::None => Ok(()),
            Notify::Each => {
                let mail = Digest::each(inviter.clone(), news.clone(), now);
                Ok(self.store.put_digest(&mail).await?)
            }
            Notify::Daily => self.add_to_digest(inviter, news, now).await,
        }
    }

    /// Adds the news to the digest of the day on which it happened, or to the next one if that was
    /// asked for before.
    async fn add_to_digest(
        &self,
        inviter: &UserId,
        news: &News,
        now: Timestamp,
    ) -> Result<(), Fault> {
        for due_at in [next_digest(news.at), next_digest(now)] {
            match self.store.add_news(inviter, due_at, news).await? {
                AddedNews::Added => return Ok(()),
                AddedNews::Closed => {}
            }
        }
        Err(Unavailable::Conflicts("the digest").into())
    }
}
