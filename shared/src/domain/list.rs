//! What a list is asked for and gives.

use serde::{Deserialize, Serialize};

/// The order in which a list shows the invites of one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The earliest expiry first.
    Asc,
    /// The latest expiry first.
    #[default]
    Desc,
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// What the page holds.
    pub data: Vec<T>,
    /// Where the next page begins; `None` after the last.
    pub next_cursor: Option<String>,
}
