//! The order and the pages of lists.

/// The order of a list of invites: by creation, and by id within one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    Asc,
    /// The newest first.
    #[default]
    Desc,
}

/// The page that a caller asks for.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// The order of the list.
    pub order: Order,
    /// The most items on the page.
    pub limit: usize,
    /// The cursor at which the page begins. `None` for the first page.
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The items on the page.
    pub data: Vec<T>,
    /// The start of the next page. `None` on the last page.
    pub next_cursor: Option<String>,
}

/// A list without pages.
#[derive(Debug)]
pub struct WholeList<T> {
    /// The items.
    pub data: Vec<T>,
    /// Whether the list has every item. `false` if it ended early.
    pub complete: bool,
}

impl<T> WholeList<T> {
    /// Returns the first `limit` of these items.
    pub fn up_to(limit: usize, mut data: Vec<T>) -> Self {
        let complete = data.len() <= limit;
        data.truncate(limit);
        Self { data, complete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_list_is_complete_up_to_its_limit() {
        let list = |items: usize| WholeList::up_to(2, vec![0; items]);
        assert_eq!([1, 2, 3].map(|items| list(items).complete), [true, true, false]);
        assert_eq!([1, 2, 3].map(|items| list(items).data.len()), [1, 2, 2]);
    }
}
