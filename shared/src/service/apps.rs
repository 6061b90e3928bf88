//! The apps that open invitation links themselves.

use std::collections::BTreeMap;

use crate::config::{ConfigError, Environment, Setting, settings};

/// The apps that open invitation links themselves. Both lists are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppLinks {
    /// The ids of iOS apps, each a team and a bundle: `IOS_APP_IDS`.
    pub ios: Vec<String>,
    /// The packages of Android apps, with the SHA-256 fingerprints of their certificates:
    /// `ANDROID_APPS`.
    pub android: BTreeMap<String, Vec<String>>,
}

impl AppLinks {
    /// Reads the variables that the fields name.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the invalid variable.
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let ios: Vec<String> =
            items(environment, settings::IOS_APP_IDS).map(str::to_owned).collect();
        if !ios.iter().all(|id| is_ios_app(id)) {
            return Err(settings::IOS_APP_IDS.wrong(IOS));
        }
        let mut android: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for item in items(environment, settings::ANDROID_APPS) {
            let (package, fingerprint) =
                android_app(item).ok_or_else(|| settings::ANDROID_APPS.wrong(ANDROID))?;
            android.entry(package).or_default().push(fingerprint);
        }
        Ok(Self { ios, android })
    }
}

const IOS: &str = "must be app ids such as ABCDE12345.com.example.planner, separated by commas";
const ANDROID: &str = "must be packages with SHA-256 fingerprints, such as com.example.planner=14:6D:…, separated by commas";

/// The bytes of a SHA-256 fingerprint.
const FINGERPRINT: usize = 32;

/// Returns what commas separate in the setting's value.
fn items(environment: &Environment, setting: Setting) -> impl Iterator<Item = &str> {
    let text = environment.optional(setting).unwrap_or_default();
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Returns whether the text is a team of ten capital letters and digits, and a bundle.
fn is_ios_app(text: &str) -> bool {
    let is_team = |team: &str| {
        team.len() == 10 && team.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.split_once('.')
        .is_some_and(|(team, bundle)| is_team(team) && bundle.split('.').all(is_part))
}

/// Returns the package and the fingerprint in capital letters. `None` for another text.
fn android_app(text: &str) -> Option<(String, String)> {
    let (package, fingerprint) = text.split_once('=')?;
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let is_byte =
        |byte: &str| byte.len() == 2 && byte.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_package = package.contains('.') && package.split('.').all(is_part);
    let is_fingerprint =
        fingerprint.split(':').count() == FINGERPRINT && fingerprint.split(':').all(is_byte);
    (is_package && is_fingerprint).then(|| (package.to_owned(), fingerprint.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<AppLinks, ConfigError> {
        AppLinks::read(&[(name.to_owned(), value.to_owned())].into_iter().collect())
    }

    fn fingerprint(byte: &str) -> String {
        [byte; FINGERPRINT].join(":")
    }

    #[test]
    fn both_lists_are_optional() {
        assert_eq!(read("IOS_APP_IDS", "").unwrap(), AppLinks::default());
        assert_eq!(read("ANDROID_APPS", " , ").unwrap(), AppLinks::default());
    }

    #[test]
    fn commas_separate_apps() {
        let ios =
            read("IOS_APP_IDS", "ABCDE12345.com.example.planner, 0123456789.org.x-y").unwrap();
        assert_eq!(ios.ios, ["ABCDE12345.com.example.planner", "0123456789.org.x-y"]);
    }

    #[test]
    fn a_package_may_have_several_certificates() {
        let (one, other) = (fingerprint("0a"), fingerprint("FF"));
        let pairs = format!("com.example.planner={one},com.example.planner={other},a.b_1={other}");
        let android = read("ANDROID_APPS", &pairs).unwrap().android;
        assert_eq!(android["com.example.planner"], [fingerprint("0A"), other.clone()]);
        assert_eq!(android["a.b_1"], [other]);
    }

    #[test]
    fn a_wrong_value_is_named() {
        for text in [
            "com.example.planner",
            "abcde12345.com.example",
            "ABCDE1234.com.example",
            "ABCDE12345.",
            "ABCDE12345.com..example",
            "ABCDE12345.com.example ABCDE12345.com.example",
            "ABCDE12345.com.*",
        ] {
            assert_eq!(read("IOS_APP_IDS", text).unwrap_err().variable, "IOS_APP_IDS", "{text}");
        }
        let good = fingerprint("14");
        for text in [
            "com.example.planner".to_owned(),
            format!("planner={good}"),
            format!("com.1example={good}"),
            format!("com..example={good}"),
            format!("com.example={good}:14"),
            format!("com.example={}", good.replace(':', "")),
            format!("com.example={}", good.replacen("14", "1g", 1)),
        ] {
            assert_eq!(read("ANDROID_APPS", &text).unwrap_err().variable, "ANDROID_APPS", "{text}");
        }
    }
}
