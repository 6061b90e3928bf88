//! The filter in the body of a request about many invites: the filters of the list, as JSON.

use serde::Deserialize;

use super::super::query::Named;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::invisible::trim;
use crate::domain::invite::{DeliveryState, InviteFilter, State};
use crate::domain::invitee::InviteeKind;
use crate::domain::role::RoleName;
use crate::domain::{Invalid, deserialize_by_parse};

/// A filter of a group's invites. An invite must have one of the values of each field that is named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = InviteFilterBody))]
pub(super) struct FilterBody {
    /// Only invites in one of these states.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<State>>))]
    state: Option<Vec<OneOf<State>>>,
    /// Only invites of one of these kinds of invitees.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<InviteeKind>>))]
    kind: Option<Vec<OneOf<InviteeKind>>>,
    /// Only the invite to this address.
    email: Option<EmailAddress>,
    /// Only invites with this role.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    role: Option<RoleName>,
    /// Only invites of this inviter.
    created_by: Option<UserId>,
    /// Only invites whose last mail is in one of these states.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<DeliveryState>>))]
    delivery: Option<Vec<OneOf<DeliveryState>>>,
    /// Only invites that were made at this time or later.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::api::native::Instant>))]
    created_after: Option<Time>,
    /// Only invites that were made before this time.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::api::native::Instant>))]
    created_before: Option<Time>,
}

impl FilterBody {
    /// Returns the filter.
    pub(super) fn filter(self) -> InviteFilter {
        let named = values(self.state);
        InviteFilter {
            states: State::ALL.into_iter().filter(|state| named.contains(state)).collect(),
            kinds: values(self.kind),
            email: self.email,
            role: self.role,
            created_by: self.created_by,
            delivery: values(self.delivery),
            created_after: self.created_after.map(|Time(at)| at),
            created_before: self.created_before.map(|Time(at)| at),
        }
    }
}

fn values<T>(words: Option<Vec<OneOf<T>>>) -> Vec<T> {
    words.into_iter().flatten().map(|OneOf(value)| value).collect()
}

/// A value that the API names by a word.
struct OneOf<T>(T);

impl<T: Named> OneOf<T> {
    fn parse(word: &str) -> Result<Self, Invalid> {
        let unknown = Invalid::new("unknown_value", T::EXPECTED);
        T::named(trim(word)).map(Self).ok_or_else(|| unknown.or_hidden(word))
    }
}

impl<'de, T: Named> Deserialize<'de> for OneOf<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&word).map_err(Invalid::into_serde)
    }
}

/// An instant as in RFC 3339.
struct Time(Timestamp);

impl Time {
    fn parse(text: &str) -> Result<Self, Invalid> {
        Timestamp::parse(text).map(Self)
    }
}

deserialize_by_parse!(Time);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_that_of_the_list() {
        let body: FilterBody = serde_json::from_str(
            r#"{"state": ["expired", " pending\n", "expired"], "kind": ["link"], "email": "ada@example.com",
                "role": "editor", "created_by": "29842", "delivery": ["sent", "queued"],
                "created_after": "2026-11-21T00:00:00Z", "created_before": "2026-11-21T02:00:00+01:00"}"#,
        )
        .unwrap();
        let at = |text| Timestamp::parse(text).ok();
        let expected = InviteFilter {
            states: vec![State::Pending, State::Expired],
            kinds: vec![InviteeKind::Link],
            email: EmailAddress::parse("ada@example.com").ok(),
            role: RoleName::parse("editor").ok(),
            created_by: UserId::parse("29842").ok(),
            delivery: vec![DeliveryState::Sent, DeliveryState::Queued],
            created_after: at("2026-11-21T00:00:00Z"),
            created_before: at("2026-11-21T01:00:00Z"),
        };
        assert_eq!(body.filter(), expected);
    }

    #[test]
    fn an_absent_field_selects_every_invite() {
        for text in ["{}", r#"{"state": null, "kind": [], "created_after": null}"#] {
            let body: FilterBody = serde_json::from_str(text).unwrap();
            assert_eq!(body.filter(), InviteFilter::default(), "{text}");
        }
    }
}
