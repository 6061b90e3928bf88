//! Sends mails through SES (API v2, `SendEmail`).

use std::time::Duration;

use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Builder, Region};
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag,
};

use super::letter::RenderedMail;
use super::pace::Pace;
use super::refusal::{SendError, refusal};
use super::sender::Sender;
use crate::config::{AwsConfig, ConfigError, Environment, settings};
use crate::domain::email::EmailAddress;
use crate::domain::invite::Wait;
use crate::outbound::{Outbound, credentials, failure_kind, never_left};

/// What a mail carries besides its parts.
#[derive(Clone, Copy)]
pub(crate) struct Labels<'a> {
    /// The tags by which SES's events name the mail.
    pub(crate) tags: &'a [(&'a str, String)],
    /// The link that ends the mails to the recipient by one click (RFC 8058). A secret.
    pub(crate) unsubscribe: &'a str,
}

/// Sends mails through SES from one sender address.
#[derive(Clone)]
pub struct Mailer {
    client: aws_sdk_sesv2::Client,
    sender: Sender,
    configuration_set: Option<String>,
    /// The address that gets every mail, in place of its recipient.
    redirect: Option<EmailAddress>,
    pace: Pace,
}

impl Mailer {
    /// Creates the mailer from `NOTIFY_REDIRECT_TO`, `MAIL_CONFIGURATION_SET`,
    /// `MAIL_RATE_PER_SECOND`, the variables of its sender and the AWS variables. It sends nothing
    /// yet.
    ///
    /// # Errors
    /// `ConfigError` with the name of the missing or invalid variable.
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
            // twice. The engine counts each try.
            .retry_config(RetryConfig::disabled());
        config.set_endpoint_url(aws.ses_endpoint.clone());
        Ok(Self {
            client: aws_sdk_sesv2::Client::from_conf(config.build()),
            sender: Sender::configure(environment)?,
            configuration_set: environment
                .optional(settings::MAIL_CONFIGURATION_SET)
                .map(str::to_owned),
            redirect: environment
                .optional(settings::NOTIFY_REDIRECT_TO)
                .map(EmailAddress::parse)
                .transpose()
                .map_err(|_| settings::NOTIFY_REDIRECT_TO.wrong("must be one address"))?,
            pace: Pace::of(environment.parsed(settings::MAIL_RATE_PER_SECOND)?),
        })
    }

    /// Returns the sender of the mails.
    pub(crate) fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Sends the mail to one recipient, or to `NOTIFY_REDIRECT_TO` if that is set. Waits for its turn
    /// first. Returns the id that SES gave the mail.
    ///
    /// # Errors
    /// `Permanent` if another try cannot succeed, `Refused` if it may, and `Unknown` if SES may have
    /// taken the mail.
    pub(crate) async fn send(
        &self,
        to: &EmailAddress,
        mail: RenderedMail,
        Labels { tags, unsubscribe }: Labels<'_>,
    ) -> Result<String, SendError> {
        let from = self.sender.from(mail.from.as_ref());
        let replies = mail.replies.as_deref().map(EmailAddress::parse).transpose();
        let replies = replies.map_err(|_| SendError::Permanent("template"))?;
        let content = content(mail, unsubscribe).map_err(|_| SendError::Permanent("template"))?;
        let tags =
            tags.iter().map(|(name, value)| MessageTag::builder().name(*name).value(value).build());
        let tags = tags.collect::<Result<Vec<_>, _>>();
        let tags = tags.map_err(|_| SendError::Permanent("template"))?;
        let to = self.redirect.as_ref().unwrap_or(to);
        let request = self.client.send_email().from_email_address(from).content(content);
        let request = request
            .destination(Destination::builder().to_addresses(to.mailbox()).build())
            .set_reply_to_addresses(replies.map(|replies| vec![replies.mailbox()]))
            .set_email_tags(Some(tags))
            .set_configuration_set_name(self.configuration_set.clone());
        self.pace.turn().await;
        match request.send().await {
            Ok(answer) => match answer.message_id {
                Some(id) if !id.is_empty() => Ok(id),
                _ => Err(SendError::Unknown("an answer without an id".into())),
            },
            Err(error) => Err(self.failure(&error)),
        }
    }

    fn failure<E>(&self, error: &SdkError<E>) -> SendError
    where
        E: ProvideErrorMetadata,
    {
        match error.code() {
            Some(code) => refusal(code, error.message(), self.sender.address()),
            None if never_left(error) => {
                SendError::Refused { why: Wait::Unavailable, code: failure_kind(error) }
            }
            None => SendError::Unknown(failure_kind(error)),
        }
    }
}

fn content(
    mail: RenderedMail,
    unsubscribe: &str,
) -> Result<EmailContent, aws_sdk_sesv2::error::BuildError> {
    let utf8 = |text: String| Content::builder().data(text).charset("UTF-8").build();
    let unsubscribe = format!("<{unsubscribe}>");
    let headers = [
        // Automatic responders must not answer: those that follow RFC 3834, and Exchange.
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("List-Unsubscribe", unsubscribe.as_str()),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ];
    let headers = headers
        .into_iter()
        .map(|(name, value)| MessageHeader::builder().name(name).value(value).build())
        .collect::<Result<Vec<_>, _>>()?;
    let body = Body::builder().text(utf8(mail.text)?).html(utf8(mail.html)?).build();
    let message = Message::builder()
        .subject(utf8(mail.subject)?)
        .body(body)
        .set_headers(Some(headers))
        .build();
    Ok(EmailContent::builder().simple(message).build())
}
