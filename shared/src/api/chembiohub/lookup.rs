//! Django's comparisons of a text, as Tastypie reads them from a query
//! (docs/contracts/chembiohub.md#lists).

use regex::{Regex, RegexBuilder};

use crate::http::RequestError;

/// The most characters of a regular expression.
const MAX_PATTERN: usize = 200;
/// The most bytes of a compiled regular expression. Matching takes linear time.
const MAX_COMPILED: usize = 1 << 20;

/// A comparison with the value of a parameter. The names with `I` ignore case.
#[derive(Debug)]
pub(super) enum Lookup {
    Exact(String),
    IExact(String),
    Contains(String),
    IContains(String),
    StartsWith(String),
    IStartsWith(String),
    EndsWith(String),
    IEndsWith(String),
    Above(String),
    AtLeast(String),
    Below(String),
    AtMost(String),
    In(Vec<String>),
    Between(String, String),
    Regex(Regex),
    IsNull(bool),
}

impl Lookup {
    /// Reads the comparison `name` of an address with `value`. The comparison of a parameter
    /// without one is `exact`.
    ///
    /// # Errors
    /// `InvalidQuery` for a comparison that a text does not have, and for a value that the
    /// comparison does not take.
    pub(super) fn read(name: &str, value: &str) -> Result<Self, RequestError> {
        let wrong = |detail| RequestError::InvalidQuery("email", detail);
        let own = value.to_owned();
        let folded = value.to_lowercase();
        Ok(match name {
            "exact" => Self::Exact(own),
            "iexact" => Self::IExact(folded),
            "contains" => Self::Contains(own),
            "icontains" => Self::IContains(folded),
            "startswith" => Self::StartsWith(own),
            "istartswith" => Self::IStartsWith(folded),
            "endswith" => Self::EndsWith(own),
            "iendswith" => Self::IEndsWith(folded),
            "gt" => Self::Above(own),
            "gte" => Self::AtLeast(own),
            "lt" => Self::Below(own),
            "lte" => Self::AtMost(own),
            "in" => Self::In(value.split(',').map(str::to_owned).collect()),
            "range" => match value.split_once(',') {
                Some((first, last)) if !last.contains(',') => {
                    Self::Between(first.to_owned(), last.to_owned())
                }
                _ => return Err(wrong("A range is two values with a comma between them.")),
            },
            "regex" | "iregex" => Self::Regex(pattern(value, name == "iregex")?),
            "isnull" => Self::IsNull(is_true(value)),
            _ => return Err(wrong("This comparison of addresses is not supported.")),
        })
    }

    /// Returns whether the text passes the comparison.
    pub(super) fn matches(&self, text: &str) -> bool {
        let folded = || text.to_lowercase();
        match self {
            Self::Exact(wanted) => text == wanted,
            Self::IExact(wanted) => folded() == *wanted,
            Self::Contains(wanted) => text.contains(wanted),
            Self::IContains(wanted) => folded().contains(wanted),
            Self::StartsWith(wanted) => text.starts_with(wanted),
            Self::IStartsWith(wanted) => folded().starts_with(wanted),
            Self::EndsWith(wanted) => text.ends_with(wanted),
            Self::IEndsWith(wanted) => folded().ends_with(wanted),
            Self::Above(bound) => text > bound.as_str(),
            Self::AtLeast(bound) => text >= bound.as_str(),
            Self::Below(bound) => text < bound.as_str(),
            Self::AtMost(bound) => text <= bound.as_str(),
            Self::In(wanted) => wanted.iter().any(|wanted| wanted == text),
            Self::Between(first, last) => (first.as_str()..=last.as_str()).contains(&text),
            Self::Regex(pattern) => pattern.is_match(text),
            // An invitation without an address shows an empty text.
            Self::IsNull(wanted) => !wanted,
        }
    }
}

fn pattern(text: &str, ignores_case: bool) -> Result<Regex, RequestError> {
    let wrong = |detail| RequestError::InvalidQuery("email", detail);
    if text.chars().count() > MAX_PATTERN {
        return Err(wrong("A regular expression has at most 200 characters."));
    }
    let mut builder = RegexBuilder::new(text);
    builder.case_insensitive(ignores_case).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED);
    builder.build().map_err(|_| {
        wrong("This regular expression is not valid, or is too large. It has no look-around and no back-references.")
    })
}

/// Reads a truth value as Tastypie does: `false`, `none`, `nil` and an empty text are false, and
/// every other text is true.
fn is_true(text: &str) -> bool {
    !matches!(text, "false" | "False" | "none" | "None" | "nil" | "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(name: &str, value: &str) -> bool {
        Lookup::read(name, value).unwrap().matches("Ada@Example.com")
    }

    #[test]
    fn each_lookup_compares_in_its_own_way() {
        for (name, value) in [
            ("exact", "Ada@Example.com"),
            ("iexact", "ada@example.COM"),
            ("contains", "@Ex"),
            ("icontains", "@ex"),
            ("startswith", "Ada"),
            ("istartswith", "aDa"),
            ("endswith", ".com"),
            ("iendswith", ".COM"),
            ("gt", "Ada"),
            ("gte", "Ada@Example.com"),
            ("lt", "ada"),
            ("lte", "Ada@Example.com"),
            ("in", "bob@example.com,Ada@Example.com"),
            ("in", "Ada@Example.com"),
            ("range", "A,B"),
            ("regex", r"^[A-Z]da@\w+\.com$"),
            ("regex", "@"),
            ("iregex", "^ADA"),
            ("isnull", "false"),
            ("isnull", ""),
        ] {
            assert!(matches(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("exact", "ada@example.com"),
            ("iexact", "ada"),
            ("contains", "@ex"),
            ("icontains", "no"),
            ("startswith", "ada"),
            ("istartswith", "da"),
            ("endswith", "COM"),
            ("iendswith", "co"),
            ("gt", "Ada@Example.com"),
            ("gte", "B"),
            ("lt", "Ada@Example.com"),
            ("lte", "A"),
            ("in", "ada@example.com, Ada@Example.com"),
            ("in", ""),
            ("range", "B,C"),
            ("regex", "^da"),
            ("iregex", "^x"),
            ("isnull", "true"),
            ("isnull", "1"),
        ] {
            assert!(!matches(name, value), "{name}={value}");
        }
    }

    #[test]
    fn an_unknown_lookup_and_a_wrong_value_are_refused() {
        let bombs = ["(a{1000}){1000}", r"\w{200}{200}", "((((a{50}){50}){50}){50})"];
        let long = "a".repeat(MAX_PATTERN + 1);
        let wrong = [
            ("year", "2016"),
            ("search", "ada"),
            ("foo", "x"),
            ("", "x"),
            ("exact__in", "x"),
            ("range", "a"),
            ("range", "a,b,c"),
            ("regex", "("),
            ("regex", "*"),
            ("regex", "(?=x)"),
            ("iregex", r"(a)\1"),
            ("regex", long.as_str()),
        ];
        for (name, value) in wrong.into_iter().chain(bombs.map(|bomb| ("regex", bomb))) {
            assert!(Lookup::read(name, value).is_err(), "{name}={value}");
        }
    }

    proptest! {
        #[test]
        fn reading_and_matching_never_panic(name in "(in|range|i?regex|isnull|gt)", value in "\\PC{0,60}", text in "\\PC{0,60}") {
            if let Ok(lookup) = Lookup::read(&name, &value) {
                let _passes = lookup.matches(&text);
            }
        }
    }
}
