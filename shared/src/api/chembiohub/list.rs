//! Tastypie's list: filters by address, an order, a page by limit and offset, and links to the
//! neighbouring pages (docs/contracts/chembiohub.md#lists).

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use serde::Serialize;
use url::form_urlencoded::Serializer;

use super::answer::answer;
use super::failure::Failure;
use super::lookup::Lookup;
use super::order::{FIELDS, SortKey, address, sort};
use super::render::InvitationBody;
use crate::domain::invisible::trim;
use crate::domain::invite::Invite;
use crate::http::{RequestError, fitting, visible_query};

/// The default size of a page.
const DEFAULT_LIMIT: usize = 20;
/// The largest size of a page. `limit=0` asks for it.
const MAX_LIMIT: usize = 1000;

/// The filters, the order and the page that a list request asks for.
#[derive(Debug)]
pub struct ListQuery {
    limit: usize,
    offset: usize,
    filters: Vec<Lookup>,
    order: Vec<SortKey>,
    /// The other parameters, sorted by name. The links to the neighbouring pages repeat them.
    others: BTreeMap<String, String>,
}

impl ListQuery {
    /// Reads the query. Unknown parameters are ignored, as in Tastypie.
    ///
    /// # Errors
    /// 400 for a limit or an offset that is not a whole number, a field that has no filters or no
    /// order, an unknown comparison, a value that the comparison does not take, and an invisible
    /// character inside a value.
    pub fn read(request: &Request) -> Result<Self, Failure> {
        visible_query(request, &["limit", "offset", "order_by", "email"])?;
        let mut others = parameters(request);
        let limit = number(others.remove("limit"), "limit")?.unwrap_or(DEFAULT_LIMIT);
        let offset = number(others.remove("offset"), "offset")?.unwrap_or(0);
        let filters = others.iter().map(|(name, value)| filter(name, value));
        let filters = filters.filter_map(Result::transpose).collect::<Result<_, RequestError>>()?;
        let order = others.get("order_by").map(String::as_str);
        let order = order.into_iter().flat_map(|fields| fields.split(','));
        let order = order.map(SortKey::read).collect::<Result<_, RequestError>>()?;
        Ok(Self {
            limit: if limit == 0 { MAX_LIMIT } else { limit.min(MAX_LIMIT) },
            offset,
            filters,
            order,
            others,
        })
    }

    /// Returns the page of the invites that pass the filters, and the number of such invites on all
    /// pages.
    pub fn page(&self, mut invites: Vec<Invite>) -> (Vec<Invite>, usize) {
        invites.retain(|invite| {
            let address = address(invite);
            self.filters.iter().all(|lookup| lookup.matches(address))
        });
        sort(&mut invites, &self.order);
        let total = invites.len();
        (invites.into_iter().skip(self.offset).take(self.limit).collect(), total)
    }

    fn uri(&self, namespace: &str, offset: usize) -> String {
        let mut query = Serializer::new(String::new());
        query
            .extend_pairs(&self.others)
            .append_pair("limit", &self.limit.to_string())
            .append_pair("offset", &offset.to_string());
        format!("/{namespace}/api/invitations?{}", query.finish())
    }
}

/// Returns the query's parameters by name. A repeated one is a list with commas, as API Gateway
/// writes it.
fn parameters(request: &Request) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let sent = request.query_string_parameters_ref();
    for (name, value) in sent.into_iter().flat_map(|all| all.iter()) {
        found
            .entry(name.to_owned())
            .and_modify(|list| {
                list.push(',');
                list.push_str(trim(value));
            })
            .or_insert_with(|| trim(value).to_owned());
    }
    found
}

/// Reads the filter of a parameter `field` or `field__lookup`. `None` for other parameters.
fn filter(name: &str, value: &str) -> Result<Option<Lookup>, RequestError> {
    let (field, lookup) = name.split_once("__").unwrap_or((name, "exact"));
    match FIELDS.iter().find(|known| **known == field) {
        Some(&"email") => Lookup::read(lookup, value).map(Some),
        Some(other) => {
            Err(RequestError::InvalidQuery(other, "This field does not allow filtering."))
        }
        None => Ok(None),
    }
}

/// Reads a whole number. One that is too large for any page counts as the largest.
fn number(value: Option<String>, name: &'static str) -> Result<Option<usize>, RequestError> {
    let Some(text) = value else { return Ok(None) };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RequestError::InvalidQuery(name, "Give a whole number that is 0 or more."));
    }
    Ok(Some(text.parse::<u32>().map_or(u32::MAX as usize, |number| number as usize)))
}

/// One page of invitations.
#[derive(Serialize)]
struct ListBody<'a> {
    meta: MetaBody,
    objects: &'a [InvitationBody],
}

#[derive(Debug, Serialize)]
struct MetaBody {
    limit: usize,
    next: Option<String>,
    offset: usize,
    previous: Option<String>,
    total_count: usize,
}

