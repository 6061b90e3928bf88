//! Reading what happened in a group.

use crate::auth::Caller;
use crate::domain::event::{Event, EventFilter};
use crate::domain::ids::GroupId;
use crate::domain::list::{Page, PageRequest};
use crate::domain::role::Rank;
use crate::engine::{Engine, Forbidden, Outcome};

impl Engine {
    /// Returns a page of the group's events that the filter selects, newest first, for its owners and
    /// admins. The order of `page` is ignored.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::ReadsEvents`, `InvalidCursor`, `Fault`.
    pub async fn list_events(
        &self,
        caller: &Caller,
        group: &GroupId,
        filter: &EventFilter,
        page: &PageRequest,
    ) -> Outcome<Page<Event>> {
        let (_, member) = self.membership(caller, group).await?;
        if member.roles.rank() < Rank::Admin {
            return Err(Forbidden::ReadsEvents.into());
        }
        Ok(self.store.list_events(group, filter, page.limit, page.cursor.as_deref()).await?)
    }
}
