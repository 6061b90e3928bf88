//! The only reader of environment variables. A function with a missing or invalid variable does not
//! start, and its error names the variable.

use std::collections::BTreeMap;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

mod error;
pub mod settings;

pub use error::ConfigError;
pub use settings::{Reader, Setting, Unset};

/// Configuration variables by name. They come from the process, the local service or a test.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, SecretString>);

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect())
    }
}

impl Environment {
    /// Reads the variables of this process.
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }

    /// Returns a copy with `variables`, which override its own.
    #[must_use]
    pub fn with(&self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut all = self.0.clone();
        all.extend(Self::from_iter(variables).0);
        Self(all)
    }

    /// Returns the setting's value: the variable, or the default if the variable is unset or empty.
    pub fn optional(&self, setting: Setting) -> Option<&str> {
        let set = self.0.get(setting.name()).map(ExposeSecret::expose_secret);
        set.filter(|value| !value.is_empty()).or(match setting.unset() {
            Unset::Default(value) => Some(value),
            Unset::Fails | Unset::Absent => None,
        })
    }

    /// Returns the setting's value, which must exist.
    ///
    /// # Errors
    /// A [`ConfigError`] if the variable is unset or empty and has no default.
    pub fn required(&self, setting: Setting) -> Result<&str, ConfigError> {
        self.optional(setting).ok_or_else(|| setting.wrong("is not set"))
    }

    /// Returns the setting's value, parsed as a `T`.
    ///
    /// # Errors
    /// A [`ConfigError`] if there is no value, or it can't be parsed.
    pub fn parsed<T: FromStr>(&self, setting: Setting) -> Result<T, ConfigError> {
        let value = self.required(setting)?;
        value.parse().map_err(|_| setting.wrong("has the wrong format"))
    }

    /// Returns the setting's value as an absolute `http` or `https` URL without query and fragment.
    /// A trailing slash is removed.
    ///
    /// # Errors
    /// A [`ConfigError`] if there is no value, or it is not such a URL.
    pub fn url(&self, setting: Setting) -> Result<String, ConfigError> {
        let value = self.required(setting)?;
        let url = Url::parse(value).map_err(|_| setting.wrong("is not an absolute URL"))?;
        if !matches!(url.scheme(), "http" | "https")
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(setting.wrong("must be an http or https URL without query or fragment"));
        }
        Ok(value.trim_end_matches('/').to_owned())
    }

    /// Returns the setting's value as the address of a page: an absolute `http` or `https` URL
    /// without a user name. `None` if there is no value.
    ///
    /// # Errors
    /// A [`ConfigError`] if the value is not such a URL.
    pub fn page(&self, setting: Setting) -> Result<Option<Url>, ConfigError> {
        let Some(value) = self.optional(setting) else { return Ok(None) };
        let url = Url::parse(value).map_err(|_| setting.wrong("is not an absolute URL"))?;
        let web = matches!(url.scheme(), "http" | "https");
        if web && url.username().is_empty() && url.password().is_none() {
            Ok(Some(url))
        } else {
            Err(setting.wrong("must be an http or https URL without a user name"))
        }
    }

    /// Returns the setting's value as a secret of at least 32 bytes. RFC 7518 §3.2 requires that
    /// length for HS256, and Beckon requires it of every key.
    ///
    /// # Errors
    /// A [`ConfigError`] if the value is shorter.
    pub fn secret(&self, setting: Setting) -> Result<Option<SecretString>, ConfigError> {
        match self.optional(setting) {
            None => Ok(None),
            Some(value) if value.len() < 32 => Err(setting.wrong("must have at least 32 bytes")),
            Some(value) => Ok(Some(SecretString::from(value.to_owned()))),
        }
    }

    /// Returns the settings as variables for another environment.
    ///
    /// # Errors
    /// A [`ConfigError`] if one of them has no value.
    pub fn variables(
        &self,
        settings: impl IntoIterator<Item = Setting>,
    ) -> Result<Vec<(String, String)>, ConfigError> {
        let variable =
            |setting: Setting| Ok((setting.name().to_owned(), self.required(setting)?.to_owned()));
        settings.into_iter().map(variable).collect()
    }
}

