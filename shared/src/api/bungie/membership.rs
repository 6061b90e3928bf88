//! `BungieMembershipType`: the platforms that an account can be on
//! (docs/contracts/bungie.md#request).

/// A platform that can be named in a path: its number and its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MembershipType {
    number: i32,
    name: &'static str,
}

/// What a card says where there is no platform: `None`.
pub(super) const NO_PLATFORM: i32 = 0;

/// The number of `BungieNext`: a user of the directory, whatever the platform.
pub(super) const BUNGIE_NEXT: i32 = 254;

impl MembershipType {
    /// Every platform; neither `None` (0) nor `All` (-1), under which nobody has an account.
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

    /// Reads the number, or the identifier in exactly its own letters.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name == text || kind.number.to_string() == text)
    }

    /// The number, which accounts are kept under.
    pub fn number(self) -> i32 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_reads_by_number_and_by_name() {
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
