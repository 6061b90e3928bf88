//! Invites.

use serde_json::json;

use super::Operation;
use crate::api::native::Code;
use crate::api::native::invite::{
    AcceptBody, AcceptedBody, ChosenResultsBody, CreatedBody, CreationBody, DeclineBody,
    DeclinedBody, InviteBody, InviteChangeBody, ManyBody, ManyResultsBody, NarrowBody,
    NarrowedBody, NewInviteBody, PreviewBody, RenewalBody, ResendBody, ResendInvitesBody,
    RevealedBody, RevokeInvitesBody, TokenBody,
};

pub(super) fn operations() -> Vec<Operation> {
    [of_a_group(), of_many(), of_the_invitee()].into_iter().flatten().collect()
}

/// The codes of every act on a pending invite.
const OF_AN_ACT: [Code; 6] = [
    Code::GroupNotFound,
    Code::InviteNotFound,
    Code::Forbidden,
    Code::InviteNotPending,
    Code::InviteExpired,
    Code::InviteRevoked,
];

fn of_a_group() -> Vec<Operation> {
    let operations = vec![
        made(Operation::post(
            "/v1/groups/{group}/invites",
            "createInvite",
            "Makes one invite, or up to a hundred",
        ))
        .refuses([
            Code::GroupNotFound,
            Code::InviteNotFound,
            Code::InviteNotPending,
            Code::GroupFrozen,
            Code::LinksOff,
            Code::ResendTooSoon,
            Code::ResendLimit,
            Code::IdempotencyInProgress,
            Code::IdempotencyKeyReused,
            Code::UserNotFound,
            Code::Forbidden,
            Code::RoleAboveOwn,
            Code::DomainNotAllowed,
            Code::InvitesRefused,
            Code::AlreadyMember,
            Code::InviteAlreadyPending,
            Code::RateLimited,
            Code::PendingLimit,
        ]),
        filtered(Operation::get(
            "/v1/groups/{group}/invites",
            "listGroupInvites",
            "Lists a group's invites",
        ))
        .query(
            "kind",
            "Only invites of one of these kinds of invitees.",
            words(&["user", "email", "phone", "account", "person", "link"]),
        )
        .query("email", "Only the invite to this address.", json!({"type": "string"}))
        .query("role", "Only invites with this role.", json!({"type": "string"}))
        .query("created_by", "Only invites of this inviter.", json!({"type": "string"}))
        .query(
            "delivery",
            "Only invites whose last mail is in one of these states.",
            json!({"type": "array", "items": {"$ref": "#/components/schemas/DeliveryState"}}),
        )
        .query(
            "created_after",
            "Only invites that were made at this time or later.",
            json!({"type": "string", "format": "date-time"}),
        )
        .query(
            "created_before",
            "Only invites that were made before this time.",
            json!({"type": "string", "format": "date-time"}),
        )
        .lists::<InviteBody<'static>>("The invites.")
        .or_as("text/csv")
        .refuses([Code::GroupNotFound, Code::Forbidden]),
        Operation::get("/v1/groups/{group}/invites/{invite}", "getInvite", "Reads an invite")
            .about("The inviter may, and everybody who may invite to the group.")
            .answers::<InviteBody<'static>>(200, "The invite.")
            .with_header("ETag")
            .refuses([Code::GroupNotFound, Code::InviteNotFound, Code::Forbidden]),
        Operation::patch(
            "/v1/groups/{group}/invites/{invite}",
            "updateInvite",
            "Changes an invite",
        )
        .about("While it is pending. A field that is not named stays, and `null` clears it.")
        .conditional()
        .takes::<InviteChangeBody>()
        .answers::<InviteBody<'static>>(200, "The invite after the change.")
        .with_header("ETag")
        .refuses(OF_AN_ACT)
        .refuses([Code::RoleAboveOwn, Code::GroupFrozen, Code::InviteUsedUp]),
        Operation::post(
            "/v1/groups/{group}/invites/{invite}/resend",
            "resendInvite",
            "Sends an invite again",
        )
        .about(
            "With a new expiry; revives an expired invite. At most once a minute, and ten times.",
        )
        .takes_optionally::<ResendBody>()
        .answers::<CreatedBody<'static>>(200, "The invite, with its link.")
        .with_header("ETag")
        .refuses(OF_AN_ACT)
        .refuses([
            Code::RoleAboveOwn,
            Code::DomainNotAllowed,
            Code::InvitesRefused,
            Code::GroupFrozen,
            Code::LinksOff,
            Code::UserNotFound,
            Code::AlreadyMember,
            Code::InviteAlreadyPending,
            Code::InviteUsedUp,
            Code::ResendTooSoon,
            Code::ResendLimit,
            Code::RateLimited,
            Code::PendingLimit,
        ]),
        Operation::post(
            "/v1/groups/{group}/invites/{invite}/link",
            "revealLink",
            "Reveals an invite's present link",
        )
        .about("Changes nothing but the audit trail.")
        .answers::<RevealedBody<'static>>(200, "The link.")
        .refuses(OF_AN_ACT)
        .refuses([Code::RoleAboveOwn, Code::InviteUsedUp]),
        Operation::post(
            "/v1/groups/{group}/invites/{invite}/revoke",
            "revokeInvite",
            "Revokes an invite",
        )
        .about("Revoking a revoked invite answers with it again.")
        .answers::<InviteBody<'static>>(200, "The revoked invite.")
        .with_header("ETag")
        .refuses([
            Code::GroupNotFound,
            Code::InviteNotFound,
            Code::Forbidden,
            Code::InviteNotPending,
            Code::InviteExpired,
            Code::InviteUsedUp,
        ]),
    ];
    operations.into_iter().map(|operation| operation.tagged("invites")).collect()
}

