//! The acts on an invite, at every API.

use harness::Answer;
use reqwest::Method;
use serde_json::json;

use super::make::{Made, shows};
use super::world::{GROUP, INVITEE, MEMBERSHIP, OWNER, World, get, has, keyed, narrowed, post};

/// Declares the acts, the only list of them.
macro_rules! acts {
    ($($act:ident),+ $(,)?) => {
        /// An act of one API on an invite that any API made.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Act {
            $($act),+
        }

        impl Act {
            /// Every act.
            pub(super) const ALL: [Self; [$(stringify!($act)),+].len()] = [$(Self::$act),+];
        }
    };
}

acts! {
    NativeLists,
    NativeInbox,
    NativeAcceptsById,
    NativeAcceptsByToken,
    NativeDeclines,
    NativeRevokes,
    NativeResends,
    NativeUpdates,
    NativeReveals,
    NativeRevokesMany,
    NativeResendsMany,
    NativeNarrows,
    NativeAcceptsNarrowed,
    NativeAsksForRenewal,
    NativeBlocks,
    NativeDeclinesAndBlocks,
    EvantaListsGroup,
    EvantaListsMine,
    EvantaDeclines,
    EvantaJoins,
    RowndLists,
    RowndGets,
    RowndAccepts,
    RowndDeletes,
    OnezoneJoins,
    ChembiohubLists,
    ChembiohubGets,
    BungieLists,
    BungiePotential,
    BungieCancels,
}

/// The effect of an act on the invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Stays,
    Accepted,
    Declined,
    Revoked,
}

impl Act {
    /// Returns whether the act is possible with this invite. Some acts need a token, some an
    /// invitee, and the bungie API cancels by account.
    pub(super) fn fits(self, made: &Made) -> bool {
        match self {
            Self::NativeAcceptsByToken
            | Self::NativeNarrows
            | Self::NativeAcceptsNarrowed
            | Self::NativeAsksForRenewal
            | Self::OnezoneJoins => made.token.is_some(),
            Self::NativeBlocks
            | Self::NativeDeclinesAndBlocks
            | Self::NativeInbox
            | Self::NativeAcceptsById
            | Self::NativeDeclines
            | Self::EvantaListsMine
            | Self::EvantaDeclines
            | Self::EvantaJoins
            | Self::RowndAccepts => made.addressed,
            // The list is public, so it does not show invites to an address.
            Self::BungiePotential => made.to_account || made.to_user,
            Self::BungieCancels => made.to_account,
            Self::NativeLists
            | Self::NativeRevokes
            | Self::NativeResends
            | Self::NativeUpdates
            | Self::NativeReveals
            | Self::NativeRevokesMany
            | Self::NativeResendsMany
            | Self::EvantaListsGroup
            | Self::RowndLists
            | Self::RowndGets
            | Self::RowndDeletes
            | Self::ChembiohubLists
            | Self::ChembiohubGets
            | Self::BungieLists => true,
        }
    }

    /// Returns the effect of the act on the invite.
    pub(super) fn ends(self) -> End {
        match self {
            Self::NativeAcceptsById
            | Self::NativeAcceptsByToken
            | Self::NativeAcceptsNarrowed
            | Self::EvantaJoins
            | Self::RowndAccepts
            | Self::OnezoneJoins => End::Accepted,
            Self::NativeDeclines | Self::NativeDeclinesAndBlocks | Self::EvantaDeclines => {
                End::Declined
            }
            Self::NativeRevokes
            | Self::NativeRevokesMany
            | Self::RowndDeletes
            | Self::BungieCancels => End::Revoked,
            Self::NativeResendsMany
            | Self::NativeNarrows
            | Self::NativeAsksForRenewal
            | Self::NativeBlocks
            | Self::NativeLists
            | Self::NativeInbox
            | Self::NativeResends
            | Self::NativeUpdates
            | Self::NativeReveals
            | Self::EvantaListsGroup
            | Self::EvantaListsMine
            | Self::RowndLists
            | Self::RowndGets
            | Self::ChembiohubLists
            | Self::ChembiohubGets
            | Self::BungieLists
            | Self::BungiePotential => End::Stays,
        }
    }

    /// Returns whether the act still shows an invite that has ended.
    pub(super) fn shows_ended_invites(self) -> bool {
        matches!(
            self,
            Self::NativeLists
                | Self::RowndLists
                | Self::RowndGets
                | Self::ChembiohubLists
                | Self::ChembiohubGets
        )
    }

    /// Returns whether the act succeeds on an expired invite: a resend revives it, and to block its
    /// sender needs no invite.
    pub(super) fn takes_expired_invites(self) -> bool {
        matches!(self, Self::NativeResends | Self::NativeResendsMany | Self::NativeBlocks)
    }

