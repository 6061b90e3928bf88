//! The configuration of the functions, in place of Lambda's environment.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::config::{Environment, Setting, settings};
use uuid::Uuid;

use crate::app::APP_NAME;
use crate::issuer::{AUDIENCE, TOKEN_TYPE};
use crate::options::Options;

/// The token key of services whose data outlive a restart. It is no secret: deployments, and local
/// services that others can reach, set their own (`--set TOKEN_KEY=…`).
const DEVELOPMENT_TOKEN_KEY: &str = "beckon-local-development-key-that-protects-nothing";

/// The secret of webhooks of services whose data outlive a restart. It is no secret either.
const DEVELOPMENT_WEBHOOK_SECRET: &str = "whsec_YmVja29uLWxvY2FsLWRldmVsb3BtZW50";

/// The logical id of the queue of webhooks.
const WEBHOOKS: &str = "Webhooks";

/// The addresses of the service's parts.
pub(crate) struct Addresses<'a> {
    /// The service itself.
    pub(crate) url: &'a str,
    /// The database.
    pub(crate) dynamodb: &'a str,
    /// The page that stands for the app.
    pub(crate) app: &'a str,
}

/// Returns the functions' environment for a service at these addresses. Values of `--set` take
/// precedence.
pub(crate) fn environment(options: &Options, addresses: &Addresses<'_>) -> Environment {
    let &Addresses { url, dynamodb, app } = addresses;
    let in_memory = options.data.is_none() && options.dynamodb.is_none();
    let token_key = if in_memory {
        format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
    } else {
        DEVELOPMENT_TOKEN_KEY.into()
    };
    let ses = options.ses.clone().unwrap_or_else(|| format!("{url}/local/ses"));
    let mut defaults = vec![
        (settings::TABLE_NAME, "beckon".into()),
        (settings::PUBLIC_URL, url.into()),
        (settings::TOKEN_KEY, token_key),
        (settings::JWT_ISSUER, format!("{url}/local")),
        (settings::JWT_AUDIENCE, AUDIENCE.into()),
        (settings::JWT_JWKS_URL, format!("{url}/local/jwks.json")),
        (settings::JWT_TYPE, TOKEN_TYPE.into()),
        (settings::APP_NAME, APP_NAME.into()),
        (settings::APP_URL, app.into()),
        (settings::SIGN_IN_URL, format!("{url}/local/sign-in")),
        (settings::SIGN_UP_URL, format!("{url}/local/sign-in")),
        (settings::PRIVACY_URL, format!("{}/privacy", app.trim_end_matches('/'))),
        (settings::MAIL_FROM, "invitations@beckon.example".into()),
        (settings::SUPPORT_EMAIL, "support@beckon.example".into()),
        // The local SES has no rate.
        (settings::MAIL_RATE_PER_SECOND, "0".into()),
        (settings::AWS_REGION, "us-east-1".into()),
        (settings::AWS_ACCESS_KEY_ID, "local".into()),
        (settings::AWS_SECRET_ACCESS_KEY, "local".into()),
        (settings::AWS_ENDPOINT_URL_DYNAMODB, dynamodb.into()),
        (settings::AWS_ENDPOINT_URL_SESV2, ses),
        (settings::EVENT_BUS, "default".into()),
        (settings::AWS_ENDPOINT_URL_EVENTBRIDGE, format!("{url}/local/eventbridge")),
        (settings::AWS_ENDPOINT_URL_SQS, format!("{url}/local/sqs")),
    ];
    if let Some(webhook) = &options.webhook {
        let secret = if in_memory { webhook_secret() } else { DEVELOPMENT_WEBHOOK_SECRET.into() };
        defaults.extend([
            (settings::WEBHOOK_QUEUE_URL, format!("{url}/local/sqs/{WEBHOOKS}.fifo")),
            (settings::WEBHOOK_URL, webhook.clone()),
            (settings::WEBHOOK_SECRETS, secret),
        ]);
    }
    let mut variables: BTreeMap<String, String> = defaults
        .into_iter()
        .map(|(setting, value): (Setting, String)| (setting.name().to_owned(), value))
        .collect();
    variables.extend(options.settings.iter().cloned());
    variables.into_iter().collect()
}

/// Returns a new secret for webhooks.
fn webhook_secret() -> String {
    let bytes = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    format!("whsec_{}", STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESSES: Addresses<'_> = Addresses {
        url: "http://127.0.0.1:1",
        dynamodb: "http://127.0.0.1:2",
        app: "http://127.0.0.1:3",
    };

    #[test]
    fn settings_take_precedence() {
        let options = Options {
            settings: vec![
                ("TABLE_NAME".into(), "other".into()),
                ("LIMIT_PENDING_PER_GROUP".into(), "1".into()),
            ],
            ..Options::default()
        };
        let environment = environment(&options, &ADDRESSES);
        assert_eq!(environment.required(settings::TABLE_NAME).unwrap(), "other");
        assert_eq!(environment.required(settings::LIMIT_PENDING_PER_GROUP).unwrap(), "1");
        assert_eq!(
            environment.required(settings::AWS_ENDPOINT_URL_SESV2).unwrap(),
            "http://127.0.0.1:1/local/ses"
        );
    }

    #[test]
    fn a_receiver_gets_webhooks_by_a_secret_of_its_own() {
        let secret = |options: &Options| {
            let all = environment(options, &ADDRESSES);
            all.optional(settings::WEBHOOK_SECRETS).map(str::to_owned)
        };
        assert_eq!(secret(&Options::default()), None);
        let webhook = Some("http://127.0.0.1:4/hooks".into());
        let options = Options { webhook, ..Options::default() };
        assert!(secret(&options).is_some_and(|secret| secret.starts_with("whsec_")));
        assert_ne!(secret(&options), secret(&options));
        let lasting = Options { data: Some("f".into()), ..options };
        assert_eq!(secret(&lasting), secret(&lasting));
    }

    #[test]
    fn the_token_key_is_stable_if_the_data_is() {
        let key = |options: &Options| {
            environment(options, &ADDRESSES).required(settings::TOKEN_KEY).unwrap().to_owned()
        };
        let lasting = Options { data: Some("f".into()), ..Options::default() };
        assert_eq!(key(&lasting), key(&lasting));
        assert_ne!(key(&Options::default()), key(&Options::default()));
        assert!(key(&Options::default()).len() >= 32);
    }
}
