//! The people of the demo data, and the group that the start page shows.

/// The group that the start page invites to.
pub(crate) const GROUP: &str = "3773";

/// A person whom the sign-in page offers.
pub(crate) struct Person {
    /// The user id.
    pub(crate) sub: &'static str,
    /// The display name.
    pub(crate) name: &'static str,
    /// The e-mail address. Empty if the examples have none.
    pub(crate) email: &'static str,
}

/// The owner of the demo group.
pub(crate) const OWNER: Person = Person { sub: "29842", name: "Generic User", email: "" };

/// The owner of the rownd API's example group.
pub(super) const SECOND_OWNER: Person =
    Person { sub: "user_t6ftnnmw55pamuhfo9xvw0yl", name: "Tess Owner", email: "" };

/// The inviter in the chembiohub API's examples.
pub(super) const INVITER: Person =
    Person { sub: "1", name: "In Viter", email: "inviter@example.com" };

/// All people of the demo data.
pub(crate) const PEOPLE: &[Person] = &[
    OWNER,
    Person { sub: "29845", name: "Sonny Tromp", email: "juliet@towne.com" },
    SECOND_OWNER,
    Person { sub: "user_mni5316glfgwtgljboxrv2it", name: "Randy Foo", email: "" },
    Person { sub: "user_vgzrk03xpenj6td8vwi9crh4", name: "Vera Crane", email: "" },
    INVITER,
];
