//! Every test that needs more than one package, in one binary.
#![cfg(test)]

mod across;
mod app;
mod bungie;
mod chembiohub;
mod evanta;
mod events;
mod house;
mod lambda;
mod layout;
mod native;
mod onezone;
mod rownd;
mod template;
