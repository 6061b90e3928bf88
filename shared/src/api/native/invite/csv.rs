//! Lists of invites as CSV (RFC 4180).

use std::borrow::Cow;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, RequestExt, Response};
use url::form_urlencoded::Serializer;

use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::invite::{Invite, Resolution};
use crate::domain::invitee::Invitee;
use crate::engine::Present;
use crate::http::respond;

/// The columns, in order.
const COLUMNS: [&str; 22] = [
    "id",
    "state",
    "kind",
    "email",
    "phone",
    "user_id",
    "account",
    "first_name",
    "last_name",
    "roles",
    "message",
    "delivery",
    "created_at",
    "created_by",
    "created_by_name",
    "updated_at",
    "expires_at",
    "resolved_at",
    "resolved_by",
    "resolved_by_name",
    "resolution_reason",
    "decline_reason",
];

/// Returns whether the caller asks for CSV: `Accept` names `text/csv` and no JSON.
pub fn wants_csv(request: &Request) -> bool {
    let values = request.headers().get_all(header::ACCEPT).iter();
    let ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut csv = false;
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        match kind.as_str() {
            "text/csv" => csv = !refused,
            "application/json" if !refused => return false,
            _ => {}
        }
    }
    csv
}

/// Returns a page of invites as CSV with a header row. If there is a next page, the header `Link`
/// has its address.
pub fn csv(
    request: &Request,
    invites: &[Invite],
    next_cursor: Option<&str>,
    present: &Present,
    now: Timestamp,
) -> Response<Body> {
    let mut text = row(COLUMNS.map(Cow::from));
    for invite in invites {
        text.push_str(&row(cells(invite, present, now)));
    }
    let mut answer =
        respond(StatusCode::OK, "text/csv; charset=utf-8; header=present", text.into());
    let name = HeaderValue::from_static("attachment; filename=\"invites.csv\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    let link = next_cursor.map(|cursor| HeaderValue::from_str(&next_page(request, cursor)));
    if let Some(Ok(link)) = link {
        answer.headers_mut().insert(header::LINK, link);
    }
    answer
}

/// Returns the value of `Link` that leads to the page at the cursor of the same list (RFC 8288).
fn next_page(request: &Request, cursor: &str) -> String {
    let mut query = Serializer::new(String::new());
    let sent = request.query_string_parameters_ref();
    let others = sent.into_iter().flat_map(|all| all.iter()).filter(|(name, _)| *name != "cursor");
    query.extend_pairs(others).append_pair("cursor", cursor);
    format!("<{}?{}>; rel=\"next\"", request.uri().path(), query.finish())
}

fn cells<'a>(
    invite: &'a Invite,
    present: &'a Present,
    now: Timestamp,
) -> [Cow<'a, str>; COLUMNS.len()] {
    let Invite { invitee, terms, resolution, .. } = invite;
    let resolution = resolution.as_ref();
    let none = || Cow::from("");
    let time = |at: Option<Timestamp>| at.map_or_else(none, |at| at.to_string().into());
    let (email, phone, user, account, first, last) = match invitee {
        Invitee::User(user) => (none(), none(), user.as_str().into(), none(), none(), none()),
        Invitee::Email(email) => (shown(email), none(), none(), none(), none(), none()),
        Invitee::Phone(phone) => (none(), phone.as_str().into(), none(), none(), none(), none()),
        Invitee::Account(account) => {
            let account = format!("{}/{}", account.membership_type, account.membership_id);
            (none(), none(), none(), account.into(), none(), none())
        }
        Invitee::Person(person) => {
            let name = |name: &'a Option<_>| name.as_ref().map_or_else(none, text_of_name);
            let (first, last) = (name(&person.first_name), name(&person.last_name));
            (shown(&person.email), none(), none(), none(), first, last)
        }
        Invitee::Link(_) => (none(), none(), none(), none(), none(), none()),
    };
    [
        invite.id.to_string().into(),
        invite.state(now).as_str().into(),
        word(&invitee.kind()),
        email,
        phone,
        user,
        account,
        first,
        last,
        terms.roles.names().collect::<Vec<_>>().join(" ").into(),
        terms.message.as_ref().map_or_else(none, |message| message.as_str().into()),
        word(&invite.delivery_state(now).0),
        invite.created_at.to_string().into(),
        invite.created_by.id.as_str().into(),
        present.inviter_name(invite).map_or_else(none, Cow::from),
        invite.updated_at.to_string().into(),
        time(terms.expires_at),
        time(invite.resolved_at(now)),
        resolution.and_then(|end| end.by.as_ref()).map(UserId::as_str).unwrap_or_default().into(),
        present.resolver_name(invite).map_or_else(none, Cow::from),
        resolution.and_then(Resolution::revoke_reason).map_or_else(none, |reason| word(&reason)),
        resolution
            .and_then(Resolution::decline_reason)
            .map_or_else(none, |reason| reason.as_str().into()),
    ]
}

