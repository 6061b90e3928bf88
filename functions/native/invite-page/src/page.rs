//! Renders the page of an invitation link, without access to request, store or clock.
//!
//! The page is readable without styles and without JavaScript. Its script and its style sheet are
//! inline, and the Content-Security-Policy allows them by hash only. So markup in a name could
//! neither run nor load anything.

mod address;
mod data;
mod ended;
mod frame;
mod invitation;
mod names;

use askama::Template;
use data::Data;
use frame::Frame;
pub use frame::{InvitePage, TOKEN_REMOVED};

use crate::texts::Titled;
use crate::view::View;

/// The page that lists the invitations of an account.
#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxTemplate<'a> {
    frame: Frame<'a>,
    heading: &'static str,
    text: &'static str,
}

/// A page with a text, and what to do next.
#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeTemplate<'a> {
    frame: Frame<'a>,
    heading: &'static str,
    text: &'static str,
    retry: bool,
    invitations: Option<String>,
}

impl<'a> InvitePage<'a> {
    /// Renders the whole document. Cleans and escapes every name.
    ///
    /// # Errors
    /// `askama::Error` if a template cannot be rendered, which is a bug.
    pub fn render(&self) -> Result<String, askama::Error> {
        let t = self.texts();
        match &self.view {
            View::Acceptable(invitation) => self.invitation(invitation).render(),
            View::NotNow(invitation, reason) => self.not_now(invitation, *reason).render(),
            View::Ended(invitation, end) => self.ended(invitation, end).render(),
            View::Flawed(flaw) => self.notice(t.notice.of(*flaw), false).render(),
            View::Unavailable | View::Failed => self.notice(&t.notice.unavailable, true).render(),
            View::TokenRemoved => self.inbox(&t.inbox.token_removed).render(),
            View::Inbox => self.inbox(&t.inbox.own).render(),
        }
    }

    fn notice(&self, (heading, text): &'static Titled, retry: bool) -> NoticeTemplate<'a> {
        let frame = self.frame(heading.clone());
        let invitations = (!retry).then(|| self.invitations());
        NoticeTemplate { frame, heading, text, retry, invitations }
    }

    fn inbox(&self, (heading, text): &'static Titled) -> InboxTemplate<'a> {
        let data = Data::of_inbox(self.language);
        let frame = Frame { data, ..self.frame(heading.clone()) };
        InboxTemplate { frame, heading, text }
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
