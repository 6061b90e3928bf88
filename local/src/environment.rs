//! The configuration that the functions get, in place of Lambda's environment.

use std::collections::BTreeMap;

use shared::config::{Environment, Setting, settings};
use uuid::Uuid;

use crate::issuer::{AUDIENCE, TOKEN_TYPE};
use crate::options::Options;

/// Seals links where data outlive a start. It is no secret: a service that others reach has a key
/// of its own, through its deployment or `--set TOKEN_KEY=…`.
const DEVELOPMENT_TOKEN_KEY: &str = "beckon-local-development-key-that-protects-nothing";

/// The functions' environment for a service at `url` over the database at `dynamodb`. `--set` goes
/// before everything else.
pub(crate) fn environment(options: &Options, url: &str, dynamodb: &str) -> Environment {
    let in_memory = options.data.is_none() && options.dynamodb.is_none();
    let token_key = if in_memory {
        format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
    } else {
        DEVELOPMENT_TOKEN_KEY.into()
    };
    let ses = options.ses.clone().unwrap_or_else(|| format!("{url}/local/ses"));
    let defaults = [
        (settings::TABLE_NAME, "beckon".into()),
        (settings::PUBLIC_URL, url.into()),
        (settings::TOKEN_KEY, token_key),
        (settings::JWT_ISSUER, format!("{url}/local")),
        (settings::JWT_AUDIENCE, AUDIENCE.into()),
        (settings::JWT_JWKS_URL, format!("{url}/local/jwks.json")),
        (settings::JWT_TYPE, TOKEN_TYPE.into()),
        (settings::SIGN_IN_URL, format!("{url}/local/sign-in")),
        (settings::MAIL_FROM, "Beckon <invitations@beckon.example>".into()),
        (settings::AWS_REGION, "us-east-1".into()),
        (settings::AWS_ACCESS_KEY_ID, "local".into()),
        (settings::AWS_SECRET_ACCESS_KEY, "local".into()),
        (settings::AWS_ENDPOINT_URL_DYNAMODB, dynamodb.into()),
        (settings::AWS_ENDPOINT_URL_SESV2, ses),
    ];
    let mut variables: BTreeMap<String, String> = defaults
        .into_iter()
        .map(|(setting, value): (Setting, String)| (setting.name().to_owned(), value))
        .collect();
    variables.extend(options.settings.iter().cloned());
    variables.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_before_everything_else() {
        let options = Options {
            settings: vec![
                ("TABLE_NAME".into(), "other".into()),
                ("LIMIT_PENDING_PER_GROUP".into(), "1".into()),
            ],
            ..Options::default()
        };
        let environment = environment(&options, "http://127.0.0.1:1", "http://127.0.0.1:2");
        assert_eq!(environment.required(settings::TABLE_NAME).unwrap(), "other");
        assert_eq!(environment.required(settings::LIMIT_PENDING_PER_GROUP).unwrap(), "1");
        assert_eq!(
            environment.required(settings::AWS_ENDPOINT_URL_SESV2).unwrap(),
            "http://127.0.0.1:1/local/ses"
        );
    }

    #[test]
    fn the_token_key_lasts_as_long_as_the_data() {
        let key = |options: &Options| {
            environment(options, "u", "d").required(settings::TOKEN_KEY).unwrap().to_owned()
        };
        let lasting = Options { data: Some("f".into()), ..Options::default() };
        assert_eq!(key(&lasting), key(&lasting));
        assert_ne!(key(&Options::default()), key(&Options::default()));
        assert!(key(&Options::default()).len() >= 32);
    }
}
