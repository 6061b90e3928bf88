//! The model states the conditions of the store's writes once more, as predicates. This compares the
//! expressions, so that a change of the store asks for one of the model.

const JOINING: &str = include_str!("../../../shared/src/store/joining.rs");
const TRANSITION: &str = include_str!("../../../shared/src/store/invites/transition.rs");
const CREATE: &str = include_str!("../../../shared/src/store/invites/create.rs");
const MAIL: &str = include_str!("../../../shared/src/store/mail_update.rs");
const MEMBERS: &str = include_str!("../../../shared/src/store/members.rs");
const GROUPS: &str = include_str!("../../../shared/src/store/groups.rs");
const RIGHT: &str = include_str!("../../../shared/src/store/right.rs");
const LIMITS: &str = include_str!("../../../shared/src/store/limits.rs");

/// Each expression of the store with its file, and the predicate of the model.
const CONDITIONS: &[(&str, &str, &str)] = &[
    (
        TRANSITION,
        "#state = :pending AND generation = :generation AND (attribute_not_exists(expires_at) OR expires_at > :now)",
        "is_pending",
    ),
    (
        TRANSITION,
        "#state = :declined AND attribute_not_exists(resolved_by) AND generation = :generation AND expires_at > :now",
        "is_reopenable",
    ),
    (TRANSITION, "#state = :pending AND version = :before AND expires_at <= :now", "may_end"),
    (TRANSITION, "#state = :pending AND generation = :generation AND uses >= :max", "may_end"),
    (TRANSITION, "#roles = :roles AND membership_expires_in = :period", "grants_the_same"),
    (
        TRANSITION,
        "#roles = :roles AND attribute_not_exists(membership_expires_in)",
        "grants_the_same",
    ),
    (TRANSITION, ".condition_expression(\"version = :before\")", "may_rewrite"),
    (JOINING, "{IS_PENDING} AND uses < :max AND {same_grant}", "may_use"),
    (JOINING, "#state = :active{first}{free}", "has_seat"),
    (JOINING, "seats_taken < #policy.max_members", "has_seat"),
    // An invite without personal data has another key. The model has none.
    (
        CREATE,
        "(by_invitee_pk = :key OR attribute_exists(anonymized_at)) AND version = :before",
        "is_vacant",
    ),
    (RIGHT, "#joined_at = :joined_at AND #roles = :roles", "is_unchanged"),
    (MEMBERS, "{UNCHANGED} AND expires_at <= :now", "has_ended"),
    // Two clocks may differ. The model has one, so it needs no condition for their order.
    (MEMBERS, "#state = :active AND {IS_NO_EARLIER}{leaves_an_owner}{unowned}", "may_lose"),
    (MEMBERS, "owner_count > :one", "may_lose"),
    (GROUPS, "#state = :active AND #version = :before{unowned}", "may_update"),
    (
        GROUPS,
        ".condition_expression(\"#state = :active AND updated_at <= :at\")",
        "Table::delete_group",
    ),
    (MAIL, ".condition_expression(\"version = :before\")", "Table::write_delivery"),
    (LIMITS, "contains(occasions, :occasion) OR size(occasions) < :limit", "Table::count_try"),
    (LIMITS, "contains(#tries, :mark) OR size(#tries) < :most", "Table::count_try"),
];

/// Returns the source as one line, without the ends of lines in texts.
fn one_line(source: &str) -> String {
    source.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_store_has_the_conditions_of_the_model() {
    for (source, expression, predicate) in CONDITIONS {
        assert!(
            one_line(source).contains(expression),
            "`{expression}` is no longer in the store: change `{predicate}` of the model, too"
        );
    }
}
