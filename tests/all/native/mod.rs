//! The native API over HTTP, operation by operation.

mod accept;
mod answers;
mod authority;
mod bad_input;
mod create;
mod create_again;
mod decline;
mod expire;
mod groups;
mod links;
mod lists;
mod members;
mod outsiders;
mod page;
mod revoke;
mod story;
mod users;
