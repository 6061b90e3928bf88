//! The doors: each with its credentials, its ids, its coat for errors and its rendering of objects. None has a rule of its own.

pub mod native;
