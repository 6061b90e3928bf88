//! Users of the directory.

use super::Operation;
use crate::api::native::Code;
use crate::api::native::block::BlockBody;
use crate::api::native::suppression::SuppressionBody;
use crate::api::native::user::{ProfileBody, UserBody};

const CHANGED: &str = "Makes the record, or changes what the body names: a field that is not named stays, and `null` clears it.";

/// The codes of a change that a person makes to their own record.
const OWN: [Code; 4] =
    [Code::EmailNotVerified, Code::IdentityMismatch, Code::IdentityTaken, Code::UserNotFound];

/// The codes of a change that an app makes.
const OTHERS: [Code; 3] = [Code::InsufficientScope, Code::IdentityTaken, Code::UserNotFound];

pub(super) fn operations() -> Vec<Operation> {
    let operations = vec![
        Operation::get("/v1/me", "getMe", "Reads the caller's record")
            .about("Without a record, it shows what the access token proves.")
            .answers::<UserBody<'static>>(200, "The caller."),
        changes(Operation::put("/v1/me", "putMe", "Makes or changes the caller's record"))
            .refuses(OWN),
        changes(Operation::patch("/v1/me", "updateMe", "Changes the caller's record")).refuses(OWN),
        Operation::get("/v1/users/{user}", "getUser", "Reads a user's record")
            .about("Needs the scope `users:write`.")
            .answers::<UserBody<'static>>(200, "The user.")
            .refuses([Code::InsufficientScope, Code::UserNotFound]),
        changes(Operation::put("/v1/users/{user}", "putUser", "Makes or changes a user's record"))
            .refuses(OTHERS),
        changes(Operation::patch("/v1/users/{user}", "updateUser", "Changes a user's record"))
            .refuses(OTHERS),
    ];
    let operations = operations.into_iter().chain(of_blocks()).chain(of_suppressions());
    operations.map(|operation| operation.tagged("users")).collect()
}

fn changes(operation: Operation) -> Operation {
    operation
        .about(CHANGED)
        .takes::<ProfileBody>()
        .answers::<UserBody<'static>>(200, "The record after the change.")
}

fn of_suppressions() -> Vec<Operation> {
    vec![
        Operation::get("/v1/suppressions/{email}", "getSuppression", "Reads why an address gets no mail")
            .about("Needs the scope `suppressions:write`.")
            .answers::<SuppressionBody<'static>>(200, "The reason, and since when.")
            .refuses([Code::InsufficientScope, Code::SuppressionNotFound, Code::NotFound]),
        Operation::delete("/v1/suppressions/{email}", "deleteSuppression", "Allows mails to an address again")
            .about("Needs the scope `suppressions:write`. Allowing an address that is not suppressed changes nothing.")
            .answers_empty(204, "The address is not suppressed.")
            .refuses([Code::InsufficientScope, Code::NotFound]),
    ]
}

fn of_blocks() -> Vec<Operation> {
    vec![
        Operation::get("/v1/me/blocks", "listBlocks", "Lists the senders whom the caller blocks")
            .lists::<BlockBody<'static>>("The blocks."),
        Operation::get("/v1/me/blocks/{kind}/{id}", "getBlock", "Reads a block")
            .answers::<BlockBody<'static>>(200, "The block.")
            .refuses([Code::BlockNotFound, Code::NotFound]),
        Operation::put("/v1/me/blocks/{kind}/{id}", "block", "Blocks a sender")
            .about("Blocking again changes nothing. The sender does not learn of it.")
            .answers::<BlockBody<'static>>(200, "The block.")
            .refuses([Code::NotFound]),
        Operation::delete("/v1/me/blocks/{kind}/{id}", "unblock", "Ends a block")
            .about("Ending a block that does not exist changes nothing.")
            .answers_empty(204, "The sender is not blocked.")
            .refuses([Code::NotFound]),
    ]
}
