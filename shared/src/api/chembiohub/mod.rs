//! The chembiohub API: session cookies or bearer tokens, and the objects of Tastypie
//! (docs/contracts/chembiohub.md).

mod answer;
mod credentials;
mod endpoints;
mod failure;
mod list;
mod lookup;
mod method;
mod order;
mod path;
mod render;
mod request;
mod schema;
mod set;

pub use answer::answer;
pub use credentials::signed_in;
pub use endpoints::EndpointsBody;
pub use failure::{Failure, respond};
pub use list::ListQuery;
pub use method::{get_of_list, get_of_one};
pub use path::{at_namespace, detail_id};
pub use render::{CreatedBody, InvitationBody};
pub use request::Posted;
pub use schema::schema;
pub use set::{SetBody, SetIds};
