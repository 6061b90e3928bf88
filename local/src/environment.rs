//! The configuration of the functions, in place of Lambda's environment.

use std::collections::BTreeMap;

use shared::config::Environment;
use uuid::Uuid;

use crate::Options;
use crate::issuer::{AUDIENCE, TOKEN_TYPE};

/// The token key of services whose data outlive a restart. It is no secret: deployments, and local
/// services that others can reach, set their own (`--set TOKEN_KEY=…`).
const DEVELOPMENT_TOKEN_KEY: &str = "beckon-local-development-key-that-protects-nothing";

/// Returns the functions' environment for a service at `url` with a database at `dynamodb`. Values
/// of `--set` take precedence.
pub(crate) fn environment(options: &Options, url: &str, dynamodb: &str) -> Environment {
    let in_memory = options.data.is_none() && options.dynamodb.is_none();
    let token_key = if in_memory {
        format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
    } else {
        DEVELOPMENT_TOKEN_KEY.into()
    };
    let ses = options.ses.clone().unwrap_or_else(|| format!("{url}/local/ses"));
    let defaults = [
        ("TABLE_NAME", "beckon".into()),
        ("PUBLIC_URL", url.into()),
        ("TOKEN_KEY", token_key),
        ("JWT_ISSUER", format!("{url}/local")),
        ("JWT_AUDIENCE", AUDIENCE.into()),
        ("JWT_JWKS_URL", format!("{url}/local/jwks.json")),
        ("JWT_TYPE", TOKEN_TYPE.into()),
        ("SIGN_IN_URL", format!("{url}/local/sign-in")),
        ("MAIL_FROM", "Beckon <invitations@beckon.example>".into()),
        ("AWS_REGION", "us-east-1".into()),
        ("AWS_ACCESS_KEY_ID", "local".into()),
        ("AWS_SECRET_ACCESS_KEY", "local".into()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.into()),
        ("AWS_ENDPOINT_URL_SESV2", ses),
    ];
    let mut variables: BTreeMap<String, String> = defaults
        .into_iter()
        .map(|(name, value): (&str, String)| (name.to_owned(), value))
        .collect();
    variables.extend(options.settings.iter().cloned());
    variables.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_take_precedence() {
        let options = Options {
            settings: vec![("TABLE_NAME".into(), "other".into()), ("LIMIT_X".into(), "1".into())],
            ..Options::default()
        };
        let environment = environment(&options, "http://127.0.0.1:1", "http://127.0.0.1:2");
        assert_eq!(environment.required("TABLE_NAME").unwrap(), "other");
        assert_eq!(environment.required("LIMIT_X").unwrap(), "1");
        assert_eq!(
            environment.required("AWS_ENDPOINT_URL_SESV2").unwrap(),
            "http://127.0.0.1:1/local/ses"
        );
    }

    #[test]
    fn the_token_key_is_stable_if_the_data_is() {
        let key = |options: &Options| {
            environment(options, "u", "d").required("TOKEN_KEY").unwrap().to_owned()
        };
        let lasting = Options { data: Some("f".into()), ..Options::default() };
        assert_eq!(key(&lasting), key(&lasting));
        assert_ne!(key(&Options::default()), key(&Options::default()));
        assert!(key(&Options::default()).len() >= 32);
    }
}
