//! The mails that the service's own SES took.

use beckon::Running;
use serde_json::Value;

/// Returns the mails so far as `/local/inbox` shows them, newest first.
pub async fn inbox(running: &Running) -> Vec<Value> {
    let answer = reqwest::get(format!("{}/local/inbox", running.url)).await;
    let inbox: Value = answer.expect("the inbox answers").json().await.expect("the inbox is JSON");
    inbox["messages"].as_array().expect("messages").clone()
}

/// A mail as its reader sees it.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its recipients.
    pub to: Vec<String>,
    /// Its sender.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// Its other headers.
    pub headers: Value,
}

impl Mail {
    /// Reads a mail of `/local/inbox`.
    pub fn read(message: &Value) -> Self {
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

    /// Returns the link, taken from the text part as a reader would.
    pub fn link(&self) -> String {
        let links: Vec<&str> =
            self.text.split_whitespace().filter(|word| word.contains("/i/bkn_")).collect();
        assert_eq!(links.len(), 1, "{}", self.text);
        links[0].to_owned()
    }

    /// Returns the token at the link's end.
    pub fn token(&self) -> String {
        self.link().rsplit('/').next().expect("a last part").to_owned()
    }
}
