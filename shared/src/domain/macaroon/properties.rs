//! Properties of every macaroon, genuine or altered.

use proptest::prelude::*;

use super::tests::{at, keys, opened, ours, packets};
use super::*;
use crate::domain::counters::Generation;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::token::TokenSubject;

/// Generates a caveat that a holder may add.
fn known_caveat() -> impl Strategy<Value = String> {
    prop_oneof![
        (0_i64..300).prop_map(|end| format!("time < {end}")),
        "[ab]".prop_map(|user| format!("user = {user}")),
        "[ab]".prop_map(|name| format!("email = {name}@example.com")),
        Just(TOKEN_TYPE.to_owned()),
        "\\PC{0,20}",
    ]
}

/// Returns whether the token admits `user` at `now`.
fn admits(macaroon: &Macaroon, user: &str, now: i64) -> bool {
    opened(macaroon).is_ok_and(|caveats| {
        let address = EmailAddress::parse(&format!("{user}@example.com")).unwrap();
        !caveats.over(at(now))
            && caveats.admits_user(&UserId::parse(user).unwrap())
            && caveats.admits_address(Some(&address))
    })
}

proptest! {
    #[test]
    fn every_macaroon_round_trips(identifier in "\\PC{1,60}", caveats in proptest::collection::vec("\\PC{0,60}", 0..8), secret: [u8; 32]) {
        let macaroon = Macaroon::mint(&secret, &identifier, &caveats);
        prop_assert_eq!(Macaroon::parse(&macaroon.to_base62()), Some(macaroon.clone()));
        let version_2 = text::encode(&macaroon.packets(Format::V2));
        prop_assert_eq!(Macaroon::parse(&version_2), Some(macaroon.clone()));
        prop_assert_eq!(Macaroon::parse(&macaroon.to_base64url()), Some(macaroon));
    }

    #[test]
    fn a_token_opens_with_the_keys_that_made_it(group in "[A-Za-z0-9_-]{1,64}", id in 1u64..1 << 53, generation: u32, version in 1u8..) {
        let subject = TokenSubject { group: GroupId::parse(&group).unwrap(), invite: InviteId::from_number(id).unwrap(), generation: Generation::from_number(generation) };
        let keys = keys(version, "k", None);
        let token = keys.macaroon(&subject, Some(at(1_796_140_144))).to_base62();
        prop_assert!(token.len() < MAX_LENGTH / 8);
        prop_assert_eq!(keys.open(&token).map(|(subject, _)| subject), Ok(subject));
    }

    #[test]
    fn one_more_caveat_never_widens_a_token(caveats in proptest::collection::vec(known_caveat(), 0..5), more in known_caveat(), now in 0_i64..300) {
        let caveats: Vec<&str> = caveats.iter().map(String::as_str).collect();
        let before = ours(&caveats);
        let after = before.narrowed(&more).unwrap();
        for user in ["a", "b"] {
            prop_assert!(admits(&before, user, now) || !admits(&after, user, now));
        }
    }

    /// A token with a changed or missing byte opens only if the byte is in the location.
    #[test]
    fn an_altered_token_is_refused_without_panic(at in 0_usize..400, to in 0_u8.., cut in any::<bool>()) {
        let macaroon = ours(&["time < 200", "user = a"]);
        let mut packets = macaroon.packets(Format::V1);
        let at = at % packets.len();
        prop_assume!(cut || packets[at] != to);
        if cut { packets.truncate(at) } else { packets[at] = to }
        let in_the_location = !cut && (13..20).contains(&at);
        let opens = keys(1, "a", None).open(&text::encode(&packets)).is_ok();
        prop_assert!(!opens || in_the_location);
    }

    #[test]
    fn a_token_with_removed_or_reordered_caveats_is_refused(order in Just(vec![0, 1, 2, 3]).prop_shuffle(), length in 0_usize..5) {
        let all = [TOKEN_TYPE, "time < 200", "user = a", "email = a@example.com"];
        prop_assume!(length < 4 || order != [0, 1, 2, 3]);
        let mut list: Vec<(&str, &[u8])> = vec![("location", b"onezone"), ("identifier", b"1.3773.5629499534213120.1")];
        list.extend(order[..length].iter().map(|at| ("cid", all[*at].as_bytes())));
        let macaroon = ours(&all[1..]);
        let sealed: &[u8] = macaroon.0.signature().as_ref();
        list.push(("signature", sealed));
        prop_assert_eq!(keys(1, "a", None).open(&text::encode(&packets(&list))).map(|_| ()), Err(NotOpened::Forged));
    }

    #[test]
    fn junk_is_refused_without_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(Macaroon::parse(&text), None);
        prop_assert_eq!(Macaroon::parse(&text::encode(&bytes)), None);
    }
}
