//! The order and the pages of lists.

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
    /// The items on the page.
    pub data: Vec<T>,
    /// The start of the next page. `None` on the last page.
    pub next_cursor: Option<String>,
}
