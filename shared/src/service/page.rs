//! The settings of the invite page.

use crate::config::{ConfigError, Environment, settings};
use crate::domain::color::Color;
use crate::domain::email::EmailAddress;
use crate::mail::brand_color;
use crate::texts::Language;

/// The settings of the invite page. All are optional.
#[derive(Clone, Debug, Default)]
pub struct PageSettings {
    /// The app's page for new accounts: `SIGN_UP_URL`.
    pub sign_up_url: Option<String>,
    /// The app's privacy policy: `PRIVACY_URL`.
    pub privacy_url: Option<String>,
    /// The address to which people report an invitation: `SUPPORT_EMAIL`.
    pub support_email: Option<String>,
    /// The app's colour: `BRAND_COLOR`.
    pub brand_color: Option<Color>,
    /// The language if nothing else chooses one: `DEFAULT_LOCALE`.
    pub language: Language,
}

impl PageSettings {
    /// Reads the variables that the fields name.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the invalid variable.
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        // The address as it was typed. `Url` would add a slash to a host.
        let page = |setting| {
            environment.page(setting)?;
            Ok(environment.optional(setting).map(str::to_owned))
        };
        let address = |text| {
            let parsed = EmailAddress::parse(text);
            parsed.map_err(|_| settings::SUPPORT_EMAIL.wrong("must be one address without a name"))
        };
        let support = environment.optional(settings::SUPPORT_EMAIL).map(address).transpose()?;
        Ok(Self {
            sign_up_url: page(settings::SIGN_UP_URL)?,
            privacy_url: page(settings::PRIVACY_URL)?,
            support_email: support.map(|address| address.as_str().to_owned()),
            brand_color: brand_color(environment)?,
            language: Language::configure(environment)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<PageSettings, ConfigError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        PageSettings::read(&pairs.collect())
    }

    #[test]
    fn every_setting_is_optional() {
        let settings = read(&[("BRAND_COLOR", "")]).unwrap();
        assert!(settings.sign_up_url.is_none() && settings.privacy_url.is_none());
        assert!(settings.support_email.is_none() && settings.brand_color.is_none());
        assert_eq!(settings.language, Language::En);
    }

    #[test]
    fn values_are_kept_as_they_are_given() {
        let settings = read(&[
            ("SIGN_UP_URL", "https://app.example.com/join?plan=team"),
            ("PRIVACY_URL", "https://example.com"),
            ("SUPPORT_EMAIL", "help@example.com"),
            ("BRAND_COLOR", "#5B3DF5"),
            ("DEFAULT_LOCALE", "pt-BR"),
        ])
        .unwrap();
        let sign_up = settings.sign_up_url.as_deref();
        assert_eq!(sign_up, Some("https://app.example.com/join?plan=team"));
        assert_eq!(settings.privacy_url.as_deref(), Some("https://example.com"));
        assert_eq!(settings.support_email.as_deref(), Some("help@example.com"));
        assert_eq!(settings.brand_color, Some(Color::new(91, 61, 245)));
        assert_eq!(settings.language, Language::PtBr);
    }

    #[test]
    fn a_wrong_value_is_named() {
        for (name, value) in [
            ("SIGN_UP_URL", "/join"),
            ("PRIVACY_URL", "javascript:alert(1)"),
            ("SUPPORT_EMAIL", "Support <support@example.com>"),
            ("BRAND_COLOR", "purple"),
            ("DEFAULT_LOCALE", "tlh"),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap_err().variable, name);
        }
    }
}
