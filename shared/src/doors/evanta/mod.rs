//! The evanta door: token headers, JSON or Rails forms, objects under their root keys (contract evanta).
