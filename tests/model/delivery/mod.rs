//! The mails of two invites to one mailbox, in two groups: what the function that sends mails and the
//! clock's function do, in every order of calls, while SES answers in every way.

mod properties;
mod row;
mod run;
mod state;
mod step;
mod table;

pub use row::Invite;
pub use run::Ses;
pub use state::{Delivery, MailAction, MailState};
pub use table::MailCondition;
