//! Every test that needs more than one package, in one binary.
#![cfg(test)]

mod layout;
