//! How a page ends, and why there is none.

use serde::Serialize;

use crate::domain::list::Page;
use crate::store::cursor::{self, CursorError};
use crate::store::{Store, StoreError};

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
