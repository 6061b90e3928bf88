//! The start page.

use askama::Template;
use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::answer::page;
use crate::demo::{GROUP, Group, INVITEE, OWNER, Person};

/// The template of the start page.
#[derive(Template)]
#[template(path = "start.html")]
pub(crate) struct StartPage<'a> {
    url: &'a str,
    app: &'a str,
    app_url: &'a str,
    demo: bool,
    group: &'a Group,
    owner: &'a Person,
    invitee: &'a Person,
}

impl<'a> StartPage<'a> {
    /// Creates the page of the service at `url`, with or without demo data. `app` is the name of the
    /// app that people join, and `app_url` its address.
    pub(crate) fn new(url: &'a str, (app, app_url): (&'a str, &'a str), demo: bool) -> Self {
        Self { url, app, app_url, demo, group: &GROUP, owner: &OWNER, invitee: &INVITEE }
    }
}

/// Returns the start page.
pub(crate) fn start(start: &StartPage<'_>) -> Response<Body> {
    page(StatusCode::OK, start)
}
