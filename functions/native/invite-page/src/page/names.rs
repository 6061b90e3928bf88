//! The names of an invitation, and the head that shows them.

use shared::domain::display_name::{clean_for_page, initials};
use shared::texts::Html;

use crate::texts::Texts;
use crate::view::Invitation;

/// The head of a card: whose invitation it is.
pub(super) struct Head {
    pub(super) inviter_letters: String,
    pub(super) group_letters: String,
    pub(super) heading: Html,
}

/// The names of an invitation as the page shows them.
pub(super) struct Names {
    texts: &'static Texts,
    pub(super) group: String,
    pub(super) inviter: Option<String>,
}

impl Names {
    /// Cleans the names.
    pub(super) fn of(invitation: &Invitation<'_>, texts: &'static Texts) -> Self {
        Self {
            texts,
            group: clean_for_page(invitation.group_name).unwrap_or_else(|| texts.a_group.clone()),
            inviter: invitation.inviter_name.and_then(clean_for_page),
        }
    }

    /// Returns the group's name.
    pub(super) fn group(&self) -> Html {
        Html::name(&self.group)
    }

    /// Returns the inviter at the beginning of a sentence.
    pub(super) fn inviter(&self) -> Html {
        Html::name(self.inviter.as_deref().unwrap_or(&self.texts.someone))
    }

    /// Returns the inviter inside a sentence.
    pub(super) fn the_inviter(&self) -> Html {
        self.inviter.as_deref().map_or_else(|| Html::text(&self.texts.the_inviter), Html::name)
    }

    /// Returns the head with this heading.
    pub(super) fn head(&self, heading: Html) -> Head {
        Head {
            inviter_letters: self.inviter.as_deref().map(initials).unwrap_or_default(),
            group_letters: initials(&self.group),
            heading,
        }
    }
}
