//! The chembiohub API: session cookies or bearer tokens, and the objects of Tastypie
//! (docs/contracts/chembiohub.md).

mod answer;
mod credentials;
mod failure;
mod list;
mod method;
mod path;
mod render;
mod request;
mod schema;

pub use answer::answer;
pub use credentials::signed_in;
pub use failure::{Failure, respond};
pub use list::{ListBody, ListQuery};
pub use method::{get_of_list, get_of_one};
pub use path::{at_namespace, detail_id};
pub use render::{CreatedBody, InvitationBody, inviters};
pub use request::Posted;
pub use schema::schema;
