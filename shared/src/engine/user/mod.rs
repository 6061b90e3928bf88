//! The use cases of the directory's users.

mod blocks;
mod directory;

pub(super) use blocks::is_wanted;
