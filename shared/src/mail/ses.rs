//! Handing a mail to SES (API v2, `SendEmail`).

use std::time::Duration;

use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Builder, Region};
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag,
};

use super::RenderedMail;
use crate::config::{AwsConfig, ConfigError, Environment, settings};
use crate::domain::email::EmailAddress;
use crate::outbound::{Outbound, credentials, failure_kind};

/// Sends mail through SES, from one sender.
#[derive(Clone)]
pub struct Mailer {
    client: aws_sdk_sesv2::Client,
    from: String,
    configuration_set: Option<String>,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Another try will fail alike: the address or the message is refused.
    #[error("SES refuses the mail: {0}")]
    Permanent(&'static str),
    /// Later may be better: SES is throttled, paused, or unreachable.
    #[error("SES can't take the mail now: {0}")]
    Transient(String),
}

impl Mailer {
    /// Reads `MAIL_FROM`, `MAIL_CONFIGURATION_SET` and the AWS variables. Nothing is sent yet.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub(crate) fn configure(
        environment: &Environment,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        let aws = AwsConfig::read(environment)?;
        let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(8)).build();
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(aws.region.clone()))
            .credentials_provider(credentials(&aws))
            .http_client(outbound.sdk())
            .timeout_config(timeouts)
            // SES has no idempotency token: a mail that it took slowly would go out twice. The
            // stream brings it again where it must.
            .retry_config(RetryConfig::disabled());
        config.set_endpoint_url(aws.ses_endpoint.clone());
        Ok(Self {
            client: aws_sdk_sesv2::Client::from_conf(config.build()),
            from: environment.required(settings::MAIL_FROM)?.to_owned(),
            configuration_set: environment
                .optional(settings::MAIL_CONFIGURATION_SET)
                .map(str::to_owned),
        })
    }

    /// Hands the mail over, to one recipient.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn send(&self, to: &EmailAddress, mail: RenderedMail) -> Result<(), SendError> {
        let content = content(mail).map_err(|_| SendError::Permanent("template"))?;
        // The domain goes out in its ASCII form: SES takes no other.
        let request = self.client.send_email().from_email_address(&self.from).content(content);
        let request = request.destination(Destination::builder().to_addresses(mailbox(to)).build());
        let tag = MessageTag::builder()
            .name("mail")
            .value("invitation")
            .build()
            .map_err(|_| SendError::Permanent("template"))?;
        let request =
            request.email_tags(tag).set_configuration_set_name(self.configuration_set.clone());
        request.send().await.map(|_| ()).map_err(|error| match error.code() {
            Some("MessageRejected") => SendError::Permanent("rejected"),
            Some("BadRequestException") => SendError::Permanent("bad_request"),
            Some(code) => SendError::Transient(code.to_owned()),
            None => SendError::Transient(failure_kind(&error)),
        })
    }
}

/// The address with its domain in ASCII and its local part as typed.
fn mailbox(to: &EmailAddress) -> String {
    let local = to.as_str().split_once('@').map_or("", |(local, _)| local);
    format!("{local}@{}", to.domain())
}

fn content(mail: RenderedMail) -> Result<EmailContent, aws_sdk_sesv2::error::BuildError> {
    let utf8 = |text: String| Content::builder().data(text).charset("UTF-8").build();
    // RFC 3834: other programs must not answer.
    let automatic =
        MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build()?;
    let body = Body::builder().text(utf8(mail.text)?).html(utf8(mail.html)?).build();
    let message =
        Message::builder().subject(utf8(mail.subject)?).body(body).headers(automatic).build();
    Ok(EmailContent::builder().simple(message).build())
}
