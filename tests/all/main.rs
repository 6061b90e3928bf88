//! Every test that needs more than one package, in one binary.
#![cfg(test)]

mod answers;
mod events;
mod lambda;
mod layout;
mod model;
