//! All tests that need more than one package, in one binary.
#![cfg(test)]

mod across;
mod bungie;
mod campaign;
mod chembiohub;
mod citations;
mod evanta;
mod events;
mod house;
mod lambda;
mod local;
mod native;
mod onezone;
mod rownd;
