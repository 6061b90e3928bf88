//! The rownd door: invites with roles and links, groups and members under `/me` (contract rownd).
