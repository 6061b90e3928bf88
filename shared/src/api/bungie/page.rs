//! Renders one page of a list: `SearchResultOf…` (docs/contracts/bungie.md#pages).

use serde::Serialize;

use super::request::PAGE_SIZE;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PagedQuery {
    items_per_page: usize,
    current_page: usize,
    request_continuation_token: &'static str,
}

/// One page of a list whose total length is known.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult<'a, T> {
    results: &'a [T],
    total_results: usize,
    has_more: bool,
    query: PagedQuery,
    replacement_continuation_token: &'static str,
    use_total_results: bool,
}

/// Returns the items of page `page`, counted from 1. After the last page the slice is empty.
pub fn on_page<T>(all: &[T], page: usize) -> &[T] {
    let from = page.saturating_sub(1).saturating_mul(PAGE_SIZE).min(all.len());
    &all[from..all.len().min(from + PAGE_SIZE)]
}

impl<'a, T> SearchResult<'a, T> {
    /// Creates page `page` of a list of `total` items.
    pub fn new(results: &'a [T], total: usize, page: usize) -> Self {
        Self {
            results,
            total_results: total,
            has_more: page.saturating_mul(PAGE_SIZE) < total,
            query: PagedQuery {
                items_per_page: PAGE_SIZE,
                current_page: page,
                request_continuation_token: "",
            },
            replacement_continuation_token: "",
            use_total_results: true,
        }
    }

    /// Creates the only page of a list of `total` items, which may end early.
    pub fn whole(results: &'a [T], total: usize) -> Self {
        Self { has_more: results.len() < total, ..Self::new(results, total, 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_a_list_without_gaps_or_overlaps() {
        for total in [0_usize, 1, 49, 50, 51, 100, 101] {
            let all: Vec<usize> = (0..total).collect();
            let mut seen: Vec<usize> = Vec::new();
            for page in 1.. {
                let results = on_page(&all, page).to_vec();
                let result = SearchResult::new(&results, total, page);
                seen.extend(&results);
                if !result.has_more {
                    break;
                }
            }
            assert_eq!(seen, all);
        }
        assert!(on_page(&[1], usize::MAX).is_empty());
    }
}
