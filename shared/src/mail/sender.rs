//! The sender of the mails: its address and name, and the address for replies.

use super::header::mailbox;
use super::letter::From;
use crate::config::{ConfigError, Environment, Setting, settings};
use crate::domain::color::Color;
use crate::domain::display_name::shorten;
use crate::domain::email::EmailAddress;
use crate::texts::{Language, fill_plain};

/// The longest sender that SES accepts, in bytes: name and address.
const MAX_LENGTH: usize = 320;
/// The most characters of each name.
const NAME_LIMIT: usize = 64;
/// The characters that each name keeps while the other can still be shortened.
const KEPT: usize = 16;

/// The sender of the mails.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    address: String,
    name: Option<String>,
    /// The app's name.
    pub(crate) app_name: String,
    /// The app's colour.
    pub(crate) brand: Option<Color>,
    /// The language of mails if nothing else chooses one.
    pub(crate) language: Language,
    /// The address that receives replies. `None` if nobody reads them.
    replies: Option<String>,
    /// Whether replies go to the inviter, if the directory knows the address.
    replies_to_inviter: bool,
}

impl Sender {
    /// Reads `MAIL_FROM`, `MAIL_FROM_NAME`, `MAIL_REPLIES_TO_INVITER`, `APP_NAME`, `BRAND_COLOR`,
    /// `DEFAULT_LOCALE` and `SUPPORT_EMAIL`.
    ///
    /// # Errors
    /// `ConfigError` with the name of the variable that is missing or has a wrong value.
    pub(crate) fn configure(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            address: address(settings::MAIL_FROM, environment.required(settings::MAIL_FROM)?)?,
            name: environment.optional(settings::MAIL_FROM_NAME).map(str::to_owned),
            app_name: environment.required(settings::APP_NAME)?.to_owned(),
            brand: brand_color(environment)?,
            language: Language::configure(environment)?,
            replies_to_inviter: environment.parsed(settings::MAIL_REPLIES_TO_INVITER)?,
            replies: environment
                .optional(settings::SUPPORT_EMAIL)
                .map(|value| address(settings::SUPPORT_EMAIL, value))
                .transpose()?,
        })
    }

    /// Returns the address, without a name.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the address that receives the replies to a mail of an inviter with this address.
    /// `None` if nobody reads them.
    pub(crate) fn replies_of<'a>(&'a self, inviter: Option<&'a EmailAddress>) -> Option<&'a str> {
        let inviter = inviter.filter(|_| self.replies_to_inviter).map(EmailAddress::as_str);
        inviter.or(self.replies.as_deref())
    }

    /// Returns the value of `From` for a mail on behalf of the inviter: by default
    /// `"Grace Hopper via Acme Planner" <invitations@example.com>`.
    ///
    /// Names are shortened if SES would refuse the sender as too long.
    pub(crate) fn from(&self, inviter: Option<&From>) -> String {
        let shortened = |(short, own)| match (&self.name, inviter) {
            (None, Some(From { inviter, via })) => {
                let (inviter, app) = (shorten(inviter, short), shorten(&self.app_name, own));
                fill_plain(via, &[("inviter", &inviter), ("app", &app)])
            }
            (name, _) => shorten(name.as_ref().unwrap_or(&self.app_name), own),
        };
        // The inviter's name gives way first, because the app's tells whose mail it is.
        let inviters = (KEPT..=NAME_LIMIT).rev().map(|limit| (limit, NAME_LIMIT));
        let apps = (KEPT..NAME_LIMIT).rev().map(|limit| (KEPT, limit));
        let both = (1..KEPT).rev().map(|limit| (limit, limit));
        inviters
            .chain(apps.chain(both))
            .map(|limits| mailbox(&shortened(limits), &self.address))
            .find(|from| from.len() <= MAX_LENGTH)
            .unwrap_or_else(|| self.address.clone())
    }
}

/// Reads `BRAND_COLOR`, the app's colour.
///
/// # Errors
/// `ConfigError` if the value is no colour.
pub(crate) fn brand_color(environment: &Environment) -> Result<Option<Color>, ConfigError> {
    let setting = settings::BRAND_COLOR;
    let color =
        |text| Color::parse(text).map_err(|_| setting.wrong("must be a colour such as #5b3df5"));
    environment.optional(setting).map(color).transpose()
}