/// What requests to revoke or resend many invites have in common.
const ABOUT_MANY: &str = "Up to a hundred, by their `ids` or by a `filter`. Each has a result, and a failed one stops no other. A filter selects only invites that the act can be done to now.";

fn of_many() -> Vec<Operation> {
    let refusals = [Code::GroupNotFound, Code::Forbidden];
    let operations = vec![
        Operation::post(
            "/v1/groups/{group}/invites/revoke",
            "revokeInvites",
            "Revokes up to a hundred invites",
        )
        .about(ABOUT_MANY)
        .takes::<RevokeInvitesBody>()
        .answers::<ChosenResultsBody<'static>>(207, "A result for each invite.")
        .refuses(refusals),
        Operation::post(
            "/v1/groups/{group}/invites/resend",
            "resendInvites",
            "Sends up to a hundred invites again",
        )
        .about(ABOUT_MANY)
        .takes::<ResendInvitesBody>()
        .answers::<ChosenResultsBody<'static>>(207, "A result for each invite, with its link.")
        .refuses(refusals)
        .refuses([Code::GroupFrozen]),
    ];
    operations.into_iter().map(|operation| operation.tagged("invites")).collect()
}

/// The codes of every request that names an invite by its token.
const BY_TOKEN: [Code; 2] = [Code::InviteNotFound, Code::RateLimited];

