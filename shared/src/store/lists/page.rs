//! One page of a list, and why there is none.

use serde::Serialize;

use crate::store::cursor::{self, CursorError};
use crate::store::{Store, StoreError};

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// What the page holds.
    pub data: Vec<T>,
    /// Where the next page begins; `None` after the last.
    pub next_cursor: Option<String>,
}

/// Why a list gives no page.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The table gave no usable answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// The page of the first `limit` of `data`. `more` says whether the table has more than these.
    pub(super) fn page<T, P: Serialize>(
        &self,
        list: &str,
        mut data: Vec<T>,
        limit: i32,
        more: bool,
        position: impl Fn(&T) -> P,
    ) -> Result<Page<T>, CursorError> {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = more || data.len() > limit;
        data.truncate(limit);
        let last = data.last().filter(|_| more).map(position);
        let next_cursor =
            last.map(|position| cursor::seal(&self.seals, list, &position)).transpose()?;
        Ok(Page { data, next_cursor })
    }
}
