use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://issuer.example";
/// The claims that prove nothing if they are absent or of another form.
const OPTIONAL: [&str; 8] = [
    "name",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "accounts",
    "scope",
    "scp",
];

fn caller_of(json: &str) -> Result<Caller, Unauthenticated> {
    let Ok(claims) = serde_json::from_str::<Claims>(json) else {
        return Err(Unauthenticated::Invalid(Reason::Claims));
    };
    let rules = Rules {
        issuer: ISSUER,
        audience: "beckon",
        max_lifetime: 86_400,
        user_id_claim: &UserIdClaim::Subject,
        now: Timestamp::from_seconds(NOW),
    };
    claims.caller(&rules)
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut claims =
        json!({"iss": ISSUER, "aud": "beckon", "sub": "ada", "iat": NOW - 10, "exp": NOW + 600});
    for (name, value) in changes {
        claims[*name] = value.clone();
    }
    claims
}

fn caller(changes: &[(&str, Value)]) -> Result<Caller, Unauthenticated> {
    caller_of(&with(changes).to_string())
}

fn signed_in(changes: &[(&str, Value)]) -> Caller {
    caller(changes).unwrap_or_else(|error| panic!("{changes:?}: {error:?}"))
}

fn refused(changes: &[(&str, Value)]) -> Reason {
    match caller(changes) {
        Err(Unauthenticated::Invalid(reason)) => reason,
        other => panic!("{changes:?}: {other:?}"),
    }
}

/// Returns valid claims whose text has `more` at its end.
fn with_text(more: &str) -> String {
    let claims = with(&[]).to_string();
    format!("{}{more}}}", &claims[..claims.len() - 1])
}

#[test]
fn scopes_are_a_text_or_a_list_in_either_claim() {
    for (scope, scp, expected) in [
        (json!("a b"), json!(null), vec!["a", "b"]),
        (json!(["a", "b"]), json!(null), vec!["a", "b"]),
        (json!(null), json!(["a"]), vec!["a"]),
        (json!(null), json!("a b"), vec!["a", "b"]),
        (json!("a"), json!(["b"]), vec!["a", "b"]),
        (json!(["a", 1, null, "", "b c", ["d"], "e"]), json!(null), vec!["a", "e"]),
        (json!("a\u{a0}b \u{2003} c"), json!(["d\u{a0}e", "f"]), vec!["c", "f"]),
        (json!(7), json!({"a": 1}), vec![]),
    ] {
        let caller = signed_in(&[("scope", scope.clone()), ("scp", scp.clone())]);
        assert_eq!(caller.scopes, expected, "{scope} {scp}");
    }
}

#[test]
fn times_may_have_a_fraction() {
    for time in ["1800000000.5", "1800000000.000000", "1.8e9", "18000000005e-1"] {
        let claims = with(&[]).to_string();
        let claims = claims.replace(&format!("\"iat\":{}", NOW - 10), &format!("\"iat\":{time}"));
        let claims = claims.replace("\"sub\"", &format!("\"nbf\":{time},\"sub\""));
        assert!(caller_of(&claims).is_ok(), "{claims}");
    }
    assert!(caller(&[("exp", json!(NOW as f64 + 0.75))]).is_ok());
    let old = ("iat", json!(NOW - 600));
    assert!(caller(&[old.clone(), ("exp", json!(NOW as f64 - 28.5))]).is_ok());
    assert_eq!(caller(&[old, ("exp", json!(NOW as f64 - 29.5))]), Err(Unauthenticated::Expired));
    assert!(caller(&[("iat", json!(NOW as f64 + 30.9))]).is_ok());
    assert_eq!(refused(&[("iat", json!(NOW as f64 + 31.1))]), Reason::IssuedAt);
    assert!(caller(&[("nbf", json!(null))]).is_ok());
    for nbf in [json!(NOW + 31), json!("soon"), json!([NOW]), json!(1e300)] {
        assert_eq!(refused(&[("nbf", nbf)]), Reason::NotBefore);
    }
}

#[test]
fn required_claims_are_strict_and_each_has_its_reason() {
    for (claim, wrong, reason) in [
        ("iss", vec![json!(null), json!(1), json!([ISSUER]), json!("other")], Reason::Issuer),
        (
            "aud",
            vec![json!(null), json!(1), json!({}), json!([]), json!([["beckon"]]), json!("b")],
            Reason::Audience,
        ),
        (
            "sub",
            vec![json!(null), json!(7), json!(["ada"]), json!(""), json!("a b")],
            Reason::Subject,
        ),
        ("exp", vec![json!(null), json!("1800000600"), json!([1]), json!(1e300)], Reason::Expiry),
        ("exp", vec![json!(NOW - 20), json!((NOW + 600) * 1000), json!(-1)], Reason::Lifetime),
        ("iat", vec![json!(null), json!("now"), json!(true), json!(NOW + 31)], Reason::IssuedAt),
        ("iat", vec![json!(NOW - 86_400), json!(-1e15)], Reason::Lifetime),
    ] {
        for value in wrong {
            assert_eq!(refused(&[(claim, value.clone())]), reason, "{claim}: {value}");
        }
        let mut without = with(&[]);
        without.as_object_mut().unwrap().remove(claim);
        assert!(caller_of(&without.to_string()).is_err(), "without {claim}");
    }
    for json in ["", "[]", "7", "\"x\"", "null", "{", "{\"iss\"}"] {
        assert_eq!(caller_of(json), Err(Unauthenticated::Invalid(Reason::Claims)), "{json}");
    }
}

