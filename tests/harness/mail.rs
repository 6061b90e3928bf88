//! The mails in the local service's inbox.

use beckon::Running;
use serde_json::Value;

/// Returns the mails of `/local/inbox`, newest first.
pub async fn inbox(running: &Running) -> Vec<Value> {
    let answer = reqwest::get(format!("{}/local/inbox", running.url)).await;
    let inbox: Value = answer.expect("the inbox answers").json().await.expect("the inbox is JSON");
    inbox["messages"].as_array().expect("the inbox has messages").clone()
}

/// A mail as its recipient sees it.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The recipients.
    pub to: Vec<String>,
    /// The sender.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The other headers.
    pub headers: Value,
}

impl Mail {
    /// Reads a mail from a message of `/local/inbox`.
    pub fn read(message: &Value) -> Self {
        let text = |name: &str| {
            message[name]
                .as_str()
                .unwrap_or_else(|| panic!("the mail has no {name}: {message}"))
                .to_owned()
        };
        let to = message["to"]
            .as_array()
            .expect("the mail has recipients")
            .iter()
            .map(|to| to.as_str().expect("the recipient is text").to_owned())
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

    /// Returns the link in the text part.
    pub fn link(&self) -> String {
        let is_link = |word: &&str| word.contains("/i/bkn_") && !word.ends_with("#decline");
        let links: Vec<&str> = self.text.split_whitespace().filter(is_link).collect();
        assert_eq!(links.len(), 1, "{}", self.text);
        links[0].to_owned()
    }

    /// Returns the token at the end of the link.
    pub fn token(&self) -> String {
        self.link().rsplit('/').next().expect("the link has a last part").to_owned()
    }
}
