//! Every test that needs more than one package, in one binary.
#![cfg(test)]

mod answers;
mod app;
mod authority;
mod bad_input;
mod bungie;
mod callers;
mod chembiohub;
mod delivery;
mod directory;
mod evanta;
mod events;
mod faults;
mod groups;
mod house;
mod identity;
mod lambda;
mod layout;
mod lifecycle;
mod links;
mod lists;
mod matrix;
mod model;
mod newcomers;
mod onezone;
mod outsiders;
mod pending_cap;
mod races;
mod re_invite;
mod rownd;
mod same_person;
mod secrets;
mod story;
mod template;
mod tokens;
