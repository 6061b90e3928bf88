//! The objects of the evanta API, with the keys and in the order of its example
//! (docs/contracts/evanta.md).

mod between;
mod group;
mod invite;
mod member;
mod user;

pub use group::GroupBody;
pub use invite::{CreatedBody, GroupInvitesBody, MyInvitesBody};
pub use member::JoinedBody;
pub use user::UserBody;

use serde::Serialize;

use crate::domain::text::Name;

/// The largest integer that every reader of JSON keeps exactly (RFC 8259 §6).
const MAX_SAFE: u64 = (1 << 53) - 1;

/// What was and is always empty: Evanta's own data, of which we have none.
type Nothing = Option<()>;

/// An id: a JSON number where it is a decimal integer, as all of Evanta's are, else a string.
#[derive(Serialize)]
#[serde(untagged)]
enum Id<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> Id<'a> {
    fn new(id: &'a str) -> Self {
        let number = id.parse::<u64>().ok();
        let number = number.filter(|number| *number <= MAX_SAFE && number.to_string() == id);
        number.map_or(Self::Text(id), Self::Number)
    }
}

fn text(name: Option<&Name>) -> &str {
    name.map_or("", Name::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_where_it_is_a_plain_integer_that_every_reader_keeps() {
        let json = |id: &str| serde_json::to_string(&Id::new(id)).unwrap();
        for number in ["0", "1", "29845", "9007199254740991"] {
            assert_eq!(json(number), number);
        }
        for text in [
            "9007199254740992",
            "99999999999999999999",
            "029845",
            "00",
            "+1",
            "-1",
            "1.0",
            "1e3",
            "",
            "user_1",
        ] {
            assert_eq!(json(text), format!("\"{text}\""));
        }
    }
}
