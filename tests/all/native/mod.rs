//! The native API over HTTP, act by act.

mod accept;
mod answers;
mod authority;
mod bad_input;
mod create;
mod create_again;
mod groups;
mod lifecycle;
mod links;
mod lists;
mod outsiders;
mod story;
mod users;
