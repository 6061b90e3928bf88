//! The only reader of the environment. A missing or wrong variable ends the start, naming the
//! variable.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// Configuration variables by name: the process's own, or a set put together by the local service
/// or a test.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, SecretString>);

/// Why the configuration can't be used: which variable, and what is wrong with it. Never shows the
/// value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration variable {} {}", self.variable, self.problem)
    }
}

impl std::error::Error for ConfigError {}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect())
    }
}

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }

    /// The same with `variables`, which go before its own.
    #[must_use]
    pub fn with(&self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut all = self.0.clone();
        all.extend(Self::from_iter(variables).0);
        Self(all)
    }

    /// The variable, if it is set and not empty.
    pub fn optional(&self, name: &'static str) -> Option<&str> {
        self.0.get(name).map(ExposeSecret::expose_secret).filter(|value| !value.is_empty())
    }

    /// The variable, which must be set and not empty.
    pub fn required(&self, name: &'static str) -> Result<&str, ConfigError> {
        self.optional(name)
            .ok_or_else(|| ConfigError { variable: name, problem: "is not set".into() })
    }

    /// The variable as a `T`, or `default` where it is not set.
    pub fn parsed<T: FromStr>(&self, name: &'static str, default: T) -> Result<T, ConfigError> {
        self.optional(name).map_or(Ok(default), |value| {
            value.parse().map_err(|_| ConfigError {
                variable: name,
                problem: "does not have the form it needs".into(),
            })
        })
    }

    /// The variable as an absolute `http` or `https` URL without query or fragment, and no slash at
    /// its end.
    pub fn url(&self, name: &'static str) -> Result<String, ConfigError> {
        let value = self.required(name)?;
        let url = Url::parse(value).map_err(|_| ConfigError {
            variable: name,
            problem: "is not an absolute URL".into(),
        })?;
        if !matches!(url.scheme(), "http" | "https")
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(ConfigError {
                variable: name,
                problem: "must be an http or https URL without query or fragment".into(),
            });
        }
        Ok(value.trim_end_matches('/').to_owned())
    }

    /// The variable as a secret of at least 32 bytes (RFC 7518 §3.2 for HS256; the same floor for
    /// every key of ours).
    pub fn secret(&self, name: &'static str) -> Result<Option<SecretString>, ConfigError> {
        match self.optional(name) {
            None => Ok(None),
            Some(value) if value.len() < 32 => {
                Err(ConfigError { variable: name, problem: "must be 32 bytes or more".into() })
            }
            Some(value) => Ok(Some(SecretString::from(value.to_owned()))),
        }
    }
}

/// Where the AWS services are and with which credentials, as Lambda's environment gives them.
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
}

impl AwsConfig {
    /// Reads the variables named at the fields; only the endpoints and the session token may be
    /// absent.
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            region: environment.required("AWS_REGION")?.to_owned(),
            access_key_id: environment.required("AWS_ACCESS_KEY_ID")?.to_owned(),
            secret_access_key: SecretString::from(
                environment.required("AWS_SECRET_ACCESS_KEY")?.to_owned(),
            ),
            session_token: environment
                .optional("AWS_SESSION_TOKEN")
                .map(|token| SecretString::from(token.to_owned())),
            dynamodb_endpoint: environment.optional("AWS_ENDPOINT_URL_DYNAMODB").map(str::to_owned),
            ses_endpoint: environment.optional("AWS_ENDPOINT_URL_SESV2").map(str::to_owned),
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
        let error = environment(&[]).required("TABLE_NAME").unwrap_err();
        assert_eq!(error.to_string(), "configuration variable TABLE_NAME is not set");
        assert!(environment(&[("TABLE_NAME", "")]).required("TABLE_NAME").is_err());
    }

    #[test]
    fn a_wrong_value_is_refused_without_being_shown() {
        let error = environment(&[("TOKEN_KEY", "short-secret")]).secret("TOKEN_KEY").unwrap_err();
        assert_eq!(error.to_string(), "configuration variable TOKEN_KEY must be 32 bytes or more");
        assert!(environment(&[("N", "ten")]).parsed::<u32>("N", 1).is_err());
        assert!(environment(&[("U", "ftp://x.org")]).url("U").is_err());
    }

    #[test]
    fn given_variables_go_before_the_others() {
        let all = environment(&[("A", "1"), ("B", "2")]).with([("B".into(), "3".into())]);
        assert_eq!((all.required("A").unwrap(), all.required("B").unwrap()), ("1", "3"));
    }

    #[test]
    fn a_url_loses_the_slash_at_its_end() {
        assert_eq!(environment(&[("U", "https://x.org/a/")]).url("U").unwrap(), "https://x.org/a");
    }
}