/// The region, credentials and endpoints of the AWS services, from Lambda's environment.
#[derive(Clone, Debug)]
pub struct AwsConfig {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: SecretString,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<SecretString>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: another DynamoDB-compatible engine.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SESV2`: another SES v2 endpoint.
    pub ses_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_EVENTBRIDGE`: another EventBridge endpoint.
    pub eventbridge_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SQS`: another SQS endpoint.
    pub sqs_endpoint: Option<String>,
}

impl AwsConfig {
    /// Reads the variables that the fields name. Only the endpoints and the session token are
    /// optional.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the missing or invalid variable.
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let endpoint = |setting: Setting| environment.optional(setting).map(str::to_owned);
        Ok(Self {
            region: environment.required(settings::AWS_REGION)?.to_owned(),
            access_key_id: environment.required(settings::AWS_ACCESS_KEY_ID)?.to_owned(),
            secret_access_key: SecretString::from(
                environment.required(settings::AWS_SECRET_ACCESS_KEY)?.to_owned(),
            ),
            session_token: environment
                .optional(settings::AWS_SESSION_TOKEN)
                .map(|token| SecretString::from(token.to_owned())),
            dynamodb_endpoint: endpoint(settings::AWS_ENDPOINT_URL_DYNAMODB),
            ses_endpoint: endpoint(settings::AWS_ENDPOINT_URL_SESV2),
            eventbridge_endpoint: endpoint(settings::AWS_ENDPOINT_URL_EVENTBRIDGE),
            sqs_endpoint: endpoint(settings::AWS_ENDPOINT_URL_SQS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_missing_variable_is_named() {
        let error = environment(&[]).required(settings::TABLE_NAME).unwrap_err();
        assert_eq!(error.to_string(), "configuration variable TABLE_NAME is not set");
        assert!(environment(&[("TABLE_NAME", "")]).required(settings::TABLE_NAME).is_err());
    }

    #[test]
    fn a_wrong_value_is_refused_without_being_shown() {
        let error = environment(&[("TOKEN_KEY", "short-secret")]).secret(settings::TOKEN_KEY);
        assert_eq!(
            error.unwrap_err().to_string(),
            "configuration variable TOKEN_KEY must have at least 32 bytes"
        );
        let ten = environment(&[("LIMIT_BODY_BYTES", "ten")]);
        assert!(ten.parsed::<u32>(settings::LIMIT_BODY_BYTES).is_err());
        let ftp = environment(&[("PUBLIC_URL", "ftp://x.org")]);
        assert!(ftp.url(settings::PUBLIC_URL).is_err());
    }

    #[test]
    fn a_page_is_on_the_web() {
        let page = |value| environment(&[("APP_URL", value)]).page(settings::APP_URL);
        assert_eq!(page("").unwrap(), None);
        assert_eq!(
            page("https://app.example/a?b").unwrap().map(String::from),
            Some("https://app.example/a?b".into())
        );
        for value in ["app.example", "/app", "javascript:alert(1)", "https://a@app.example/"] {
            assert!(page(value).is_err(), "{value}");
        }
    }

    #[test]
    fn an_empty_variable_has_its_default() {
        let empty = environment(&[("LIMIT_BODY_BYTES", "")]);
        assert_eq!(empty.parsed::<u32>(settings::LIMIT_BODY_BYTES).unwrap(), 65_536);
    }

    #[test]
    fn given_variables_override_the_others() {
        let all = environment(&[("JWT_ISSUER", "1"), ("JWT_AUDIENCE", "2")])
            .with([("JWT_AUDIENCE".into(), "3".into())]);
        let values = [settings::JWT_ISSUER, settings::JWT_AUDIENCE];
        assert_eq!(values.map(|setting| all.required(setting).unwrap()), ["1", "3"]);
    }

    #[test]
    fn a_url_loses_its_trailing_slash() {
        let url = environment(&[("PUBLIC_URL", "https://x.org/a/")]).url(settings::PUBLIC_URL);
        assert_eq!(url.unwrap(), "https://x.org/a");
    }
}
