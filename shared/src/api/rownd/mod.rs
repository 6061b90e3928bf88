//! The rownd API: groups, members and invites under `/me/groups`, for clients of Rownd's API
//! (docs/contracts/rownd.md).

mod failure;
mod render;
mod request;

pub use failure::{Failure, respond};
pub use render::{
    AcceptedBody, CreatedBody, GroupBody, InviteBody, MemberBody, OwnGroupBody, app_id, list, page,
};
pub use request::{
    AdmissionPolicy, GroupInput, InviteInput, MemberInput, NewMemberInput, RULE, body, empty_body,
    group_of_path, member_of_path, member_page, person_of_path,
};
