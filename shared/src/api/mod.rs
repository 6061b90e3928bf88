//! The six HTTP APIs. Each reads its own requests and credentials, and renders its own objects and
//! errors. The rules are in the engine.

pub mod bungie;
pub mod chembiohub;
pub mod evanta;
pub mod native;
pub mod onezone;
pub mod rownd;
