//! The house's own rules: what must hold of every API and every function alike.

mod harness;
mod outcomes;
mod panics;