#[test]
fn an_audience_may_stand_beside_values_that_are_no_text() {
    for aud in [json!(["beckon", 7]), json!([null, "beckon"]), json!([{}, ["x"], "beckon"])] {
        assert!(caller(&[("aud", aud)]).is_ok());
    }
}

#[test]
fn a_read_claim_is_there_at_most_once() {
    for name in READ_CLAIMS.into_iter().chain(["sub", "s\\u0075b"]) {
        let twice = with_text(&format!(",\"{name}\":1,\"{name}\":1"));
        let expected = Err(Unauthenticated::Invalid(Reason::DuplicateClaim));
        assert_eq!(caller_of(&twice), expected, "{name}");
    }
    // Nobody reads these.
    assert!(caller_of(&with_text(",\"x\":1,\"x\":2")).is_ok());
}

#[test]
fn unreadable_claims_that_nobody_needs_cost_nothing() {
    for more in [
        r#","name":"cut \ud83d","email":"\ud800@example.com","email_verified":true"#,
        r#","weird":1e999,"name":-1e999,"accounts":[1e999]"#,
        r#","deep":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]"#,
    ] {
        let caller =
            caller_of(&with_text(more)).unwrap_or_else(|error| panic!("{more}: {error:?}"));
        assert_eq!((caller.name, caller.email, caller.unverified_email), (None, None, None));
        assert!(caller.accounts.as_slice().is_empty());
    }
}

#[test]
fn the_readable_accounts_count_up_to_the_limit() {
    let account = |id: usize| json!({"membership_type": 3, "membership_id": id.to_string()});
    let ids = |accounts: Value| -> Vec<String> {
        let caller = signed_in(&[("accounts", accounts)]);
        caller.accounts.as_slice().iter().map(|one| one.membership_id.clone()).collect()
    };
    let many: Vec<Value> = (1..=25).map(account).collect();
    assert_eq!(ids(json!(many)), (1..=20).map(|id| id.to_string()).collect::<Vec<_>>());
    let mut named = account(1);
    named["display_name"] = json!("Ada");
    assert_eq!(ids(json!([named, account(1), account(2)])), ["1", "2"]);
    let unreadable = [
        json!(null),
        json!(7),
        json!({}),
        json!([3, "1"]),
        json!({"membership_type": 0, "membership_id": "1"}),
        json!({"membership_type": "3", "membership_id": "1"}),
        json!({"membership_type": 3, "membership_id": 1}),
        json!({"membership_type": 3, "membership_id": "1", "verified": false}),
        json!({"membership_type": 3, "membership_id": "1", "verified": "true"}),
    ];
    for one in unreadable {
        assert_eq!(ids(json!([one, account(9)])), ["9"], "{one}");
    }
    let verified = json!({"membership_type": 3, "membership_id": "1", "verified": true});
    assert_eq!(ids(json!([verified])), ["1"]);
    for claim in [json!({}), json!("x"), json!(account(1)), json!(null)] {
        assert!(ids(claim).is_empty());
    }
    let twice = r#","accounts":[{"membership_type":3,"membership_type":4,"membership_id":"1"}]"#;
    assert!(caller_of(&with_text(twice)).unwrap().accounts.as_slice().is_empty());
}

/// Generates any JSON value.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("ada@example.com")),
        Just(json!("+19199993333")),
        Just(json!({"membership_type": 3, "membership_id": "1"})),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("\\PC{0,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever the optional claims are, the caller is signed in, and proves no more than they say.
    #[test]
    fn optional_claims_never_cost_the_sign_in(values in proptest::array::uniform8(any_json())) {
        let changes: Vec<(&str, Value)> = OPTIONAL.into_iter().zip(values).collect();
        let caller = signed_in(&changes);
        let claims = with(&changes);
        prop_assert_eq!(caller.user.as_str(), "ada");
        if let Some(email) = &caller.email {
            prop_assert_eq!(&claims["email_verified"], &json!(true));
            prop_assert_eq!(&claims["email"], &json!(email.as_str()));
        }
        if let Some(phone) = &caller.phone {
            prop_assert_eq!(&claims["phone_number_verified"], &json!(true));
            prop_assert_eq!(&claims["phone_number"], &json!(phone.as_str()));
        }
        prop_assert!(caller.accounts.as_slice().is_empty() || claims["accounts"].is_array());
        prop_assert!(caller.scopes.iter().all(|scope| !scope.contains(char::is_whitespace)));
    }

    /// A required claim of another type is never accepted.
    #[test]
    fn a_required_claim_of_another_form_is_refused(at in 0..5usize, value in any_json()) {
        let claim = ["iss", "aud", "sub", "exp", "iat"][at];
        let fits = match claim {
            "exp" | "iat" => value.is_number(),
            "aud" => value.is_string() || value.is_array(),
            _ => value.is_string(),
        };
        prop_assume!(!fits);
        prop_assert!(caller(&[(claim, value)]).is_err());
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,120}", tail in "[\\[\\]{}\",:0-9eE.-]{0,40}") {
        let _any = caller_of(&text);
        let _more = caller_of(&with_text(&tail));
    }
}