fn shown(email: &EmailAddress) -> Cow<'_, str> {
    email.as_str().into()
}

fn text_of_name(name: &crate::domain::text::Name) -> Cow<'_, str> {
    name.as_str().into()
}

/// Returns the word that the API has for a value.
fn word<T: serde::Serialize>(value: &T) -> Cow<'static, str> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.into(),
        // These values are enums without data, which are texts.
        Ok(_) | Err(_) => "".into(),
    }
}

/// Returns a line of cells, with its end.
fn row<const N: usize>(cells: [Cow<'_, str>; N]) -> String {
    let cells = cells.iter().map(|text| cell(text));
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

/// The characters with which a spreadsheet begins a formula, also in their full width.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// The characters inside a cell at which a spreadsheet may begin another cell: it may separate cells
/// by semicolons or tabs, and then does not know the quotes of this file.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// Returns a cell in which no spreadsheet finds a formula.
fn cell(text: &str) -> String {
    let text = without_formulas(text);
    if text.contains(['"', ',', ';', '\t', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Puts an apostrophe before each character that begins a formula at the start of the text or after
/// a separator, and before a separator at the start. Blanks and quotes between do not count.
fn without_formulas(text: &str) -> String {
    let (mut safe, mut at_start) = (String::with_capacity(text.len() + 1), true);
    for (position, character) in text.chars().enumerate() {
        let separates = SEPARATORS.contains(&character);
        if (position == 0 && separates) || (at_start && FORMULA.contains(&character)) {
            safe.push('\'');
        }
        at_start = separates || (at_start && matches!(character, ' ' | '\u{a0}' | '"'));
        safe.push(character);
    }
    safe
}

#[cfg(test)]
mod tests {
    use lambda_http::http::Request as HttpRequest;

    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        for (text, expected) in [
            ("", ""),
            ("Ada Lovelace", "Ada Lovelace"),
            ("Lovelace, Ada", "\"Lovelace, Ada\""),
            ("the \"Countess\"", "\"the \"\"Countess\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("one; two", "\"one; two\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        for text in ["=1+1", "+19199993333", "-1", "@SUM(A1)", "\tx", "\r=1", "=\"a\",1"] {
            let cell = cell(text);
            assert!(cell.trim_start_matches('"').starts_with('\''), "{cell}");
        }
        for text in ["a=1", "1 - 2", "ada+club@example.com", "x; y = 1", "well-known"] {
            assert_eq!(cell(text).trim_matches('"'), text);
        }
    }

    #[test]
    fn no_cell_has_a_formula_where_another_separator_would_begin_a_cell() {
        for (text, expected) in [
            ("x;=1+1", "\"x;'=1+1\""),
            ("x\t@SUM(A1)", "\"x\t'@SUM(A1)\""),
            ("x\n=1", "\"x\n'=1\""),
            ("x\r\n-1", "\"x\r\n'-1\""),
            ("x; \"=1\"", "\"x; \"\"'=1\"\"\""),
            ("x;;=1;+2", "\"x;;'=1;'+2\""),
            ("x;＝1", "\"x;'＝1\""),
            (";=1", "\"';'=1\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn csv_is_given_to_those_who_ask_for_it_and_not_for_json() {
        let wants = |accept: &str| {
            let request = HttpRequest::builder().header("accept", accept);
            wants_csv(&request.body(Body::Empty).unwrap())
        };
        for accept in ["text/csv", "Text/CSV; charset=utf-8", "text/html, text/csv;q=0.5, */*"] {
            assert!(wants(accept), "{accept}");
        }
        for accept in ["", "*/*", "application/json", "text/csv, application/json", "text/csv;q=0"]
        {
            assert!(!wants(accept), "{accept}");
        }
    }
}
