//! One engine behind every API: an invite of one API can be seen, accepted, declined and revoked at
//! every other, and expires there.
//!
//! The test tries every pair of a maker and an act, each on its own service.

mod act;
mod make;
mod world;

use act::{Act, End};
use futures::{StreamExt, stream};
use harness::eventually;
use make::Maker;
use world::{GROUP, INVITEE, OWNER, World};

/// The number of pairs that run at once. Each starts a service.
const AT_ONCE: usize = 4;

/// Tries `act` on an invite of `maker`, and checks the invite's state at the native API.
async fn try_pair(maker: Maker, act: Act) {
    let pair = format!("made at {maker:?}, then {act:?}");
    let world = World::start().await;
    let made = maker.make(&world).await;
    assert_eq!(world.state(&made.id).await, "pending", "{pair}");
    if !act.fits(&made) {
        return;
    }
    act.done(&world, &made).await.unwrap_or_else(|answer| panic!("{pair}: {answer:#?}"));
    let state = world.state(&made.id).await;
    let joined = world.members().await.contains(&INVITEE.to_owned());
    match act.ends() {
        End::Stays => assert_eq!((state.as_str(), joined), ("pending", false), "{pair}"),
        // A counted link becomes exhausted; every other invite becomes accepted.
        End::Accepted => assert!(
            joined && ["accepted", "exhausted"].contains(&state.as_str()),
            "{pair}: {state}"
        ),
        End::Declined => assert_eq!((state.as_str(), joined), ("declined", false), "{pair}"),
        End::Revoked => assert_eq!((state.as_str(), joined), ("revoked", false), "{pair}"),
    }
    if act.ends() != End::Stays {
        for act in Act::ALL.into_iter().filter(|act| act.ends() == End::Accepted && act.fits(&made))
        {
            let again = act.done(&world, &made).await;
            // The member who joined may repeat the acceptance; nobody else may join.
            assert!(again.is_err() || joined, "{pair}, then {act:?}: {again:#?}");
        }
        assert_eq!(world.members().await.contains(&INVITEE.to_owned()), joined, "{pair}");
    }
}

async fn every_act_after(maker: Maker) {
    stream::iter(Act::ALL).for_each_concurrent(AT_ONCE, |act| try_pair(maker, act)).await;
}

/// Checks that an expired invite cannot be accepted, and that no list shows it as pending.
async fn expires(maker: Maker, is_stored: bool) {
    let world = World::start().await;
    let made = maker.make(&world).await;
    world.app.advance(366 * 86_400);
    if is_stored {
        // A tick leaves an invite whose mail is marked at the same moment to the next one.
        eventually("a tick stores the expiry", async || {
            (world.app.ticks().await["expired"] == 1).then_some(())
        })
        .await;
    }
    assert_eq!(world.state(&made.id).await, "expired", "{maker:?}");
    for act in Act::ALL.into_iter().filter(|act| act.fits(&made) && !act.takes_expired_invites()) {
        let answer = act.done(&world, &made).await;
        // The chembiohub, rownd and native APIs keep ended invites in their lists.
        assert!(
            answer.is_err() || act.shows_ended_invites(),
            "{maker:?}, expired, then {act:?}: {answer:#?}"
        );
    }
    if let Some(token) = &made.token {
        world.asks_for_renewal(token).await.is(202);
    }
    assert_eq!(world.members().await, [OWNER], "{maker:?}");
}

/// Checks that a member who left can be invited again in the same way.
async fn invites_again_after_leaving(maker: Maker) {
    let world = World::start().await;
    let invitee = world.invitee();
    for round in 1..=2 {
        let made = maker.make(&world).await;
        if !made.addressed {
            return;
        }
        assert_eq!(world.state(&made.id).await, "pending", "{maker:?}, round {round}");
        Act::NativeAcceptsById
            .done(&world, &made)
            .await
            .unwrap_or_else(|answer| panic!("{maker:?}, round {round}: {answer:#?}"));
        invitee.deletes(&format!("/v1/groups/{GROUP}/members/{INVITEE}")).await.is(204);
    }
    assert_eq!(world.members().await, [OWNER], "{maker:?}");
}

macro_rules! each_maker {
    ($($test:ident: $maker:expr),* $(,)?) => {
        $(mod $test {
            use super::*;

            #[tokio::test]
            async fn every_api_can_act_on_it() {
                every_act_after($maker).await;
            }

            #[tokio::test]
            async fn the_invitee_can_be_invited_again_after_leaving() {
                invites_again_after_leaving($maker).await;
            }

            #[tokio::test]
            async fn it_expires_at_every_api() {
                expires($maker, false).await;
            }

            #[tokio::test]
            async fn it_stays_expired_at_every_api_once_that_is_stored() {
                expires($maker, true).await;
            }
        })*
    };
}

each_maker! {
    native_user: Maker::NativeUser,
    native_email: Maker::NativeEmail,
    native_person: Maker::NativePerson,
    native_account: Maker::NativeAccount,
    native_link: Maker::NativeLink,
    evanta: Maker::Evanta,
    rownd: Maker::Rownd,
    onezone: Maker::Onezone,
    chembiohub: Maker::Chembiohub,
    bungie: Maker::Bungie,
}
