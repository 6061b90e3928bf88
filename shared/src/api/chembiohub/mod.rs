//! The chembiohub API: session cookies or bearer JWTs, Tastypie's objects
//! (docs/contracts/chembiohub.md).

mod credentials;
mod failure;
mod list;
mod path;
mod render;
mod request;
mod schema;

pub use credentials::signed_in;
pub use failure::{Failure, respond};
pub use list::{ListBody, ListQuery};
pub use path::{at_namespace, detail_id};
pub use render::{CreatedBody, InvitationBody, answer, inviters};
pub use request::Posted;
pub use schema::schema;