    /// Performs the act as the owner or the invitee.
    ///
    /// # Errors
    /// Returns the answer if it is not the API's success, or does not show the invite.
    pub(super) async fn done(self, world: &World, made: &Made) -> Result<(), Answer> {
        let (owner, invitee) = (world.owner(), world.invitee());
        let token = made.token.as_deref().unwrap_or_default();
        let (kind, account) = MEMBERSHIP;
        let by_id = json!({"group": GROUP, "invite": made.id});
        let group = format!("/me/groups/{GROUP}/invites");
        let (answer, success) = match self {
            Self::NativeLists => (get(&owner, &format!("/v1/groups/{GROUP}/invites")).await, 200),
            Self::NativeInbox => (get(&invitee, "/v1/me/invites").await, 200),
            Self::NativeAcceptsById => (post(&invitee, "/v1/invites/accept", &by_id).await, 200),
            Self::NativeAcceptsByToken => {
                (post(&invitee, "/v1/invites/accept", &json!({"token": token})).await, 200)
            }
            Self::NativeDeclines => (post(&invitee, "/v1/invites/decline", &by_id).await, 200),
            Self::NativeRevokes => (
                post(&owner, &format!("/v1/groups/{GROUP}/invites/{}/revoke", made.id), &json!({}))
                    .await,
                200,
            ),
            Self::NativeResends => {
                world.app.advance(60);
                (owner.resends(&made.id, json!({"token": "keep"})).await, 200)
            }
            Self::NativeUpdates => {
                (owner.updates(&made.id, json!({"expires_in": 3600})).await, 200)
            }
            Self::NativeReveals => (owner.reveals(&made.id).await, 200),
            Self::NativeRevokesMany => {
                (owner.revokes_many(json!({"filter": {"created_by": OWNER}})).await, 207)
            }
            Self::NativeResendsMany => {
                world.app.advance(60);
                let body = json!({"ids": [made.id], "token": "keep", "notify": false});
                (owner.resends_many(body).await, 207)
            }
            Self::NativeNarrows => {
                (world.app.nobody().previews(&narrowed(world, token).await).await, 200)
            }
            Self::NativeAcceptsNarrowed => {
                (invitee.accepts(&narrowed(world, token).await).await, 200)
            }
            // There is nothing to ask for while the invite is pending.
            Self::NativeAsksForRenewal => (world.asks_for_renewal(token).await, 409),
            Self::NativeBlocks => {
                let path = format!("/v1/me/blocks/inviter/{OWNER}");
                invitee.puts(&path, &json!({})).await.is(200);
                (invitee.looks_into_inbox().await, 200)
            }
            Self::NativeDeclinesAndBlocks => {
                let body = json!({"group": GROUP, "invite": made.id, "block": "group"});
                (post(&invitee, "/v1/invites/decline", &body).await, 200)
            }
            Self::EvantaListsGroup => {
                (get(&owner, &format!("/group_invites/users/{GROUP}")).await, 200)
            }
            Self::EvantaListsMine => (get(&invitee, "/group_invites/groups").await, 200),
            Self::EvantaDeclines => (
                invitee
                    .sends(keyed(&invitee, Method::DELETE, &format!("/group_invites/{}", made.id)))
                    .await,
                204,
            ),
            Self::EvantaJoins => (
                post(&invitee, "/group_members", &json!({"group_member": {"group_id": 3773}}))
                    .await,
                201,
            ),
            Self::RowndLists => (get(&owner, &group).await, 200),
            Self::RowndGets => (get(&owner, &format!("{group}/{}", made.id)).await, 200),
            Self::RowndAccepts => {
                (post(&invitee, &format!("{group}/{}/accept", made.id), &json!({})).await, 200)
            }
            Self::RowndDeletes => (
                owner.sends(keyed(&owner, Method::DELETE, &format!("{group}/{}", made.id))).await,
                204,
            ),
            Self::OnezoneJoins => {
                (post(&invitee, "/user/groups/join", &json!({"token": token})).await, 201)
            }
            Self::ChembiohubLists => (get(&owner, "/chembiohub/api/invitations/").await, 200),
            Self::ChembiohubGets => {
                (get(&owner, &format!("/chembiohub/api/invitations/{}/", made.id)).await, 200)
            }
            Self::BungieLists => {
                (get(&owner, &format!("/GroupV2/{GROUP}/Members/InvitedIndividuals/")).await, 200)
            }
            Self::BungiePotential => (
                get(&invitee, &format!("/GroupV2/User/Potential/{kind}/{account}/2/0/")).await,
                200,
            ),
            Self::BungieCancels => (
                post(
                    &owner,
                    &format!("/GroupV2/{GROUP}/Members/IndividualInviteCancel/{kind}/{account}/"),
                    &json!({}),
                )
                .await,
                200,
            ),
        };
        let shown = match self {
            Self::NativeRevokesMany => answer.json["done"] == 1,
            _ if self.ends() != End::Stays => true,
            Self::NativeReveals => answer.json["token"].is_string(),
            Self::NativeResendsMany => answer.json["done"] == 1 && shows(&answer.json, made),
            // A preview names no invite.
            Self::NativeNarrows => answer.json["state"] == "pending",
            Self::NativeAsksForRenewal => answer.json["code"] == "invite_already_pending",
            Self::NativeBlocks => answer.data().is_empty(),
            // Bungie's answers have no invite ids, so the check is for the group or for the only
            // person in the list.
            Self::BungieLists => answer.json["Response"]["totalResults"] == 1,
            Self::BungiePotential => has(&answer.json["Response"]["results"], "groupId", GROUP),
            Self::EvantaListsMine => {
                shows(&answer.json, made) && has(&answer.json, "user_id", INVITEE)
            }
            _ => shows(&answer.json, made),
        };
        if answer.status == success && shown { Ok(()) } else { Err(answer) }
    }
}
