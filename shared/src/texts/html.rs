//! Markup from own texts and other people's names.

use std::fmt::Write;

use super::fill::{Part, parts};

/// Markup that is safe to write into a page: everything in it is escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Returns the markup of a plain text.
    pub fn text(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        escape(text, &mut html);
        Self(html)
    }

    /// Returns the markup of a text that somebody else wrote, such as a name. Its direction does not
    /// change that of the sentence around it.
    pub fn name(name: &str) -> Self {
        Self(format!("<bdi>{}</bdi>", Self::text(name).0))
    }

    /// Returns the place of a name that the page's script fills in: the elements of this class.
    pub fn place(class: &str) -> Self {
        Self(format!("<bdi class=\"{}\"></bdi>", Self::text(class).0))
    }

    /// Returns the markup of such a text, emphasized.
    pub fn strong(name: &str) -> Self {
        Self(format!("<strong>{}</strong>", Self::name(name).0))
    }

    /// Returns the markup of a time, with its value for programs. The script shows it as local time
    /// in this `form`.
    pub fn time(words: &str, machine: &str, form: &str) -> Self {
        let (words, machine) = (Self::text(words).0, Self::text(machine).0);
        Self(format!("<time datetime=\"{machine}\" data-form=\"{form}\">{words}</time>"))
    }

    /// Returns the markup of a list of names, separated by commas.
    pub fn names<S: AsRef<str>>(names: &[S]) -> Self {
        let names: Vec<String> = names.iter().map(|name| Self::name(name.as_ref()).0).collect();
        Self(names.join(", "))
    }

    /// Returns the markup as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the markup of an own text, in which each `{name}` is replaced by its value. A name without
/// a value stays as it is.
pub fn fill(text: &str, values: &[(&str, &Html)]) -> Html {
    let mut html = String::with_capacity(text.len() + 64);
    for part in parts(text) {
        match part {
            Part::Own(own) => escape(own, &mut html),
            Part::Value(name) => match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => html.push_str(value.as_str()),
                None => escape(&format!("{{{name}}}"), &mut html),
            },
        }
    }
    Html(html)
}

/// Returns JSON for an element of the page. It contains no markup, whatever its texts are.
pub fn inert_json(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => {
                // Writing to a string cannot fail.
                let _written = write!(html, "&#{};", u32::from(c));
            }
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_isolated_and_escaped() {
        let (grace, group) = (Html::name("<b>\"Grace\" & 'co'"), Html::strong("Q1"));
        let filled = fill(
            "{inviter} invited you to {group} & more",
            &[("inviter", &grace), ("group", &group)],
        );
        assert_eq!(
            filled.as_str(),
            "<bdi>&#60;b&#62;&#34;Grace&#34; &#38; &#39;co&#39;</bdi> invited you to <strong><bdi>Q1</bdi></strong> &#38; more"
        );
    }

    #[test]
    fn a_name_with_braces_is_not_filled() {
        let (one, two) = (Html::name("{two}"), Html::name("2"));
        let filled = fill("{one} {three} {", &[("one", &one), ("two", &two)]);
        assert_eq!(filled.as_str(), "<bdi>{two}</bdi> {three} {");
    }

    #[test]
    fn json_in_a_page_has_no_markup() {
        let json = inert_json(r#"{"a":"</script><!-- & "}"#);
        assert_eq!(json, r#"{"a":"\u003c/script\u003e\u003c!-- \u0026 "}"#);
    }
}
