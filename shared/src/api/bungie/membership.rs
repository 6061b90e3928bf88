//! `BungieMembershipType`: the platforms of accounts (docs/contracts/bungie.md#request).

/// A platform that a path can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MembershipType {
    number: i32,
    name: &'static str,
}

/// The platform of a card without an account: `None`.
pub(super) const NO_PLATFORM: i32 = 0;

/// The number of `BungieNext`, the platform of the directory's own users.
pub(super) const BUNGIE_NEXT: i32 = 254;

impl MembershipType {
    /// Every platform. `None` (0) and `All` (-1) are absent because they have no accounts.
    pub const ALL: [Self; 9] = [
        Self { number: 1, name: "TigerXbox" },
        Self { number: 2, name: "TigerPsn" },
        Self { number: 3, name: "TigerSteam" },
        Self { number: 4, name: "TigerBlizzard" },
        Self { number: 5, name: "TigerStadia" },
        Self { number: 6, name: "TigerEgs" },
        Self { number: 10, name: "TigerDemon" },
        Self { number: 20, name: "GoliathGame" },
        Self { number: BUNGIE_NEXT, name: "BungieNext" },
    ];

    /// Parses the platform's number, or its identifier in exactly its own letters.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name == text || kind.number.to_string() == text)
    }

    /// Returns the number under which accounts are stored.
    pub fn number(self) -> i32 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_parsed_by_number_and_by_name() {
        for kind in MembershipType::ALL {
            assert_eq!(MembershipType::parse(kind.name), Some(kind));
            assert_eq!(MembershipType::parse(&kind.number.to_string()), Some(kind));
        }
        for text in [
            "0",
            "-1",
            "None",
            "All",
            "",
            "7",
            "999",
            "03",
            "+3",
            "3.0",
            "3,5",
            "tigersteam",
            "2147483648",
            " 3",
        ] {
            assert_eq!(MembershipType::parse(text), None, "{text}");
        }
    }
}
