//! The use cases of the directory's users.

mod directory;
