//! Renders the console: one page with its style and its script.
//!
//! The script is several files, compiled in as one. The Content-Security-Policy allows it and the
//! style by their hashes, and requests to this service only. The script reads its texts out of an
//! element that no browser runs, so it is the same in every language.

use std::sync::LazyLock;

use askama::Template;
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Deserialize;
use shared::http::{hand_over, policy_of_script, scripted_page, source_hash};
use shared::texts::{Language, Texts, console, inert_json};

/// The page changes with a deployment only, and has nothing about its reader.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");
const VARY: HeaderValue = HeaderValue::from_static("Accept-Language");

const STYLE: &str = include_str!("../assets/page.css");
/// `main.js` begins, so it is the last file. Each of the others only defines.
const SCRIPT: &str = concat!(
    include_str!("../assets/words.js"),
    include_str!("../assets/dom.js"),
    include_str!("../assets/forms.js"),
    include_str!("../assets/session.js"),
    include_str!("../assets/api.js"),
    include_str!("../assets/router.js"),
    include_str!("../assets/groups.js"),
    include_str!("../assets/members.js"),
    include_str!("../assets/invite-words.js"),
    include_str!("../assets/invite-acts.js"),
    include_str!("../assets/invite-row.js"),
    include_str!("../assets/pending.js"),
    include_str!("../assets/invites.js"),
    include_str!("../assets/bulk.js"),
    include_str!("../assets/csv.js"),
    include_str!("../assets/draft.js"),
    include_str!("../assets/invite-form.js"),
    include_str!("../assets/links.js"),
    include_str!("../assets/qr.js"),
    include_str!("../assets/rules.js"),
    include_str!("../assets/history.js"),
    include_str!("../assets/funnel.js"),
    include_str!("../assets/main.js")
);
/// The texts that the page shows without its script.
static TEXTS: Texts<Words> = Texts::of(console);

static CONTENT_SECURITY_POLICY: LazyLock<String> =
    LazyLock::new(|| policy_of_script(&source_hash(SCRIPT), &[&source_hash(STYLE)]));

/// The texts that the page shows without its script.
#[derive(Deserialize)]
struct Words {
    noscript: String,
    #[serde(rename = "problem.unknown")]
    sorry: String,
}

/// What the page needs to know about the deployment and its reader.
#[derive(Clone, Copy)]
pub(crate) struct Console<'a> {
    /// The app's name.
    pub(crate) app: &'a str,
    /// The app's sign-in page. It redirects to `redirect_uri` with an access token in the fragment.
    pub(crate) sign_in_url: &'a str,
    /// The service's base URL. Signing in returns to `<public_url>/console`.
    pub(crate) public_url: &'a str,
    /// The language of its texts.
    pub(crate) language: Language,
}

#[derive(Template)]
#[template(path = "console.html")]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    language: Language,
    texts: String,
    words: &'static Words,
    app: &'a str,
    sign_in: String,
}

impl Console<'_> {
    /// Returns the page with its headers.
    pub(crate) fn answer(&self) -> Response<Body> {
        let html = match self.render() {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, "Can't render the console");
                return sorry(StatusCode::INTERNAL_SERVER_ERROR, self.language);
            }
        };
        let mut response = scripted_page(StatusCode::OK, html, &CONTENT_SECURITY_POLICY);
        response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
        response.headers_mut().insert(header::VARY, VARY);
        response
    }

    fn render(&self) -> Result<String, askama::Error> {
        let language = self.language;
        let page = Page {
            style: STYLE,
            script: SCRIPT,
            language,
            texts: inert_json(console(language)),
            words: TEXTS.in_language(language),
            app: self.app,
            sign_in: hand_over(self.sign_in_url, &format!("{}/console", self.public_url)),
        };
        page.render()
    }
}

/// Returns what is said where the page cannot be shown.
pub(crate) fn sorry(status: StatusCode, language: Language) -> Response<Body> {
    let text = TEXTS.in_language(language).sorry.clone();
    scripted_page(status, text, &CONTENT_SECURITY_POLICY)
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