/// Returns the setting's value, one address with its domain in ASCII, because SES accepts domains
/// only in that form.
fn address(setting: Setting, value: &str) -> Result<String, ConfigError> {
    if value.contains(['<', '"', ' ']) {
        let problem = "must be an address without a display name; MAIL_FROM_NAME has the name";
        return Err(setting.wrong(problem));
    }
    let address = EmailAddress::parse(value).map_err(|_| setting.wrong("must be one address"))?;
    Ok(address.mailbox())
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;

    fn sender(pairs: &[(&str, &str)]) -> Result<Sender, ConfigError> {
        let variables = [("MAIL_FROM", "invitations@example.com"), ("APP_NAME", "Acme Planner")];
        let variables = variables.iter().chain(pairs);
        Sender::configure(
            &variables.map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        )
    }

    /// Returns the name and the address that a mail client reads in a `From` header.
    fn read(from: &str) -> (Option<String>, String) {
        assert!(from.is_ascii() && from.len() <= MAX_LENGTH, "{from}");
        let mail = format!("From: {from}\r\nSubject: x\r\n\r\nx");
        let mail = MessageParser::default().parse(&mail).expect("a mail");
        let addresses: Vec<_> = mail.from().expect("a sender").iter().collect();
        assert_eq!(addresses.len(), 1, "{from}");
        let address = addresses[0].address.clone().expect("an address").into_owned();
        (addresses[0].name.clone().map(|name| name.into_owned()), address)
    }

    fn by(inviter: &str) -> From {
        From { inviter: inviter.to_owned(), via: "{inviter} via {app}" }
    }

    fn name_of(sender: &Sender, inviter: &str) -> String {
        let (name, address) = read(&sender.from(Some(&by(inviter))));
        assert_eq!(address, "invitations@example.com");
        name.expect("a name")
    }

    #[test]
    fn the_inviter_writes_through_the_app() {
        let sender = sender(&[]).unwrap();
        assert_eq!(
            sender.from(Some(&by("Grace Hopper"))),
            "\"Grace Hopper via Acme Planner\" <invitations@example.com>"
        );
        assert_eq!(sender.from(None), "\"Acme Planner\" <invitations@example.com>");
    }

    #[test]
    fn replies_reach_the_inviter_where_the_deployment_allows_it() {
        let inviter = EmailAddress::parse("grace@example.com").unwrap();
        let support = ("SUPPORT_EMAIL", "support@example.com");
        let allowed = sender(&[support, ("MAIL_REPLIES_TO_INVITER", "true")]).unwrap();
        assert_eq!(allowed.replies_of(Some(&inviter)), Some("grace@example.com"));
        assert_eq!(allowed.replies_of(None), Some("support@example.com"));
        let usual = sender(&[support]).unwrap();
        assert_eq!(usual.replies_of(Some(&inviter)), Some("support@example.com"));
        assert_eq!(sender(&[]).unwrap().replies_of(Some(&inviter)), None);
        let wrong = sender(&[("MAIL_REPLIES_TO_INVITER", "yes")]).unwrap_err();
        assert_eq!(wrong.variable, "MAIL_REPLIES_TO_INVITER");
    }

    #[test]
    fn a_long_inviter_gives_way_to_the_app() {
        let sender = sender(&[("APP_NAME", "The Association of Planners")]).unwrap();
        let name = name_of(&sender, &"é".repeat(300));
        assert!(name.ends_with("… via The Association of Planners"), "{name}");
    }

    #[test]
    fn a_fixed_name_replaces_the_inviter() {
        let sender = sender(&[("MAIL_FROM_NAME", "Müller, Söhne")]).unwrap();
        let (name, address) = read(&sender.from(Some(&by("Grace Hopper"))));
        assert_eq!(
            (name.as_deref(), address.as_str()),
            (Some("Müller, Söhne"), "invitations@example.com")
        );
    }

    #[test]
    fn a_display_name_in_an_address_is_refused() {
        for (setting, value) in [
            ("MAIL_FROM", "Beckon <invitations@example.com>"),
            ("MAIL_FROM", "<invitations@example.com>"),
            ("MAIL_FROM", "\"Müller, Söhne\" <a@example.com>"),
            ("SUPPORT_EMAIL", "Support <support@example.com>"),
        ] {
            assert_eq!(
                sender(&[(setting, value)]).unwrap_err().to_string(),
                format!(
                    "configuration variable {setting} must be an address without a display name; MAIL_FROM_NAME has the name"
                )
            );
        }
        for value in ["a@example.com,b@example.com", "nobody", "a@b@example.com"] {
            assert!(sender(&[("MAIL_FROM", value)]).is_err(), "{value}");
        }
    }

    #[test]
    fn a_long_name_is_shortened_until_ses_accepts_it() {
        let sender = sender(&[("APP_NAME", &"プ".repeat(64))]).unwrap();
        let name = name_of(&sender, &"花".repeat(200));
        assert!(name.starts_with("花花花") && name.contains("… via プププ"), "{name}");
    }

    proptest! {
        #[test]
        fn a_mail_client_reads_every_name_back(name in "[ -~äßé漢🎉\u{2060}\u{200d}]{1,40}") {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assume!(!name.is_empty());
            let sender = sender(&[]).unwrap();
            prop_assert_eq!(name_of(&sender, &name), format!("{name} via Acme Planner"));
        }

        #[test]
        fn no_name_adds_a_header_or_another_address(name in "\\PC{0,80}|[\\r\\n,<>@\":;=?a]{0,80}") {
            let sender = sender(&[]).unwrap();
            name_of(&sender, &name);
        }
    }
}
