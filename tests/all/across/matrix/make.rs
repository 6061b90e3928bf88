//! The ways to create an invite, one or more for each API.

use serde_json::{Value, json};

use super::world::{ADDRESS, GROUP, INVITEE, MEMBERSHIP, World, has, post};

/// A way to create an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    NativeUser,
    NativeEmail,
    NativePerson,
    NativeAccount,
    NativeLink,
    Evanta,
    Rownd,
    Onezone,
    Chembiohub,
    Bungie,
}

/// A created invite.
pub(super) struct Made {
    /// The id that the native API shows.
    pub(super) id: String,
    /// The invitee's token, from the answer or the mail; `None` if the API gives no token.
    pub(super) token: Option<String>,
    /// Whether the invite has an invitee, which links do not.
    pub(super) addressed: bool,
    /// Whether the invitee is a platform account.
    pub(super) to_account: bool,
    /// Whether the invitee is a user id.
    pub(super) to_user: bool,
}

impl Maker {
    /// Creates an invite for the invitee, as the group's owner.
    pub(super) async fn make(self, world: &World) -> Made {
        let token = match self {
            Self::NativeUser => native(world, json!({"user_id": INVITEE})).await,
            Self::NativeEmail => native(world, json!({"email": ADDRESS})).await,
            Self::NativePerson => {
                native(world, json!({"person": {"email": ADDRESS, "first_name": "Sonny"}})).await
            }
            Self::NativeAccount => {
                let (kind, id) = MEMBERSHIP;
                native(world, json!({"account": {"membership_type": kind, "membership_id": id}}))
                    .await
            }
            Self::NativeLink => native(world, json!({"link": {"max_uses": 1}})).await,
            Self::Evanta => {
                let body = json!({"group_invite": {"user_id": 29845, "group_id": 3773}});
                post(&world.owner(), "/group_invites", &body).await.is(201);
                Some(world.app.mail_to(ADDRESS).await.token())
            }
            Self::Rownd => {
                let body = json!({"roles": ["editor"], "email": ADDRESS});
                let answer = post(&world.owner(), &format!("/me/groups/{GROUP}/invites"), &body)
                    .await
                    .is(200);
                answer.text_at("/link").rsplit('/').next().map(str::to_owned)
            }
            Self::Onezone => {
                let answer =
                    post(&world.owner(), &format!("/groups/{GROUP}/users/token"), &json!({}))
                        .await
                        .is(200);
                Some(answer.text_at("/token").to_owned())
            }
            Self::Chembiohub => {
                let body = json!({"email": ADDRESS, "first_name": "Sonny", "last_name": "Tromp", "projects_selected": [{"id": 3773, "name": "Private Group"}]});
                post(&world.owner(), "/chembiohub/api/invitations/", &body).await.is(201);
                Some(world.app.mail_to(ADDRESS).await.token())
            }
            Self::Bungie => {
                let (kind, id) = MEMBERSHIP;
                let path = format!("/GroupV2/{GROUP}/Members/IndividualInvite/{kind}/{id}/");
                post(&world.owner(), &path, &json!({"message": "Join us"})).await.is(200);
                None
            }
        };
        let id = id_of_the_only_invite(world).await;
        let addressed = !matches!(self, Self::NativeLink | Self::Onezone);
        Made {
            id,
            token,
            addressed,
            to_account: matches!(self, Self::NativeAccount | Self::Bungie),
            to_user: matches!(self, Self::NativeUser | Self::Evanta),
        }
    }
}

async fn native(world: &World, body: Value) -> Option<String> {
    let answer = post(&world.owner(), &format!("/v1/groups/{GROUP}/invites"), &body).await.is(201);
    Some(answer.text_at("/token").to_owned())
}

async fn id_of_the_only_invite(world: &World) -> String {
    let ids = world.owner().gets(&format!("/v1/groups/{GROUP}/invites")).await.is(200).each("id");
    assert_eq!(ids.len(), 1, "the native API lists an invite of any API");
    ids.into_iter().next().expect("there is one id")
}

/// Returns whether the answer shows this invite.
pub(super) fn shows(json: &Value, made: &Made) -> bool {
    has(json, "id", &made.id)
}