fn of_the_invitee() -> Vec<Operation> {
    let operations = vec![
        filtered(Operation::get(
            "/v1/me/invites",
            "listMyInvites",
            "Lists the invites that are addressed to the caller",
        ))
        .about("By every identity that the access token proves. Without `state`, those that the caller can still accept.")
        .lists::<InviteBody<'static>>("The invites."),
        ordered(Operation::get(
            "/v1/me/sent-invites",
            "listSentInvites",
            "Lists the invites that the caller sent",
        ))
        .about("Across groups.")
        .lists::<InviteBody<'static>>("The invites."),
        Operation::post("/v1/invites/preview", "previewInvite", "Shows what a link is for")
            .about("Changes nothing.")
            .for_everyone()
            .takes::<TokenBody>()
            .answers::<PreviewBody<'static>>(200, "What the holder of the link may see.")
            .refuses(BY_TOKEN)
            .refuses([Code::GroupNotFound, Code::IdentityMismatch, Code::InviteRevoked]),
        Operation::post("/v1/invites/narrow", "narrowToken", "Makes a narrower token")
            .about("No account is needed, and nothing is written. A narrower token can never do more.")
            .for_everyone()
            .takes::<NarrowBody>()
            .answers::<NarrowedBody<'static>>(200, "The narrower token.")
            .refuses(BY_TOKEN),
        Operation::post("/v1/invites/renewal", "requestRenewal", "Asks for a new invite")
            .about("Tells the inviter of an expired or declined invite that a new one is wanted, once a day.")
            .for_everyone()
            .takes::<TokenBody>()
            .answers::<RenewalBody>(202, "The inviter is told.")
            .refuses(BY_TOKEN)
            .refuses([
                Code::GroupNotFound,
                Code::IdentityMismatch,
                Code::InviteAlreadyPending,
                Code::InviteExpired,
                Code::InviteNotPending,
                Code::InviteRevoked,
                Code::InviteUsedUp,
            ]),
        Operation::post("/v1/invites/opened", "recordOpening", "Records that the page was seen")
            .about("The invite page calls it once a person has seen it for two seconds. The first opening of a generation is kept. Repeating it changes nothing, and so does an invite that ended.")
            .for_everyone()
            .takes::<TokenBody>()
            .answers_empty(204, "The opening is known, or there is nothing to record.")
            .refuses(BY_TOKEN)
            .refuses([Code::IdentityMismatch, Code::InviteRevoked]),
        Operation::post("/v1/invites/accept", "acceptInvite", "Accepts an invite")
            .about("By `token`, or by `group` and `invite` for the person to whom it is addressed. Accepting twice answers with the same membership.")
            .takes::<AcceptBody>()
            .answers::<AcceptedBody<'static>>(200, "The caller is a member.")
            .refuses(BY_TOKEN)
            .refuses([
                Code::GroupNotFound,
                Code::Forbidden,
                Code::IdentityMismatch,
                Code::GroupFrozen,
                Code::LinksOff,
                Code::LinkPaused,
                Code::EmailNotVerified,
                Code::DomainNotAllowed,
                Code::AlreadyMember,
                Code::InviteNotPending,
                Code::SeatsFull,
                Code::InviteExpired,
                Code::InviteRevoked,
                Code::InviteUsedUp,
                Code::InviterGone,
            ]),
        Operation::post("/v1/invites/decline", "declineInvite", "Declines an invite")
            .about("By token nobody needs an account; by `group` and `invite` the caller must be the invitee. Only a decline by a signed-in caller is final. Declining twice is 200 both times.")
            .also_without_sign_in()
            .takes::<DeclineBody>()
            .answers::<DeclinedBody<'static>>(200, "The invite is declined.")
            .refuses(BY_TOKEN)
            .refuses([
                Code::IdentityMismatch,
                Code::InviteNotPending,
                Code::InviteExpired,
                Code::InviteRevoked,
            ]),
    ];
    operations.into_iter().map(|operation| operation.tagged("answering")).collect()
}

/// Adds the filters of lists of invites.
fn filtered(operation: Operation) -> Operation {
    let states = json!({"type": "array", "items": {"$ref": "#/components/schemas/InviteState"}});
    ordered(operation.query("state", "Only invites in one of these states.", states))
}

/// Returns the schema of a list of these words.
fn words(words: &[&str]) -> serde_json::Value {
    json!({"type": "array", "items": {"type": "string", "enum": words}})
}

/// Adds what a request to make invites takes and answers.
fn made(operation: Operation) -> Operation {
    operation
        .about("One invite names exactly one of `user_id`, `email`, `phone`, `account`, `person` and `link`; `token` and `url` are in the answer that made it. Many have a result each, and a failed one stops no other. With `Idempotency-Key`, a repeated request gets the first answer again for 24 hours.")
        .query("dry_run", "Makes every check and no invite.", json!({"type": "boolean", "default": false}))
        .header("Idempotency-Key", "The client's key of this request.", json!({"type": "string", "minLength": 1, "maxLength": 64}))
        .takes::<NewInviteBody>()
        .takes::<ManyBody>()
        .takes_text("text/csv")
        .answers::<CreatedBody<'static>>(201, "The new invite, with its link.")
        .with_header("ETag")
        .with_header("Location")
        .answers::<CreationBody<'static>>(200, "The pending invite that was asked for with `on_duplicate`, with its link if it was resent; or the invite that a dry run would make.")
        .answers::<ManyResultsBody<'static>>(207, "A result for each of many invites.")
}

/// Adds the order of a list.
fn ordered(operation: Operation) -> Operation {
    operation.query(
        "order",
        "`-created` for the newest first, `created` for the oldest.",
        json!({"type": "string", "enum": ["-created", "created"], "default": "-created"}),
    )
}
