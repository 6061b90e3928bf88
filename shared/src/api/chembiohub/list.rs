//! Tastypie's list: filters by address, a page by limit and offset, and links to the neighbouring
//! pages (docs/contracts/chembiohub.md#lists).

use std::collections::BTreeMap;

use lambda_http::{Request, RequestExt};
use serde::Serialize;
use url::form_urlencoded::Serializer;

use super::failure::Failure;
use super::render::InvitationBody;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::http::RequestError;

/// The default size of a page.
const DEFAULT_LIMIT: usize = 20;
/// The largest size of a page. `limit=0` asks for it.
const MAX_LIMIT: usize = 1000;

/// The filters and the page that a list request asks for.
#[derive(Debug)]
pub struct ListQuery {
    limit: usize,
    offset: usize,
    filters: Vec<(Lookup, String)>,
    /// The other parameters, sorted by name. The links to the neighbouring pages repeat them.
    others: BTreeMap<String, String>,
}

/// A comparison of a field in Django. The names with `I` ignore case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lookup {
    Exact,
    IExact,
    Contains,
    IContains,
    StartsWith,
    IStartsWith,
    EndsWith,
    IEndsWith,
}

impl Lookup {
    /// Returns the lookup of the parameter `email` or `email__…`. `None` if there is no such
    /// lookup.
    fn parse(parameter: &str) -> Option<Self> {
        match parameter {
            "email" | "email__exact" => Some(Self::Exact),
            "email__iexact" => Some(Self::IExact),
            "email__contains" => Some(Self::Contains),
            "email__icontains" => Some(Self::IContains),
            "email__startswith" => Some(Self::StartsWith),
            "email__istartswith" => Some(Self::IStartsWith),
            "email__endswith" => Some(Self::EndsWith),
            "email__iendswith" => Some(Self::IEndsWith),
            _ => None,
        }
    }

    fn matches(self, text: &str, wanted: &str) -> bool {
        let (folded, wanted_folded) = (text.to_lowercase(), wanted.to_lowercase());
        match self {
            Self::Exact => text == wanted,
            Self::IExact => folded == wanted_folded,
            Self::Contains => text.contains(wanted),
            Self::IContains => folded.contains(&wanted_folded),
            Self::StartsWith => text.starts_with(wanted),
            Self::IStartsWith => folded.starts_with(&wanted_folded),
            Self::EndsWith => text.ends_with(wanted),
            Self::IEndsWith => folded.ends_with(&wanted_folded),
        }
    }
}

impl ListQuery {
    /// Reads the query. Unknown parameters are ignored, as in Tastypie.
    ///
    /// # Errors
    /// 403 if the limit or the offset is not a whole number, or if the lookup of an address is
    /// unknown.
    pub fn read(request: &Request) -> Result<Self, Failure> {
        let parameters = request.query_string_parameters_ref();
        let mut others: BTreeMap<String, String> = parameters
            .into_iter()
            .flat_map(|all| all.iter())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let limit = number(others.remove("limit"), "limit")?.unwrap_or(DEFAULT_LIMIT);
        let offset = number(others.remove("offset"), "offset")?.unwrap_or(0);
        let on_address =
            others.iter().filter(|(name, _)| *name == "email" || name.starts_with("email__"));
        let unknown =
            RequestError::InvalidQuery("email", "This comparison of addresses is not supported.");
        let filters = on_address.map(|(name, value)| {
            Ok((Lookup::parse(name).ok_or_else(|| unknown.clone())?, value.clone()))
        });
        let filters = filters.collect::<Result<_, RequestError>>()?;
        Ok(Self {
            limit: if limit == 0 { MAX_LIMIT } else { limit.min(MAX_LIMIT) },
            offset,
            filters,
            others,
        })
    }

