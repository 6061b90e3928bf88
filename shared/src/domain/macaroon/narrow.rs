//! Narrowing a token: the same invite for fewer people, or for less time.
//!
//! A narrowed token is a macaroon, whatever its parent is. It is signed with the key of its parent's
//! version, so that it never outlives its parent.

use super::invite::identifier;
use super::{Caveats, Macaroon, NotOpened, TOKEN_TYPE};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::token::TokenKeys;

/// The restrictions to add to a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// When the token expires.
    pub until: Option<Timestamp>,
    /// The verified address that a person must have.
    pub address: Option<EmailAddress>,
    /// The mail domain, in lower-case ASCII, of which a person must have a verified address.
    pub domain: Option<String>,
}

impl Narrowing {
    fn caveats(&self) -> impl Iterator<Item = String> {
        let address = self.address.as_ref().map(Caveats::address_is);
        let domain = self.domain.as_deref().map(Caveats::domain_is);
        self.until.map(Caveats::time_before).into_iter().chain(address).chain(domain)
    }
}

impl TokenKeys {
    /// Returns a macaroon with the restrictions of the token and these. `None` if it would be too
    /// long, or have too many caveats.
    ///
    /// # Errors
    /// Those of [`TokenKeys::open`].
    pub fn narrow(
        &self,
        token: &str,
        narrowing: &Narrowing,
    ) -> Result<Option<Macaroon>, NotOpened> {
        let parent = match self.macaroon_of_link(token) {
            Some(macaroon) => macaroon,
            None => {
                self.open(token)?;
                Macaroon::parse(token).ok_or(NotOpened::Unknown)?
            }
        };
        let narrowed =
            narrowing.caveats().try_fold(parent, |token, caveat| token.narrowed(&caveat));
        Ok(narrowed)
    }

    /// Returns the macaroon that does what this link token does. `None` if it is no link token.
    fn macaroon_of_link(&self, token: &str) -> Option<Macaroon> {
        let (version, subject) = self.verify_version(token)?;
        let secret = self.macaroon_secret_of(version, &subject)?;
        let identifier = identifier(version, &subject);
        Some(Macaroon::mint(&secret, &identifier, &[TOKEN_TYPE.to_owned()]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{at, keys};
    use super::*;
    use crate::domain::counters::Generation;
    use crate::domain::ids::{GroupId, InviteId, UserId};
    use crate::domain::token::TokenSubject;

    fn subject() -> TokenSubject {
        TokenSubject {
            group: GroupId::parse("3773").unwrap(),
            invite: InviteId::parse("506").unwrap(),
            generation: Generation::FIRST,
        }
    }

    /// Returns whether the token of either kind admits a person with this address at `now`.
    fn admits(keys: &TokenKeys, token: &str, address: Option<&EmailAddress>, now: i64) -> bool {
        if keys.verify(token).is_some() {
            return true;
        }
        keys.open(token).is_ok_and(|(found, caveats)| {
            assert_eq!(found, subject());
            !caveats.over(at(now))
                && caveats.admits_user(&UserId::parse("ada").unwrap())
                && caveats.admits_address(address)
        })
    }

    fn email(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[test]
    fn a_narrowed_link_admits_only_what_it_names() {
        let keys = keys(1, "k", None);
        let token = keys.token(&subject());
        let narrow = |narrowing: &Narrowing| {
            keys.narrow(token.expose(), narrowing).unwrap().unwrap().to_base62()
        };
        let (ada, bob) = (email("ada@example.com"), email("bob@example.org"));
        let address = narrow(&Narrowing { address: Some(ada.clone()), ..Narrowing::default() });
        assert!(admits(&keys, &address, Some(&ada), 1) && !admits(&keys, &address, Some(&bob), 1));
        let domain = Some("example.org".to_owned());
        let domain = narrow(&Narrowing { domain, ..Narrowing::default() });
        assert!(admits(&keys, &domain, Some(&bob), 1) && !admits(&keys, &domain, Some(&ada), 1));
        assert!(!admits(&keys, &domain, None, 1));
        let time = narrow(&Narrowing { until: Some(at(100)), ..Narrowing::default() });
        assert!(admits(&keys, &time, None, 99) && !admits(&keys, &time, None, 100));
    }

    #[test]
    fn a_narrowed_token_ends_with_the_key_of_its_parent() {
        let (old, new) = (keys(1, "old", None), keys(2, "new", Some("old")));
        let token = old.token(&subject());
        let narrowing = Narrowing { until: Some(at(100)), ..Narrowing::default() };
        let narrowed = new.narrow(token.expose(), &narrowing).unwrap().unwrap().to_base62();
        assert!(new.open(&narrowed).is_ok());
        let later = keys(3, "newest", Some("new"));
        assert!(later.verify(token.expose()).is_none() && later.open(&narrowed).is_err());
    }

    #[test]
    fn a_forged_token_is_not_narrowed_and_a_long_one_not_further() {
        let (keys, other) = (keys(1, "k", None), keys(1, "other", None));
        let narrowing = Narrowing { until: Some(at(100)), ..Narrowing::default() };
        let foreign = other.token(&subject());
        assert_eq!(keys.narrow(foreign.expose(), &narrowing), Err(NotOpened::Unknown));
        let foreign = other.macaroon(&subject(), None).to_base62();
        assert_eq!(keys.narrow(&foreign, &narrowing), Err(NotOpened::Forged));
        let mut token = keys.token(&subject()).expose().to_owned();
        let mut times = 0;
        while let Some(narrowed) = keys.narrow(&token, &narrowing).unwrap() {
            (token, times) = (narrowed.to_base62(), times + 1);
        }
        assert_eq!(times, super::super::MAX_CAVEATS - 1);
        assert!(keys.open(&token).is_ok());
    }

    fn narrowing() -> impl Strategy<Value = Narrowing> {
        let until = proptest::option::of((0i64..300).prop_map(at));
        let address = proptest::option::of("[ab]".prop_map(|name| email(&format!("{name}@x.org"))));
        let domain = proptest::option::of("[xy]".prop_map(|name| format!("{name}.org")));
        (until, address, domain).prop_map(|(until, address, domain)| Narrowing {
            until,
            address,
            domain,
        })
    }

    proptest! {
        /// However often a token is narrowed, it admits nobody whom its parent does not admit.
        #[test]
        fn a_narrowed_token_never_admits_what_its_parent_does_not(
            steps in proptest::collection::vec(narrowing(), 1..6), from_macaroon in any::<bool>(),
            who in proptest::option::of("[ab]@[xy]\\.org"), now in 0i64..300,
        ) {
            let keys = keys(1, "k", None);
            let address = who.map(|who| email(&who));
            let mut parent = if from_macaroon {
                keys.macaroon(&subject(), Some(at(200))).to_base62()
            } else {
                keys.token(&subject()).expose().to_owned()
            };
            for step in steps {
                let child = keys.narrow(&parent, &step).unwrap().unwrap().to_base62();
                let admitted = admits(&keys, &child, address.as_ref(), now);
                prop_assert!(!admitted || admits(&keys, &parent, address.as_ref(), now));
                let meets = step.until.is_none_or(|end| at(now) < end)
                    && step.address.as_ref().is_none_or(|named| Some(named) == address.as_ref())
                    && step.domain.as_ref().is_none_or(|domain| {
                        address.as_ref().is_some_and(|own| own.domain() == domain)
                    });
                prop_assert!(!admitted || meets);
                parent = child;
            }
        }
    }
}
