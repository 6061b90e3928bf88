//! What a request acts on, and the outcomes.

use std::collections::BTreeMap;

use crate::domain::ids::InviteId;
use crate::domain::invite::{Invite, InviteFilter};
use crate::domain::token::InviteToken;
use crate::engine::present::Present;
use crate::engine::{Engine, Outcome};

/// Maximum number of invites that one request acts on.
pub const MOST_AT_ONCE: usize = 100;

/// The invites that a request acts on.
#[derive(Clone, Debug)]
pub enum Choice {
    /// The invites with these ids, at most [`MOST_AT_ONCE`].
    Ids(Vec<InviteId>),
    /// The newest [`MOST_AT_ONCE`] of the invites that the filter selects and that themselves allow
    /// the act now.
    Filter(Box<InviteFilter>),
}

/// An invite after the act, and its token if it was resent.
#[derive(Debug)]
pub struct Acted {
    /// The invite.
    pub invite: Invite,
    /// The token of a resent invite.
    pub token: Option<InviteToken>,
}

/// The invites that a filter selects beyond those that the request acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// Their number.
    pub invites: usize,
    /// Whether that is all of them. `false` if there may be more.
    pub is_exact: bool,
}

/// The outcomes of an act on many invites.
#[derive(Debug)]
pub struct Many {
    /// The ids that the request named, or that the filter selected, in this order.
    pub ids: Vec<InviteId>,
    /// The outcome of each different invite.
    pub outcomes: BTreeMap<InviteId, Outcome<Acted>>,
    /// The records behind the invites.
    pub present: Present,
    /// What the filter selects beyond these invites. `None` for a request that names ids.
    pub remaining: Option<Remaining>,
}

impl Many {
    /// Returns the answer without an outcome, for a filter that selects nothing.
    pub(in crate::engine::invite) fn nothing(remaining: Option<Remaining>) -> Self {
        let (ids, outcomes) = (Vec::new(), BTreeMap::new());
        Self { ids, outcomes, present: Present::default(), remaining }
    }
}

impl Engine {
    /// Returns the records behind the invites. What was written stays written, so names that cannot
    /// be read are left out.
    pub(in crate::engine::invite) async fn present_of_acted(
        &self,
        outcomes: &BTreeMap<InviteId, Outcome<Acted>>,
        known: Present,
    ) -> Present {
        let invites = outcomes.values().filter_map(|outcome| Some(&outcome.as_ref().ok()?.invite));
        match self.present(invites).await {
            Ok(present) => present,
            Err(stop) => {
                tracing::warn!(?stop, "Could not read the names of many invites");
                known
            }
        }
    }
}
