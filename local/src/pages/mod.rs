//! The local service's own pages: start, inbox and sign-in. They load nothing from third parties.

mod accept;
mod answer;
mod inbox;
mod mail;
mod reference;
mod sign_in;
mod start;

pub(crate) use accept::prefers_html;
pub(crate) use answer::file;
pub(crate) use inbox::{InboxQuery, inbox};
pub(crate) use mail::mail;
pub(crate) use reference::reference;
pub(crate) use sign_in::{Choice, Problem, SignInPage, refused, sign_in};
pub(crate) use start::{StartPage, start};
