//! The settings of the functions: one table of all environment variables that they read.
//!
//! [`Environment`](super::Environment) can only read variables of this table.
//! `tests/all/house/settings.rs` compares template.yaml, events/env.json and docs/settings.md with
//! it.

use super::error::ConfigError;

/// An environment variable that functions read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    name: &'static str,
    about: &'static str,
    unset: Unset,
    reader: Reader,
    source: Source,
}

/// The meaning of an unset or empty variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// The function doesn't start.
    Fails,
    /// The setting has no value.
    Absent,
    /// The setting has this value.
    Default(&'static str),
}

/// The functions that read a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// All functions.
    All,
    /// The functions that answer requests.
    Requests,
    /// The functions of this API.
    Api(&'static str),
    /// These functions, by their packages.
    Functions(&'static [&'static str]),
    /// The functions that send mail.
    Mail,
}

/// The source of a setting's value in a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// template.yaml sets it.
    Template,
    /// template.yaml sets it, and its value is a secret.
    TemplateSecret,
    /// Lambda sets it.
    Lambda,
    /// Lambda sets it, and its value is a secret.
    LambdaSecret,
}

impl Setting {
    /// Returns the variable's name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns the setting's meaning, as a sentence.
    pub fn about(self) -> &'static str {
        self.about.trim()
    }

    /// Returns the meaning of an unset or empty variable.
    pub const fn unset(self) -> Unset {
        self.unset
    }

    /// Returns the functions that read the setting.
    pub const fn reader(self) -> Reader {
        self.reader
    }

    /// Returns whether the value is a secret, which no log, error or event may show.
    pub const fn is_secret(self) -> bool {
        matches!(self.source, Source::TemplateSecret | Source::LambdaSecret)
    }

    /// Returns whether template.yaml sets it, rather than Lambda.
    pub const fn is_of_the_template(self) -> bool {
        matches!(self.source, Source::Template | Source::TemplateSecret)
    }

    /// Returns the error for an unusable value.
    pub fn wrong(self, problem: impl Into<String>) -> ConfigError {
        ConfigError { variable: self.name, problem: problem.into() }
    }
}

