//! Requests with an idempotency key. A repeat is answered from what the first request did
//! (docs/contracts/native.md#repeating-a-request).
//!
//! A request claims its key before it does anything else. What makes one invite is kept with it;
//! everything else is kept afterwards (ADR 0036).

use std::slice;

use super::creation::{Created, Creation, Making, Repeatable};
use super::request::Ask;
use super::result::{is_final, kept_result, stop};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::rule::InviteRule;
use crate::domain::token::TokenSubject;
use crate::engine::acting::Acting;
use crate::engine::authority::inviter_of;
use crate::engine::fault::{Stop, Unavailable};
use crate::engine::present::Present;
use crate::engine::refusal::{Conflict, NotFound};
use crate::engine::{Engine, Outcome, hex};
use crate::store::{KeptRequest, KeptResult, StoreError};

/// Seconds after which an unfinished request has failed. No function runs this long.
const GIVEN_UP: i64 = 60;

/// The purpose of the keyed hash of a request's content.
const PURPOSE: &str = "idempotency";

/// What became of the request's key.
pub(super) enum Begun {
    /// The request has no key.
    Unkeyed,
    /// The request is the first with its key, and has claimed it.
    First(KeptRequest),
    /// An earlier request with the key did not finish. This one continues it, and has taken the key
    /// over.
    Continued(KeptRequest),
    /// An earlier request with the key did this.
    Repeated(Vec<KeptResult>),
}

impl Engine {
    /// Claims the request's key, or looks for what an earlier request of the caller with the key did.
    /// A dry run has no key.
    ///
    /// # Errors
    /// `Conflict::KeyReused` if the earlier request asked for something else,
    /// `Conflict::KeyInProgress`, `Fault`.
    pub(super) async fn begin(
        &self,
        caller: &Caller,
        group: &GroupId,
        making: &Making,
        now: Timestamp,
    ) -> Outcome<Begun> {
        let Some(Repeatable { key, content }) =
            making.repeatable.as_ref().filter(|_| !making.dry_run)
        else {
            return Ok(Begun::Unkeyed);
        };
        let content = [group.as_str().as_bytes(), &[0], content].concat();
        let own = KeptRequest {
            caller: caller.user.clone(),
            key: key.clone(),
            content: hex(self.tokens.tag(PURPOSE, &content)),
            entropy: hex(making.entropy),
            started_at: now,
            version: Version::FIRST,
            released: false,
            passed: None,
            results: None,
        };
        let Some(mut found) = self.store.claim_request(&own).await? else {
            return Ok(Begun::First(own));
        };
        if !self.tokens.made_tag(&bytes(&found.content), PURPOSE, &content) {
            return Err(Conflict::KeyReused.into());
        }
        if let Some(results) = found.results.take_if(|results| is_final(results)) {
            return Ok(Begun::Repeated(results));
        }
        let is_over = found.released || found.started_at.plus(GIVEN_UP) <= now;
        if is_over && let Some(taken) = self.store.take_over_request(found, now).await? {
            return Ok(Begun::Continued(taken));
        }
        Err(Conflict::KeyInProgress.into())
    }

    /// Keeps the outcome of a request for one invite that has claimed its key. What made an invite
    /// was kept with it. A refused request frees its key, because it did nothing. One that failed
    /// leaves its key to a repeat, which recognizes what was made.
    ///
    /// Returns the outcome of the request that has taken over the key, if it has one.
    ///
    /// # Errors
    /// Those of `outcome`, and of [`Engine::recall`].
    pub(super) async fn settle(
        &self,
        ask: &Ask<'_>,
        outcome: Outcome<Creation>,
    ) -> Outcome<Creation> {
        let Some(kept) = &ask.kept else { return outcome };
        let is_own = match &outcome {
            Ok(Creation::Made(_)) => return outcome,
            Ok(Creation::Found(..) | Creation::Resent(_) | Creation::Planned(..)) => {
                self.store.keep_request(&kept.with_outcomes(slice::from_ref(&outcome))).await
            }
            Err(stop) => self.give_up(kept, stop).await,
        };
        if is_written(is_own) {
            return outcome;
        }
        match self.store.kept_request(&kept.caller, &kept.key, ask.now()).await {
            Ok(Some(KeptRequest { content, results: Some(results), .. }))
                if content == kept.content && is_final(&results) =>
            {
                self.recall_first(ask, &results).await
            }
            Ok(_) => outcome,
            Err(error) => {
                tracing::warn!(%error, "Could not read what a repeat of a request did");
                outcome
            }
        }
    }