impl ListQuery {
    /// Returns the page of `objects` out of `total`. A page that would become too large ends
    /// earlier, and the next one begins there.
    pub fn answer(
        &self,
        objects: &[InvitationBody],
        total: usize,
        namespace: &str,
    ) -> Response<Body> {
        let render = |objects: &[InvitationBody], after: usize| {
            let meta = self.meta(after, total, namespace);
            answer(StatusCode::OK, &ListBody { meta, objects })
        };
        let fitting = fitting(objects, |none| render(none, self.limit));
        let after = if fitting < objects.len() { fitting } else { self.limit };
        render(&objects[..fitting], after)
    }

    /// Returns the part about the pages. The next page begins `after` items later.
    fn meta(&self, after: usize, total: usize, namespace: &str) -> MetaBody {
        let (limit, offset) = (self.limit, self.offset);
        let next = offset.saturating_add(after);
        MetaBody {
            limit,
            next: (next < total).then(|| self.uri(namespace, next)),
            offset,
            previous: offset.checked_sub(limit).map(|offset| self.uri(namespace, offset)),
            total_count: total,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::identity::PhoneNumber;
    use crate::domain::invite::tests::pending;
    use crate::domain::invitee::Invitee;

    fn read(pairs: &[(&str, &str)]) -> Result<ListQuery, Failure> {
        let pairs: HashMap<String, Vec<String>> =
            pairs.iter().map(|(name, value)| ((*name).into(), vec![(*value).into()])).collect();
        ListQuery::read(&Request::new(Body::Empty).with_query_string_parameters(pairs))
    }

    fn meta(pairs: &[(&str, &str)], total: usize) -> MetaBody {
        let query = read(pairs).unwrap();
        query.meta(query.limit, total, "hub")
    }

    #[test]
    fn a_page_has_20_invitations_by_default_and_at_most_1000() {
        let limit = |text: &str| meta(&[("limit", text)], 0).limit;
        assert_eq!(
            (meta(&[], 0).limit, limit("1"), limit("0"), limit("1001"), limit("42949672960")),
            (20, 1, 1000, 1000, 1000)
        );
        let bad = |name: &str, value: &str| {
            let Err(Failure::Error { status, error, .. }) = read(&[(name, value)]) else {
                return false;
            };
            status == StatusCode::BAD_REQUEST && error.starts_with(&format!("{name}: "))
        };
        for (name, value) in [
            ("limit", "-1"),
            ("limit", "x"),
            ("limit", ""),
            ("offset", "-1"),
            ("limit", "+1"),
            ("limit", "1,2"),
            ("offset", "1.5"),
            ("order_by", "nosuch"),
            ("order_by", ""),
            ("order_by", "email,-nosuch"),
            ("order_by", "created_by"),
            ("first_name", "Ada"),
            ("id", "1"),
            ("created_by", "1"),
            ("email", "x"),
        ] {
            assert_eq!(bad(name, value), (name, value) != ("email", "x"), "{name}={value}");
        }
    }

    #[test]
    fn links_to_neighbouring_pages_repeat_the_query() {
        let middle = meta(&[("offset", "20"), ("email__icontains", "a@b"), ("format", "json")], 41);
        assert_eq!(
            middle.next.as_deref(),
            Some("/hub/api/invitations?email__icontains=a%40b&format=json&limit=20&offset=40")
        );
        assert_eq!(
            middle.previous.as_deref(),
            Some("/hub/api/invitations?email__icontains=a%40b&format=json&limit=20&offset=0")
        );
        assert_eq!((meta(&[], 20).next, meta(&[("offset", "19")], 41).previous), (None, None));
        assert_eq!(meta(&[("offset", "4294967295")], 41).next, None);
    }

    #[test]
    fn the_filters_compare_addresses() {
        let invites = || {
            let ada = Invitee::Email(EmailAddress::parse("Ada@Example.com").unwrap());
            vec![
                pending(ada, None),
                pending(Invitee::Phone(PhoneNumber::parse("+19199993333").unwrap()), None),
            ]
        };
        let found = |pairs: &[(&str, &str)]| read(pairs).unwrap().page(invites()).1;
        assert_eq!(found(&[("email", "Ada@Example.com")]), 1);
        assert_eq!(found(&[("email__in", "Ada@Example.com,bob@example.com")]), 1);
        assert_eq!(found(&[("email__icontains", "ada"), ("email__regex", "^B")]), 0);
        // An invite without an address shows an empty text.
        assert_eq!((found(&[("email", "")]), found(&[("email__isnull", "false")])), (1, 2));
        // Tastypie ignores parameters that are not fields of an invitation.
        assert_eq!(found(&[("name", "Ada"), ("format", "json"), ("emails__in", "x")]), 2);
        for lookup in ["email__year", "email__", "email__exact__in", "email__regex"] {
            assert!(read(&[(lookup, "(")]).is_err(), "{lookup}");
        }
    }

    #[test]
    fn the_order_applies_before_the_page() {
        let by = |email: &str| pending(Invitee::Email(EmailAddress::parse(email).unwrap()), None);
        let query = read(&[("order_by", "-email"), ("limit", "1"), ("offset", "1")]).unwrap();
        let (page, total) = query.page(vec![by("a@x.org"), by("c@x.org"), by("b@x.org")]);
        assert_eq!((address(&page[0]), page.len(), total), ("b@x.org", 1, 3));
        let next = query.uri("hub", 2);
        assert_eq!(next, "/hub/api/invitations?order_by=-email&limit=1&offset=2");
    }
}