/// Defines a constant for each row, and `ALL`. The doc comment of a row is its text in
/// docs/settings.md.
macro_rules! settings {
    ($(#[doc = $about:literal] $name:ident: $unset:expr, $reader:expr, $source:ident;)+) => {
        $(
            #[doc = $about]
            pub const $name: Setting = Setting {
                name: stringify!($name),
                about: $about,
                unset: $unset,
                reader: $reader,
                source: Source::$source,
            };
        )+

        /// Every setting.
        pub const ALL: &[Setting] = &[$($name),+];
    };
}

/// The functions that lead people to an invite's `redirect_url`, or check one.
const REDIRECTING: &[&str] = &[
    "native-create-invite",
    "native-preview-invite",
    "native-accept-invite",
    "native-decline-invite",
    "native-invite-page",
    "native-update-invite",
    "rownd-create-invite",
    "rownd-update-invite",
];

/// The function that shows the invite page.
const PAGE: &[&str] = &["native-invite-page"];
/// The functions that show the app's colour.
const BRANDED: &[&str] = &["background-send-mail", "native-invite-page"];
/// The functions that speak to people in their language.
const SPEAKING: &[&str] = &[
    "background-send-mail",
    "native-console",
    "native-fallback",
    "native-invite-page",
    "native-unsubscribe",
];
/// The function that names the apps which open links.
const DOCUMENTS: &[&str] = &["native-documents"];
/// The functions that tell people whom they can write to.
const SUPPORTED: &[&str] = &["background-send-mail", "native-invite-page"];
/// The function that publishes events.
const PUBLISHING: &[&str] = &["background-follow"];
/// The function that posts webhooks.
const POSTING: &[&str] = &["background-deliver-webhook"];
/// The functions that use the queue of webhooks.
const QUEUEING: &[&str] = &["background-deliver-webhook", "background-follow"];
/// The function that works by the clock.
const TICK: &[&str] = &["background-tick"];

use Reader::{All, Api, Functions, Mail, Requests};
use Unset::{Absent, Default, Fails};

settings! {
    /// The name of the DynamoDB table.
    TABLE_NAME: Fails, All, Template;
    /// The public URL of the deployment. Every link starts with it.
    PUBLIC_URL: Fails, All, Template;
    /// The key from which the tokens of links are derived, 32 bytes or more.
    TOKEN_KEY: Fails, All, TemplateSecret;
    /// The number of the token key, from 1 to 255. Each rotation raises it by one.
    TOKEN_KEY_VERSION: Default("1"), All, Template;
    /// The previous token key. Its links still work.
    TOKEN_KEY_PREVIOUS: Absent, All, TemplateSecret;
    /// The next token key. Links that other functions sign with it already work.
    TOKEN_KEY_NEXT: Absent, All, TemplateSecret;
    /// The lowest severity that is logged.
    LOG_LEVEL: Default("info"), All, Template;
    /// The issuer of the callers' access tokens.
    JWT_ISSUER: Fails, Requests, Template;
    /// The audience that access tokens must have.
    JWT_AUDIENCE: Fails, Requests, Template;
    /// The URL of the issuer's public keys. If unset, the issuer's discovery document names it.
    JWT_JWKS_URL: Absent, Requests, Template;
    /// The secret of an issuer that signs with HS256, 32 bytes or more. It excludes `JWT_JWKS_URL`.
    JWT_HS256_SECRET: Absent, Requests, TemplateSecret;
    /// The `typ` header that access tokens must have. If unset, any is accepted.
    JWT_TYPE: Absent, Requests, Template;
    /// The longest lifetime of an access token, in seconds.
    JWT_MAX_LIFETIME_SECONDS: Default("86400"), Requests, Template;
    /// The claim of an access token that names the user.
    JWT_USER_ID_CLAIM: Default("sub"), Requests, Template;
    /// The name of the app, which people know. Pages and mails show it.
    APP_NAME: Fails, All, Template;
    /// The app's own address. Relative redirects are resolved against it, and people without a redirect go there after joining. If unset, relative redirects are resolved against `SIGN_IN_URL`.
    APP_URL: Absent, Requests, Template;
    /// The app's sign-in page.
    SIGN_IN_URL: Fails, Requests, Template;
    /// The app's page for new accounts, which gets the same parameters as `SIGN_IN_URL`. If unset, the invite page does not offer to create an account.
    SIGN_UP_URL: Absent, Functions(PAGE), Template;
    /// The app's colour, such as `#5b3df5`. The invite page and the mails derive other colours from it so that all text can be read.
    BRAND_COLOR: Absent, Functions(BRANDED), Template;
    /// The language of pages and mails where nothing else chooses one: `en`, `de`, `es`, `fr`, `ja`, `pt-BR`, `zh-Hans` or `ar`.
    DEFAULT_LOCALE: Default("en"), Functions(SPEAKING), Template;
    /// The ids of the iOS apps that open invitation links themselves, such as `ABCDE12345.com.example.planner`, separated by commas.
    IOS_APP_IDS: Absent, Functions(DOCUMENTS), Template;
    /// The Android apps that open invitation links themselves, separated by commas: each its package, `=` and the SHA-256 fingerprint of its certificate, in hexadecimal digits with colons. A package may come again with another fingerprint.
    ANDROID_APPS: Absent, Functions(DOCUMENTS), Template;
    /// The app's privacy policy. The invite page links to it.
    PRIVACY_URL: Absent, Functions(PAGE), Template;
    /// The origins that redirects may lead to besides those of `APP_URL` and `SIGN_IN_URL`, separated by commas.
    REDIRECT_ORIGINS: Absent, Functions(REDIRECTING), Template;
    /// The required value of the header `X-API-TENANT`. If unset, the header is ignored.
    EVANTA_TENANT: Absent, Api("evanta"), Template;
    /// The first segment of the API's paths, and the prefix of its cookies' names.
    CHEMBIOHUB_NAMESPACE: Default("chembiohub"), Api("chembiohub"), Template;
    /// The name of the platform that the chembiohub API invites to.
    CHEMBIOHUB_PLATFORM_NAME: Default("ChemBio Hub Platform"), All, Template;
    /// The SHA-256 hashes of accepted API keys, separated by commas. If unset, any key is accepted.
    BUNGIE_API_KEY_HASHES: Absent, Api("bungie"), Template;
    /// The maximum size of a request body, in bytes.
    LIMIT_BODY_BYTES: Default("65536"), Requests, Template;
    /// The maximum size of the body of a request for many invites, in bytes.
    LIMIT_BULK_BODY_BYTES: Default("524288"), Functions(&["native-create-invite"]), Template;
    /// The maximum number of people whom one person invites in an hour, over all groups. 0 allows none.
    LIMIT_INVITES_PER_INVITER_HOUR: Default("200"), All, Template;
    /// The maximum number of pending invites of a group. A group's own policy may set a lower one. 0 allows none.
    LIMIT_PENDING_PER_GROUP: Default("500"), All, Template;
    /// The maximum number of mails to one mailbox in a day, from 0 to 100, over all groups. 0 sends none.
    LIMIT_MAILS_PER_RECIPIENT_DAY: Default("5"), All, Template;
    /// The maximum number of unknown tokens from one network in ten minutes. 0 answers the first with 429.
    LIMIT_TOKEN_MISSES_PER_10_MINUTES: Default("20"), All, Template;
    /// The number of days after which the personal data of an invite are removed that ended without being accepted.
    RETENTION_DAYS: Default("30"), Functions(TICK), Template;
    /// The number of days after its acceptance after which the personal data of an invite are removed.
    RETENTION_DAYS_ACCEPTED: Default("365"), Functions(TICK), Template;
    /// The sender address of the mails, without a name.
    MAIL_FROM: Fails, Mail, Template;
    /// The sender's name in mails. If unset, it is the inviter's name, "via" and `APP_NAME`.
    MAIL_FROM_NAME: Absent, Mail, Template;
    /// The address that receives replies to mails, and reports about invitations. If unset, the mails say that nobody reads replies.
    SUPPORT_EMAIL: Absent, Functions(SUPPORTED), Template;
    /// Whether replies to an invitation go to the inviter, if the directory knows the address: `true` or `false`.
    MAIL_REPLIES_TO_INVITER: Default("false"), Mail, Template;
    /// The SES configuration set that mails are sent with.
    MAIL_CONFIGURATION_SET: Absent, Mail, Template;
    /// The maximum number of mails that one instance of the mail function sends in a second. 0 sets no limit.
    MAIL_RATE_PER_SECOND: Default("3"), Mail, Template;
    /// The address that gets every mail in place of its recipient, for deployments that must not write to people.
    NOTIFY_REDIRECT_TO: Absent, Mail, Template;
    /// The name of the EventBridge bus to which events are published. If unset, no event is published.
    EVENT_BUS: Absent, Functions(PUBLISHING), Template;
    /// The URL of the queue of webhooks. If unset, no event becomes a webhook.
    WEBHOOK_QUEUE_URL: Absent, Functions(QUEUEING), Template;
    /// The URL to which webhooks are posted.
    WEBHOOK_URL: Absent, Functions(POSTING), Template;
    /// The secrets that sign webhooks, one or two: `whsec_` and 24 to 64 bytes in base64. A blank separates them.
    WEBHOOK_SECRETS: Absent, Functions(POSTING), TemplateSecret;
    /// The URL of another DynamoDB-compatible engine.
    AWS_ENDPOINT_URL_DYNAMODB: Absent, All, Template;
    /// The URL of another SES v2 endpoint.
    AWS_ENDPOINT_URL_SESV2: Absent, All, Template;
    /// The URL of another EventBridge endpoint.
    AWS_ENDPOINT_URL_EVENTBRIDGE: Absent, Functions(PUBLISHING), Template;
    /// The URL of another SQS endpoint.
    AWS_ENDPOINT_URL_SQS: Absent, Functions(QUEUEING), Template;
    /// The AWS region.
    AWS_REGION: Fails, All, Lambda;
    /// The id of the access key.
    AWS_ACCESS_KEY_ID: Fails, All, Lambda;
    /// The secret of the access key.
    AWS_SECRET_ACCESS_KEY: Fails, All, LambdaSecret;
    /// The session token of temporary credentials.
    AWS_SESSION_TOKEN: Absent, All, LambdaSecret;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_setting_is_listed_once_and_explained() {
        let names: BTreeSet<&str> = ALL.iter().map(|setting| setting.name()).collect();
        assert_eq!(names.len(), ALL.len());
        for setting in ALL {
            assert!(setting.about().ends_with('.'), "{}: {}", setting.name(), setting.about());
        }
    }

    #[test]
    fn no_secret_has_a_default() {
        for setting in ALL.iter().filter(|setting| setting.is_secret()) {
            assert!(!matches!(setting.unset(), Default(_)), "{}", setting.name());
        }
    }
}
