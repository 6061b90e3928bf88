//! Every test that needs more than one package, in one binary.
#![cfg(test)]

extern crate harness as tests;

mod across;
mod bungie;
mod chembiohub;
mod evanta;
mod events;
mod house;
mod lambda;
mod layout;
mod local;
mod native;
mod onezone;
mod rownd;
mod template;

/// By the name that `lambda` and `template` know it by.
mod app {
    pub(crate) use harness::{App, under};
}
