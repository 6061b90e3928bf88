//! The people and groups of the demo data.

/// A group of the demo data.
pub(crate) struct Group {
    /// The id.
    pub(crate) id: &'static str,
    /// The name that people see.
    pub(crate) name: &'static str,
}

/// A person whom the sign-in page offers.
pub(crate) struct Person {
    /// The user id.
    pub(crate) sub: &'static str,
    /// The display name.
    pub(crate) name: &'static str,
    /// The e-mail address. Empty if the examples have none.
    pub(crate) email: &'static str,
    /// What the person is for, in a few words. Empty if there is nothing to say.
    pub(crate) about: &'static str,
}

/// The group that the start page invites to.
pub(crate) const GROUP: Group = Group { id: "q1-planning", name: "Q1 Planning" };

/// The group of the APIs' own examples.
pub(crate) const EXAMPLE_GROUP: &str = "3773";

/// The owner of [`GROUP`].
pub(crate) const OWNER: Person = Person {
    sub: "grace",
    name: "Grace Hopper",
    email: "grace@example.com",
    about: "owns Q1 Planning",
};

/// The person whom the start page invites. The directory does not know her.
pub(crate) const INVITEE: Person = Person {
    sub: "ada",
    name: "Ada Lovelace",
    email: "ada@example.com",
    about: "invited on the start page",
};

/// The owner of [`EXAMPLE_GROUP`].
pub(super) const EXAMPLE_OWNER: Person =
    Person { sub: "29842", name: "Generic User", email: "", about: "owns Private Group (3773)" };

/// The owner of the rownd API's example group.
pub(super) const SECOND_OWNER: Person = Person {
    sub: "user_t6ftnnmw55pamuhfo9xvw0yl",
    name: "Tess Owner",
    email: "",
    about: "owns Editors",
};

/// The inviter in the chembiohub API's examples.
pub(super) const INVITER: Person =
    Person { sub: "1", name: "In Viter", email: "inviter@example.com", about: "owns P1" };

/// The people of the start page.
pub(crate) const PEOPLE: &[Person] = &[OWNER, INVITEE];

/// The people of the APIs' own examples.
pub(crate) const EXAMPLE_PEOPLE: &[Person] = &[
    EXAMPLE_OWNER,
    Person { sub: "29845", name: "Sonny Tromp", email: "juliet@towne.com", about: "" },
    SECOND_OWNER,
    Person { sub: "user_mni5316glfgwtgljboxrv2it", name: "Randy Foo", email: "", about: "" },
    Person { sub: "user_vgzrk03xpenj6td8vwi9crh4", name: "Vera Crane", email: "", about: "" },
    INVITER,
];

/// Returns the demo person for whom `wanted` is true.
pub(crate) fn person(wanted: impl Fn(&Person) -> bool) -> Option<&'static Person> {
    PEOPLE.iter().chain(EXAMPLE_PEOPLE).find(|person| wanted(person))
}
