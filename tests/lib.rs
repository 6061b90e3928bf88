//! Placeholder of the test package: all of its code stands in `all/`.
