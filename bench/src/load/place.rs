//! The groups in which create, list and accept are measured.

use super::rows::Row;
use super::server::timed;
use super::service::{OURS, Service};
use crate::fault::Fault;

/// The number of creates per accept. Accepts are fewer, because each needs an invite and a guest of its
/// own.
const CREATES_PER_ACCEPT: usize = 4;

/// Groups that exist, and how they are used.
pub(super) struct Place {
    /// The number of stored invites.
    pub(super) stored: usize,
    /// The number of concurrent requests.
    pub(super) at_once: usize,
    /// The groups for the measured invites, in turn.
    pub(super) groups: Vec<String>,
    /// The groups whose invites are listed, in turn.
    pub(super) listed: Vec<String>,
    /// The part of the operations' names that tells this place from others.
    pub(super) suffix: String,
}

/// Returns the number of invites that a measurement makes.
pub(super) fn made(requests: usize) -> usize {
    requests + requests / CREATES_PER_ACCEPT
}

impl Place {
    /// Measures the three operations and returns their rows.
    pub(super) async fn measure(
        &self,
        service: &Service,
        data: &str,
        requests: usize,
    ) -> Result<Vec<Row>, Fault> {
        let (server, owner) = (&service.server, &service.owner);
        let address =
            |kind, at| format!("{kind}-{}-{}-{at}@example.com", self.groups.len(), self.mark());
        OURS.clear_mails(server).await?;
        let creates = (0..requests).zip(self.groups.iter().cycle()).map(|(at, group)| {
            let email = address("new", at);
            async move { Ok(service.invite(group, &email, true).await?.1) }
        });
        let create = self.row(data, "create", timed(creates, self.at_once).await?);
        OURS.wait_for_mails(server, requests).await?;
        let place = format!("{}-{}", self.groups.len(), self.mark());
        service.settle(&format!("created-{place}")).await?;
        let lists = self.listed.iter().cycle().take(requests);
        let lists =
            lists.map(async |group| Ok(server.ask(OURS.list(server, owner, group)).await?.1));
        let list = self.row(data, "list", timed(lists, self.at_once).await?);
        let mut ready = Vec::new();
        for (at, group) in (0..requests / CREATES_PER_ACCEPT).zip(self.groups.iter().cycle()) {
            let email = address("accepts", at);
            let (made, _) = service.invite(group, &email, false).await?;
            ready.push((OURS.sign_in(server, &email).await?, made));
        }
        service.settle(&format!("ready-{place}")).await?;
        let accepts = ready
            .iter()
            .map(async |(guest, made)| Ok(server.ask(OURS.accept(server, guest, made)).await?.1));
        let accept = self.row(data, "accept", timed(accepts, self.at_once).await?);
        Ok(vec![create, list, accept])
    }

    /// Returns the part of the addresses that tells this measurement from others.
    fn mark(&self) -> String {
        format!("{}-{}", self.stored, self.at_once)
    }

    fn row(
        &self,
        data: &str,
        operation: &str,
        figures: (std::time::Duration, Vec<std::time::Duration>),
    ) -> Row {
        let names = (format!("{operation}{}", self.suffix), operation.to_owned());
        Row::new(data, self.stored, names, self.at_once, figures)
    }
}
