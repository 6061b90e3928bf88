//! The name that a request gives to a group.

use super::display_name::{Hidden, find_hidden};
use super::text::Name;
use super::{Invalid, deserialize_by_parse};

/// A group's new name: one that mails and pages show in full.
///
/// A stored name is a [`Name`], because the rule is newer than some groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName(Name);

impl GroupName {
    /// Parses a name that hides nothing.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = Name::parse(text)?;
        match find_hidden(name.as_str()) {
            None => Ok(Self(name)),
            Some(Hidden::WebAddress) => Err(Invalid::new(
                "web_address_in_name",
                "A group's name may not have a web address with '://' or 'www.', because mails show the name.",
            )),
            Some(Hidden::TelephoneNumber) => Err(Invalid::new(
                "telephone_number_in_name",
                "A group's name may not have a telephone number, because mails show the name.",
            )),
        }
    }

    /// Returns the name.
    pub fn into_name(self) -> Name {
        self.0
    }
}

deserialize_by_parse!(GroupName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_mails_would_hide_is_refused() {
        for (name, code) in [
            ("https://evil.test", "web_address_in_name"),
            ("Team www.evil.test", "web_address_in_name"),
            ("Call +49 151 2345678", "telephone_number_in_name"),
            ("\u{200b}", "blank"),
        ] {
            assert_eq!(GroupName::parse(name).unwrap_err().code, code);
        }
        for name in ["Node.js Meetup", "St.Gallen", "1.FC Köln", "Room 101, 2025", "01.02.2024"] {
            assert_eq!(GroupName::parse(name).unwrap().into_name().as_str(), name);
        }
    }
}
