//! A mail as its reader sees it.

use serde_json::Value;

/// A mail.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) from: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) headers: Value,
}

impl Mail {
    /// A mail of `/local/inbox`.
    pub(crate) fn read(message: &Value) -> Self {
        let text = |name: &str| {
            message[name].as_str().unwrap_or_else(|| panic!("no {name}: {message}")).to_owned()
        };
        let to = message["to"]
            .as_array()
            .expect("recipients")
            .iter()
            .map(|to| to.as_str().expect("text").to_owned())
            .collect();
        Self {
            to,
            from: text("from"),
            subject: text("subject"),
            text: text("text"),
            html: text("html"),
            headers: message["headers"].clone(),
        }
    }

    /// The link, taken from the text part as a reader would.
    pub(crate) fn link(&self) -> String {
        let links: Vec<&str> =
            self.text.split_whitespace().filter(|word| word.contains("/i/bkn_")).collect();
        assert_eq!(links.len(), 1, "{}", self.text);
        links[0].to_owned()
    }

    /// The token at the link's end.
    pub(crate) fn token(&self) -> String {
        self.link().rsplit('/').next().expect("a last part").to_owned()
    }
}
