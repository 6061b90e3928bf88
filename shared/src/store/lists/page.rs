//! Pages and their errors.

use serde::Serialize;

use crate::domain::list::Page;
use crate::store::access::Item;
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
    /// Returns a page of the first `limit` of `data`. If `data` has more, there is a next page.
    ///
    /// # Errors
    /// [`CursorError`] if the position can't be serialized.
    pub(in crate::store) fn page<T, P: Serialize>(
        &self,
        list: &str,
        mut data: Vec<T>,
        limit: usize,
        position: impl Fn(&T) -> P,
    ) -> Result<Page<T>, CursorError> {
        let more = data.len() > limit;
        data.truncate(limit);
        let last = data.last().filter(|_| more).map(position);
        let next_cursor =
            last.map(|position| cursor::seal(&self.token_keys, list, &position)).transpose()?;
        Ok(Page { data, next_cursor })
    }
}

/// The position where a page of a query ended. It is opaque, and never leaves the service.
#[derive(Clone, Debug)]
pub struct PagePosition(Item);

impl PagePosition {
    pub(in crate::store) fn of(key: Item) -> Self {
        Self(key)
    }

    pub(in crate::store) fn into_item(self) -> Item {
        self.0
    }
}
