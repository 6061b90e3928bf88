//! Posts webhooks to their receiver, each try signed anew as in Standard Webhooks.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use url::Url;

use super::error::UndeliveredError;
use super::queue::WebhookQueue;
use super::secrets::Secrets;
use crate::config::{AwsConfig, ConfigError, Environment, settings};
use crate::domain::clock::Timestamp;
use crate::outbound::Outbound;

/// The time in which the receiver must respond.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The pauses after the first failed try, the second, and so on. The last one is repeated.
/// `maxReceiveCount` in template.yaml is the number of tries.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(3_600),
    Duration::from_secs(2 * 3_600),
    Duration::from_secs(4 * 3_600),
    Duration::from_secs(8 * 3_600),
];

/// The receiver of webhooks, and the queue from which they come. Clones share connections.
#[derive(Clone)]
pub struct Webhook {
    url: String,
    secrets: Secrets,
    http: SharedHttpConnector,
    queue: WebhookQueue,
}

impl Webhook {
    /// Reads `WEBHOOK_URL`, `WEBHOOK_SECRETS`, `WEBHOOK_QUEUE_URL` and the AWS variables.
    ///
    /// # Errors
    /// `ConfigError` with the name of the missing or invalid variable. The URL must begin with
    /// `https`, except where the queue is not that of AWS.
    pub(crate) fn configure(
        environment: &Environment,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        let aws = AwsConfig::read(environment)?;
        let url = receiver(environment, aws.sqs_endpoint.is_some())?;
        let queue = environment.required(settings::WEBHOOK_QUEUE_URL)?;
        Ok(Self {
            url: url.into(),
            secrets: Secrets::configure(environment)?,
            http: outbound.connector(),
            queue: WebhookQueue::new(queue, &aws, outbound),
        })
    }

    /// Posts the webhook once. A redirect is not followed.
    ///
    /// # Errors
    /// `Status`, `TimedOut`, `Unreachable` or `NoRequest`. Another try has the same `webhook-id`.
    pub async fn post(&self, id: &str, body: &str, now: Timestamp) -> Result<(), UndeliveredError> {
        let request = self.request(id, body, now).ok_or(UndeliveredError::NoRequest)?;
        let answered = tokio::time::timeout(TIMEOUT, self.http.call(request)).await;
        let response = answered.map_err(|_| UndeliveredError::TimedOut)?;
        // An error can contain the URL, and with it a secret of the receiver.
        let response = response.map_err(|_| UndeliveredError::Unreachable)?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(UndeliveredError::Status(status)),
        }
    }

    /// Returns the request. `None` if the id cannot be a header.
    fn request(&self, id: &str, body: &str, now: Timestamp) -> Option<HttpRequest> {
        let mut request = HttpRequest::new(body.to_owned().into());
        request.set_method("POST").ok()?;
        request.set_uri(self.url.as_str()).ok()?;
        let headers = request.headers_mut();
        for (name, value) in [
            ("content-type", "application/json".to_owned()),
            ("user-agent", concat!("Beckon/", env!("CARGO_PKG_VERSION")).to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", now.seconds().to_string()),
            ("webhook-signature", self.secrets.sign(id, now, body)),
        ] {
            headers.try_insert(name, value).ok()?;
        }
        Some(request)
    }

    /// Puts a webhook off whose `tries` tries have failed.
    ///
    /// # Errors
    /// The error code of SQS, or the stage that the request reached. The next try is then after the
    /// visibility time-out of the queue.
    pub async fn put_off(&self, receipt: &str, tries: u32) -> Result<(), String> {
        self.queue.hide(receipt, pause_after(tries)).await
    }
}

/// Reads `WEBHOOK_URL`, which may begin with `http` only if `is_local`.
fn receiver(environment: &Environment, is_local: bool) -> Result<Url, ConfigError> {
    let setting = settings::WEBHOOK_URL;
    environment.required(setting)?;
    match environment.page(setting)? {
        Some(url) if url.scheme() == "https" || is_local => Ok(url),
        _ => Err(setting.wrong("must be an https URL")),
    }
}

/// Returns the pause after this number of failed tries.
fn pause_after(tries: u32) -> Duration {
    let at = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    PAUSES[at.min(PAUSES.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_longer_after_each_try() {
        let pauses: Vec<u64> = (1..=10).map(|tries| pause_after(tries).as_secs()).collect();
        assert_eq!(pauses[..3], [5, 30, 120]);
        assert!(pauses[..9].is_sorted_by(|one, next| one < next));
        assert_eq!((pauses[9], pause_after(0).as_secs()), (28_800, 5));
        assert_eq!(pause_after(u32::MAX).as_secs(), 28_800);
    }

    #[test]
    fn a_receiver_on_the_internet_has_https() {
        let read = |url: &str, is_local| {
            let set = [("WEBHOOK_URL".to_owned(), url.to_owned())];
            receiver(&set.into_iter().collect(), is_local).map(String::from)
        };
        assert_eq!(
            read("https://app.example/hooks?a=b", false).unwrap(),
            "https://app.example/hooks?a=b"
        );
        assert_eq!(read("http://127.0.0.1:8080", true).unwrap(), "http://127.0.0.1:8080/");
        for url in ["", "http://app.example/hooks", "ftp://app.example", "https://a:b@app.example/"]
        {
            let error = read(url, false).unwrap_err();
            assert_eq!(error.variable, "WEBHOOK_URL", "{url}");
        }
    }
}