    /// Returns the page of the invites that pass the filters, and the number of such invites on all
    /// pages.
    pub fn page(&self, mut invites: Vec<Invite>) -> (Vec<Invite>, usize) {
        invites.retain(|invite| {
            let address = invite.invitee.address().map_or("", |address| address.as_str());
            self.filters.iter().all(|(lookup, wanted)| lookup.matches(address, wanted))
        });
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

fn number(value: Option<String>, name: &'static str) -> Result<Option<usize>, RequestError> {
    let wrong = |_| RequestError::InvalidQuery(name, "Give a whole number that is 0 or more.");
    value.map(|text| text.parse::<u32>().map(|number| number as usize).map_err(wrong)).transpose()
}

/// One page of invitations.
#[derive(Debug, Serialize)]
pub struct ListBody {
    meta: MetaBody,
    objects: Vec<InvitationBody>,
}

#[derive(Debug, Serialize)]
struct MetaBody {
    limit: usize,
    next: Option<String>,
    offset: usize,
    previous: Option<String>,
    total_count: usize,
}

impl ListBody {
    /// Creates the page of `invites` out of `total`, as the caller sees it.
    pub fn new(
        query: &ListQuery,
        invites: &[Invite],
        total: usize,
        caller: &UserId,
        users: &BTreeMap<UserId, User>,
        namespace: &str,
    ) -> Self {
        let (limit, offset) = (query.limit, query.offset);
        let meta = MetaBody {
            limit,
            next: (offset.saturating_add(limit) < total)
                .then(|| query.uri(namespace, offset + limit)),
            offset,
            previous: offset.checked_sub(limit).map(|offset| query.uri(namespace, offset)),
            total_count: total,
        };
        Self {
            meta,
            objects: invites
                .iter()
                .map(|invite| InvitationBody::new(invite, caller, users, namespace))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use lambda_http::Body;

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
        ListBody::new(
            &read(pairs).unwrap(),
            &[],
            total,
            &UserId::parse("1").unwrap(),
            &BTreeMap::new(),
            "hub",
        )
        .meta
    }

    #[test]
    fn a_page_has_20_invitations_by_default_and_at_most_1000() {
        let limit = |text: &str| meta(&[("limit", text)], 0).limit;
        assert_eq!(
            (meta(&[], 0).limit, limit("1"), limit("0"), limit("1001"), limit("4294967295")),
            (20, 1, 1000, 1000, 1000)
        );
        for (name, value) in [
            ("limit", "-1"),
            ("limit", "x"),
            ("limit", ""),
            ("offset", "-1"),
            ("offset", "1.5"),
            ("offset", "4294967296"),
        ] {
            assert!(matches!(read(&[(name, value)]), Err(Failure::Error { .. })), "{name}={value}");
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
    fn each_lookup_compares_addresses_in_its_own_way() {
        let invites = || {
            let ada = Invitee::Email(EmailAddress::parse("Ada@Example.com").unwrap());
            vec![
                pending(ada, None),
                pending(Invitee::Phone(PhoneNumber::parse("+19199993333").unwrap()), None),
            ]
        };
        let found = |name: &str, value: &str| read(&[(name, value)]).unwrap().page(invites()).1;
        let matches = [
            ("email", "Ada@Example.com"),
            ("email__exact", "Ada@Example.com"),
            ("email__iexact", "ada@example.com"),
            ("email__contains", "@Ex"),
            ("email__icontains", "@ex"),
            ("email__startswith", "Ada"),
            ("email__istartswith", "ada"),
            ("email__endswith", ".com"),
            ("email__iendswith", ".COM"),
        ];
        for (name, value) in matches {
            assert_eq!(found(name, value), 1, "{name}={value}");
            assert_eq!(found(name, "no"), 0, "{name}=no");
        }
        for (name, value) in [
            ("email", "ada@example.com"),
            ("email__contains", "@ex"),
            ("email__startswith", "ada"),
            ("email__endswith", "COM"),
        ] {
            assert_eq!(found(name, value), 0, "{name}={value}");
        }
        assert_eq!(found("first_name", "Ada"), 2);
        assert!(read(&[("email__regex", ".*")]).is_err());
    }
}
