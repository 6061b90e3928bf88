//! Measures joins by one link, after more and more people have joined by it.

use std::ops::Range;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::growth::{AT_ONCE, steps};
use super::options::Options;
use super::product::Session;
use super::rows::Row;
use super::server::timed;
use super::service::{FILLING, OURS, Service};
use crate::fault::Fault;

const GROUP: &str = "viral";

/// Creates the link and adds the rows of its joins: of the first people, and after each step.
pub(super) async fn measure(
    service: &Service,
    options: &Options,
    data: &str,
    stored: usize,
    rows: &mut Vec<Row>,
) -> Result<(), Fault> {
    service.group(GROUP).await?;
    let link = json!({"link": {}, "roles": ["member"], "expires_in": null});
    let link = service.post(&format!("/v1/groups/{GROUP}/invites"), &link).await?;
    let requests = usize::from(options.requests);
    let mut joined = 0;
    for others in std::iter::once(0).chain(steps(options.joins)) {
        if joined < others {
            fill(service, &link, joined..others).await?;
        }
        joined = joined.max(others);
        for at_once in AT_ONCE {
            let mut guests = Vec::new();
            for number in joined..joined + requests {
                guests.push(guest(service, number).await?);
            }
            joined += requests;
            let joins = guests.iter().map(async |guest| {
                let request = OURS.accept(&service.server, guest, &link);
                Ok(service.server.ask(request).await?.1)
            });
            let figures = timed(joins, at_once).await?;
            rows.push(Row::new(data, stored, (operation(others), operation(0)), at_once, figures));
        }
    }
    Ok(())
}

fn operation(others: usize) -> String {
    format!("join by a link that {others} have joined by")
}

/// Signs in the guest of this number.
async fn guest(service: &Service, number: usize) -> Result<Session, Fault> {
    OURS.sign_in(&service.server, &format!("joins-{number}@example.com")).await
}

/// Lets the guests of these numbers join by the link, and waits until the background functions have
/// followed.
async fn fill(service: &Service, link: &Value, numbers: Range<usize>) -> Result<(), Fault> {
    let joins = stream::iter(numbers.clone()).map(async |number| {
        let guest = guest(service, number).await?;
        service.server.ask(OURS.accept(&service.server, &guest, link)).await
    });
    joins.buffer_unordered(FILLING).try_for_each(async |_| Ok(())).await?;
    eprintln!("{} people have joined by the link", numbers.end);
    service.settle(&format!("settled-joins-{}", numbers.end)).await
}
