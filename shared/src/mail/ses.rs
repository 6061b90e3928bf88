//! Sends mails through SES (API v2, `SendEmail`).

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

/// Sends mails through SES from one sender address.
#[derive(Clone)]
pub struct Mailer {
    client: aws_sdk_sesv2::Client,
    from: String,
    configuration_set: Option<String>,
}

/// The reason why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A retry cannot succeed, because SES refuses the address or the message.
    #[error("SES refuses the mail: {0}")]
    Permanent(&'static str),
    /// A retry may succeed, because SES is throttled, paused or unreachable.
    #[error("SES cannot accept the mail now: {0}")]
    Transient(String),
}

impl Mailer {
    /// Creates the mailer from `MAIL_FROM`, `MAIL_CONFIGURATION_SET` and the AWS variables. It
    /// sends nothing yet.
    ///
    /// # Errors
    /// `ConfigError` with the name of the missing variable.
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
            // SES has no idempotency token, so a retry after a slow response would send the mail
            // twice. The stream redelivers the record if it must be sent again.
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

    /// Sends the mail to one recipient.
    ///
    /// # Errors
    /// `Permanent` if a retry cannot succeed, `Transient` if it may.
    pub async fn send(&self, to: &EmailAddress, mail: RenderedMail) -> Result<(), SendError> {
        let content = content(mail).map_err(|_| SendError::Permanent("template"))?;
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

/// Returns the address with its local part as typed and its domain in ASCII, because SES accepts
/// domains only in that form.
fn mailbox(to: &EmailAddress) -> String {
    let local = to.as_str().split_once('@').map_or("", |(local, _)| local);
    format!("{local}@{}", to.domain())
}

fn content(mail: RenderedMail) -> Result<EmailContent, aws_sdk_sesv2::error::BuildError> {
    let utf8 = |text: String| Content::builder().data(text).charset("UTF-8").build();
    // RFC 3834: automatic responders must not answer.
    let automatic =
        MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build()?;
    let body = Body::builder().text(utf8(mail.text)?).html(utf8(mail.html)?).build();
    let message =
        Message::builder().subject(utf8(mail.subject)?).body(body).headers(automatic).build();
    Ok(EmailContent::builder().simple(message).build())
}
