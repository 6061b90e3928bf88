//! The evanta API's objects, with the keys of Evanta's example and in their order
//! (docs/contracts/evanta.md#objects).

mod group;
mod invite;
mod member;
mod user;

pub use group::GroupBody;
pub use invite::{CreatedBody, group_invites, my_invites};
pub use member::JoinedBody;
pub use user::UserBody;

use serde::Serialize;

use crate::domain::text::Name;

/// The largest integer that every JSON parser reads exactly (RFC 8259 §6).
const MAX_SAFE: u64 = (1 << 53) - 1;

/// A field that is always `null`, because only Evanta has its data.
type Nothing = Option<()>;

/// An id: a JSON number if it is a plain integer, as all of Evanta's ids are, else a string.
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
    fn an_id_is_a_number_if_every_parser_reads_it_exactly() {
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