    /// Gives up the key of a request without an outcome. Returns whether it still was the request's
    /// own.
    pub(super) async fn give_up(
        &self,
        kept: &KeptRequest,
        stop: &Stop,
    ) -> Result<bool, StoreError> {
        match stop {
            Stop::Refused(_) => self.store.free_request(kept).await,
            Stop::Failed(_) => self.store.release_request(kept).await,
        }
    }

    /// Returns what the first request for one invite did, as [`Engine::recall`] does.
    ///
    /// # Errors
    /// Those of [`Engine::recall`]. `Conflict::KeyReused` if it was a request for none.
    pub(super) async fn recall_first(
        &self,
        ask: &Ask<'_>,
        results: &[KeptResult],
    ) -> Outcome<Creation> {
        let recalled = self.recall(ask.acting, &ask.new.group, ask.new.rule, results).await?;
        recalled.into_iter().next().unwrap_or_else(|| Err(Conflict::KeyReused.into()))
    }

    /// Returns what the first request did, as the invites are now. Tokens are those of the generations
    /// that it made.
    ///
    /// # Errors
    /// Those of a caller who may no longer invite by `rule`, because tokens are for inviters only:
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`. `Fault`.
    pub(super) async fn recall(
        &self,
        Acting { caller, .. }: Acting<'_>,
        group: &GroupId,
        rule: InviteRule,
        results: &[KeptResult],
    ) -> Outcome<Vec<Outcome<Creation>>> {
        let ids: Vec<InviteId> = results.iter().filter_map(KeptResult::invite).collect();
        let (found, invites) = futures::join!(
            self.store.group_and_member(group, &caller.user),
            self.store.invites(group, &ids)
        );
        let ((found, member), invites) = (found?, invites?);
        inviter_of(caller, found, member, rule)?;
        let present = self.present(&invites).await?;
        let recalled = results.iter().map(|result| self.recall_one(result, &invites, &present));
        Ok(recalled.collect())
    }

    fn recall_one(
        &self,
        result: &KeptResult,
        invites: &[Invite],
        present: &Present,
    ) -> Outcome<Creation> {
        let known = result.invite().and_then(|id| invites.iter().find(|invite| invite.id == id));
        let invite = || known.cloned().ok_or(Stop::from(NotFound::Invite));
        let created = |generation| {
            let (invite, present) = (invite()?, present.clone());
            let subject =
                TokenSubject { group: invite.group.clone(), invite: invite.id, generation };
            let token = self.tokens.token(&subject);
            Outcome::Ok(Created { token, invite, present, invitee_ids: None })
        };
        match result {
            KeptResult::Made { generation, .. } => Ok(Creation::Made(created(*generation)?)),
            KeptResult::Resent { generation, .. } => Ok(Creation::Resent(created(*generation)?)),
            KeptResult::Found { .. } => Ok(Creation::Found(invite()?, present.clone())),
            KeptResult::Refused { reason } => Err(stop(reason)),
            KeptResult::Failed => Err(Unavailable::Conflicts("the invite").into()),
        }
    }
}

impl KeptRequest {
    /// Returns the request with the results of its items. Those of earlier attempts stay, but for the
    /// items that failed. If something failed on our side, the request is left to a repeat.
    pub(super) fn with_outcomes(&self, outcomes: &[Outcome<Creation>]) -> Self {
        let earlier = self.results.as_deref().unwrap_or_default();
        let results = outcomes.iter().enumerate().map(|(place, outcome)| {
            let earlier = earlier.get(place).filter(|result| **result != KeptResult::Failed);
            earlier.cloned().unwrap_or_else(|| kept_result(outcome))
        });
        let results: Vec<KeptResult> = results.collect();
        Self { released: !is_final(&results), results: Some(results), ..self.clone() }
    }
}

/// Returns whether a write of the request's item was made, or may have been. Logs a failure. A
/// repeat is refused for a while after it, and then continues the request.
pub(super) fn is_written(written: Result<bool, StoreError>) -> bool {
    written.unwrap_or_else(|error| {
        tracing::warn!(%error, "Could not keep the outcome of a request");
        true
    })
}

/// Returns the random bytes of the first request with the key.
pub(super) fn entropy_of(kept: &KeptRequest, making: &Making) -> [u8; 16] {
    bytes(&kept.entropy).try_into().unwrap_or(making.entropy)
}

/// Returns the bytes of hexadecimal text.
fn bytes(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
    digits.filter_map(|digits| u8::from_str_radix(digits?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_hexadecimal_text() {
        assert_eq!(bytes(&hex([7; 16])), [7; 16]);
        assert!(bytes("zz").is_empty());
    }
}
