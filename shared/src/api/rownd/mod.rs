//! The rownd API: groups, members and invites under `/me/groups`, as a Rownd client expects them
//! (docs/contracts/rownd.md).

mod failure;
mod render;
mod request;

pub use failure::{Failure, respond};
pub use render::{
    AcceptedBody, CreatedBody, GroupBody, InviteBody, ListBody, MemberBody, OwnGroupBody,
};
pub use request::{
    AdmissionPolicy, GroupInput, InviteInput, MemberId, MemberInput, NewMemberInput, RULE, body,
    member_page, with_phone_as_sent,
};
