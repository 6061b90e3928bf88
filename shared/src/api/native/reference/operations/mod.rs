//! The operations, by noun. Each route of `template.yaml` under `/v1` has one, and a house test names
//! what is missing.

mod documents;
mod groups;
mod invites;
mod members;
mod users;

use super::Operation;

/// The tags: one for each noun.
pub(super) const TAGS: [(&str, &str); 6] = [
    ("invites", "Making, reading and ending invites."),
    ("answering", "What the invitee does with an invite."),
    ("groups", "Groups, and their rules about inviting."),
    ("members", "The members of a group."),
    ("users", "The directory of users."),
    ("reference", "The description of this API."),
];

/// Returns every operation of the native API.
pub fn all() -> Vec<Operation> {
    [
        documents::operations(),
        groups::operations(),
        invites::operations(),
        members::operations(),
        users::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
