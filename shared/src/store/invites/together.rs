//! The write that changes several invites of a group together, by the right of one actor.

use crate::domain::invite::Transition;
use crate::store::{Right, Store, StoreError};

/// The outcome of changing several invites together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TogetherOutcome {
    /// All are written.
    Written,
    /// None is written, because the actor has lost the right.
    RightLost,
    /// None is written, because the invites at these places have changed since they were read.
    Changed(Vec<usize>),
}

/// A part of the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The check of the actor's right.
    Right,
    /// The write of the invite at this place.
    Invite(usize),
}

impl Store {
    /// Writes all these transitions (at most 99) or none, each as [`Store::end_invite_by_right`] or
    /// [`Store::rewrite_invite`] does, if the actor still has this right.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn write_together(
        &self,
        transitions: &[Transition],
        right: Right<'_>,
    ) -> Result<TogetherOutcome, StoreError> {
        let mut transaction = self.transaction();
        transaction.add_check(Part::Right, self.check(right)?)?;
        for (place, transition) in transitions.iter().enumerate() {
            match transition.resolution() {
                Some(_) => transaction.add(Part::Invite(place), self.ending(transition)?)?,
                None => {
                    transaction.add(Part::Invite(place), self.rewriting(&transition.invite)?)?;
                }
            }
        }
        Ok(match transaction.commit().await? {
            Ok(()) => TogetherOutcome::Written,
            Err(refused) if refused.has(Part::Right) => TogetherOutcome::RightLost,
            Err(refused) => {
                let places = 0..transitions.len();
                let changed = places.filter(|place| refused.has(Part::Invite(*place)));
                TogetherOutcome::Changed(changed.collect())
            }
        })
    }
}
