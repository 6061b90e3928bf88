//! Behaviour that is the same at every API.

mod access_tokens;
mod delivery;
mod faults;
mod link_tokens;
mod mail;
mod matrix;
mod model;
mod newcomers;
mod races;
mod replies;
mod same_person;
mod secrets;
mod stored;
