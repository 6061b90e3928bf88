//! The languages of the texts, and the choice of one.

use crate::config::{ConfigError, Environment, settings};
use crate::domain::group::Group;
use crate::domain::invite::Invite;
use crate::domain::language::LanguageTag;
use crate::domain::user::User;

/// A language that the texts for people exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Japanese.
    Ja,
    /// Portuguese as in Brazil.
    PtBr,
    /// Chinese in simplified characters.
    ZhHans,
    /// Arabic.
    Ar,
}

/// The direction of a language's script, as the HTML attribute `dir` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

impl Direction {
    /// Returns the value of the HTML attribute `dir`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

impl Language {
    /// Every language, in the order of the enumeration.
    pub const ALL: [Self; 8] =
        [Self::En, Self::De, Self::Es, Self::Fr, Self::Ja, Self::PtBr, Self::ZhHans, Self::Ar];

    /// Reads `DEFAULT_LOCALE`, the language where nothing else chooses one.
    ///
    /// # Errors
    /// `ConfigError` if there are no texts in that language.
    pub(crate) fn configure(environment: &Environment) -> Result<Self, ConfigError> {
        let setting = settings::DEFAULT_LOCALE;
        let tag: String = environment.parsed(setting)?;
        let known = || Self::ALL.map(Self::tag).join(", ");
        Self::of(&tag).ok_or_else(|| setting.wrong(format!("must be one of {}", known())))
    }

    /// Returns the language's tag (BCP 47), which is also the name of its folder.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::Ja => "ja",
            Self::PtBr => "pt-BR",
            Self::ZhHans => "zh-Hans",
            Self::Ar => "ar",
        }
    }

    /// Returns the locale whose dates, numbers and lists the texts have. English has the day before
    /// the month.
    pub fn locale(self) -> &'static str {
        match self {
            Self::En => "en-GB",
            other => other.tag(),
        }
    }

    /// Returns the direction of the language's script.
    pub fn direction(self) -> Direction {
        match self {
            Self::Ar => Direction::Rtl,
            Self::En | Self::De | Self::Es | Self::Fr | Self::Ja | Self::PtBr | Self::ZhHans => {
                Direction::Ltr
            }
        }
    }

    /// Returns the language of a tag (BCP 47), such as `de-CH` or `pt`. Its first part decides, so that
    /// readers of Portugal get Brazil's texts and not English ones. `None` if there are no such texts.
    pub fn of(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|it| {
            let own = it.tag();
            first.eq_ignore_ascii_case(own.split('-').next().unwrap_or(own))
        })
    }

    /// Returns the language in which an invite speaks: that of the invite, of the invitee's profile, of
    /// the `browser`, or of the group (docs/contracts/pages.md#languages). `None` if none of them is
    /// known.
    pub fn of_invite(
        invite: &Invite,
        invitee: Option<&User>,
        browser: Option<Self>,
        group: Option<&Group>,
    ) -> Option<Self> {
        let own = |tag: &LanguageTag| Self::of(tag.as_str());
        let profile = invitee.and_then(|user| user.profile.locale.as_ref());
        let policy = group.and_then(|group| group.policy.locale.as_ref());
        let asked = invite.terms.locale.as_ref().and_then(own);
        asked
            .or_else(|| profile.and_then(|tag| Self::of(tag.as_str())))
            .or(browser)
            .or_else(|| policy.and_then(own))
    }

    /// Returns the language that the header `Accept-Language` prefers (RFC 9110 §12.5.4), of those
    /// that there are. `None` if there is none of them.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut ranges: Vec<(&str, f32)> = header.split(',').map(range).collect();
        // A stable sort, because the first of several equal ones is preferred.
        ranges.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        ranges.into_iter().filter(|(_, weight)| *weight > 0.0).find_map(|(tag, _)| Self::of(tag))
    }
}

/// Returns the tag and the weight of a range. A weight that is no number is 0.
fn range(text: &str) -> (&str, f32) {
    let (tag, parameters) = text.split_once(';').unwrap_or((text, ""));
    let weight = parameters.split(';').find_map(|it| it.trim().strip_prefix("q="));
    let weight = weight.map_or(1.0, |it| it.trim().parse().unwrap_or(0.0));
    (tag.trim(), weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_of_a_tag_decides() {
        for language in Language::ALL {
            assert_eq!(Language::of(language.tag()), Some(language));
        }
        for (tag, language) in [
            ("de-CH", Some(Language::De)),
            ("PT", Some(Language::PtBr)),
            ("zh_TW", Some(Language::ZhHans)),
            ("ar-EG", Some(Language::Ar)),
            ("den", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }

    #[test]
    fn the_header_s_weights_decide() {
        for (header, language) in [
            ("de", Some(Language::De)),
            ("da, en-GB;q=0.8, de;q=0.9", Some(Language::De)),
            ("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", Some(Language::Fr)),
            ("en;q=0, es", Some(Language::Es)),
            ("en ; q=0.1,ja; q=0.2", Some(Language::Ja)),
            ("en;q=x", None),
            ("en;q=NaN", None),
            ("tlh, *", None),
            ("", None),
            (",;q=1,,", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
