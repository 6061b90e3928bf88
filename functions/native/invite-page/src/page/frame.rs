//! What every page has: its head, the app, and the links to the app's login.

use shared::PageSettings;
use shared::domain::display_name::initial;
use shared::http::hand_over;
use shared::texts::{Html, Language, fill, fill_plain};
use url::form_urlencoded::byte_serialize;

use super::address::web_host;
use super::data::Data;
use super::names::Names;
use crate::look::{Look, SCRIPT, STYLE};
use crate::texts::Texts;
use crate::view::View;

/// The path segment that replaces the token in the address bar. No token looks like it.
///
/// A reload requests this segment and gets [`View::TokenRemoved`]. The script of that page finds
/// the token in the browser's storage (docs/contracts/pages.md#signing-in).
pub const TOKEN_REMOVED: &str = "opened";

/// A page and the addresses of its links.
#[derive(Clone, Copy, Debug)]
pub struct InvitePage<'a> {
    /// The token from the link, a secret.
    pub token: &'a str,
    /// The language of the page.
    pub language: Language,
    /// The view to render.
    pub view: View<'a>,
    /// The styles.
    pub look: &'a Look,
    /// The app's name.
    pub app_name: &'a str,
    /// The app's sign-in page. It redirects to `redirect_uri` with an access token in the fragment.
    pub sign_in_url: &'a str,
    /// The service's base URL. Signing in returns to `<public_url>/i/opened`.
    pub public_url: &'a str,
    /// The optional settings of the page.
    pub settings: &'a PageSettings,
}

/// What every page has: its head, the app, and the links of the sign-in.
pub(super) struct Frame<'a> {
    pub(super) language: Language,
    pub(super) t: &'static Texts,
    pub(super) style: &'static str,
    pub(super) brand: Option<&'a str>,
    pub(super) script: &'static str,
    pub(super) app: &'a str,
    /// The app's logo. `None` for its first letter.
    pub(super) picture: Option<&'a str>,
    /// The letter in the picture of the app.
    pub(super) logo: String,
    pub(super) title: String,
    /// The page's texts and data for its script, as JSON.
    pub(super) data: String,
    pub(super) sign_in: String,
    pub(super) sign_up: Option<String>,
    pub(super) switch_account: String,
    /// The question whose account came back from signing in, and its answer.
    pub(super) question: Html,
    pub(super) answer: Html,
    /// The host of this page.
    pub(super) host: String,
    /// The address for a report about this invitation.
    pub(super) report: Option<String>,
    pub(super) privacy: Option<&'a str>,
}

impl<'a> InvitePage<'a> {
    /// Returns the texts in the language of the page.
    pub(super) fn texts(&self) -> &'static Texts {
        Texts::in_language(self.language)
    }

    /// Returns the frame of a page about an invitation.
    pub(super) fn about(&self, names: &Names) -> Frame<'a> {
        let subject = fill_plain(&self.texts().foot.report_subject, &[("group", &names.group)]);
        let report = self.settings.support_email.as_ref().map(|address| {
            // A mail client reads `+` as it is (RFC 6068).
            let encoded = |text: &str| {
                byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
            };
            format!("mailto:{}?subject={}", encoded(address).replace("%40", "@"), encoded(&subject))
        });
        let title = fill_plain(&self.texts().invitation.title, &[("group", &names.group)]);
        Frame { report, ..self.frame(title) }
    }

    pub(super) fn frame(&self, title: String) -> Frame<'a> {
        let t = self.texts();
        let sign_in = self.hand_over(self.sign_in_url);
        // Without this OpenID Connect parameter, the sign-in page may return the same account at
        // once.
        let switch_account = format!("{sign_in}&prompt=select_account");
        Frame {
            language: self.language,
            t,
            style: STYLE,
            brand: self.look.brand.as_deref(),
            script: SCRIPT,
            app: self.app_name,
            picture: self.look.logo,
            logo: initial(self.app_name),
            title,
            data: Data::of_notice(self.language),
            sign_in,
            sign_up: self.settings.sign_up_url.as_deref().map(|url| self.hand_over(url)),
            switch_account,
            question: returned(&t.continue_as.question),
            answer: returned(&t.continue_as.answer),
            host: web_host(self.public_url).unwrap_or_default(),
            report: None,
            privacy: self.settings.privacy_url.as_deref(),
        }
    }

    /// Returns a page of the app's login with a `redirect_uri` without the token. The script adds a
    /// `state` (docs/sign-in.md).
    ///
    /// A login can register this constant address. The browser's storage has the token.
    pub(super) fn hand_over(&self, page: &str) -> String {
        hand_over(page, &self.invitations())
    }

    /// Returns the address of the person's invitations.
    pub(super) fn invitations(&self) -> String {
        format!("{}/i/{TOKEN_REMOVED}", self.public_url)
    }
}

/// Returns a text about the person who came back from signing in, whom the script names.
fn returned(text: &str) -> Html {
    fill(text, &[("person", &Html::place("returned"))])
}
