//! Pages and their errors.

use serde::Serialize;

use crate::domain::list::Page;
use crate::store::cursor::{self, CursorError};
use crate::store::{Store, StoreError};

/// An error of a list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor belongs to another list, or is forged.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The table gave no usable response.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Returns a page of the first `limit` of `data`. `more` is `true` if the table has further
    /// entries.
    ///
    /// # Errors
    /// [`CursorError`] if the position can't be serialized.
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
            last.map(|position| cursor::seal(&self.cursor_keys, list, &position)).transpose()?;
        Ok(Page { data, next_cursor })
    }
}
