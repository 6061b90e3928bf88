//! The APIs: each with its credentials, its ids, its coat for errors and its rendering of objects.
//! None has a rule of its own.

pub mod bungie;
pub mod chembiohub;
pub mod evanta;
pub mod native;
pub mod onezone;
pub mod rownd;
