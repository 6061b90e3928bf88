//! The house's own rules: what must hold of every API and every function alike.

mod outcomes;
mod panics;
