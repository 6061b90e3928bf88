//! Values in a text.

/// A part of a text: what is written, or the place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Written as it is.
    Own(&'a str),
    /// The value of this name.
    Value(&'a str),
}

/// Returns the parts of the text. A brace that no other closes is written as it is.
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if let Some(after) = rest.strip_prefix('{')
            && let Some((name, behind)) = after.split_once('}')
        {
            rest = behind;
            return Some(Part::Value(name));
        }
        let end =
            rest.char_indices().skip(1).find(|(_, c)| *c == '{').map_or(rest.len(), |it| it.0);
        let (own, behind) = rest.split_at(end);
        rest = behind;
        (!own.is_empty()).then_some(Part::Own(own))
    })
}

/// Returns an own text as plain text, in which each `{name}` is replaced by its value. A name without
/// a value stays as it is.
pub fn fill_plain(text: &str, values: &[(&str, &str)]) -> String {
    let value = |part| match part {
        Part::Own(own) => own.to_owned(),
        Part::Value(name) => match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => (*value).to_owned(),
            None => format!("{{{name}}}"),
        },
    };
    parts(text).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_replaced_once() {
        let values = [("one", "{two}"), ("two", "2")];
        assert_eq!(fill_plain("{one} and {two}, {three}", &values), "{two} and 2, {three}");
        assert_eq!(fill_plain("{", &values), "{");
        assert_eq!(fill_plain("a { b {two}", &values), "a { b {two}");
        assert_eq!(fill_plain("", &values), "");
    }
}
