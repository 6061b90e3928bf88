//! Measures one group with many pending invites.

use super::growth::AT_ONCE;
use super::place::{Place, made};
use super::rows::Row;
use super::service::Service;
use crate::fault::Fault;

/// The name of the group.
const GROUP: &str = "crowded";
/// The number of the first stored invite. It is above those of the steps.
const FIRST: usize = 1_000_000_000;

/// A group that the measured invites fill up.
pub(super) struct Crowd {
    /// The number of its pending invites at the end.
    full: usize,
    /// The number that is stored before.
    before: usize,
    requests: usize,
}

/// Returns the crowd of this size; `None` for 0.
///
/// # Errors
/// A `Fault` if the measured invites alone are more.
pub(super) fn of(full: usize, requests: usize) -> Result<Option<Crowd>, Fault> {
    if full == 0 {
        return Ok(None);
    }
    let measured = AT_ONCE.len() * made(requests);
    let before = full.checked_sub(measured);
    let before = before.ok_or_else(|| format!("a crowd needs at least {measured} invites"))?;
    Ok(Some(Crowd { full, before, requests }))
}

impl Crowd {
    /// Fills the group, measures the three operations in it, and adds their rows.
    pub(super) async fn measure(
        &self,
        service: &Service,
        data: &str,
        stored: usize,
        rows: &mut Vec<Row>,
    ) -> Result<(), Fault> {
        service.filled_group(GROUP, FIRST..FIRST + self.before).await?;
        service.settle("settled-crowd").await?;
        for at_once in AT_ONCE {
            let (groups, listed) = (vec![GROUP.to_owned()], vec![GROUP.to_owned()]);
            let suffix = format!(", in a group of {} pending", self.full);
            let place = Place { stored, at_once, groups, listed, suffix };
            rows.extend(place.measure(service, data, self.requests).await?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_measured_invites_fill_the_crowd_up() {
        // At each of the two numbers of concurrent requests, 400 creates and 100 accepts.
        let crowd = of(10_000, 400).unwrap().unwrap();
        assert_eq!((crowd.full, crowd.before), (10_000, 9000));
        assert_eq!(of(1000, 400).unwrap().unwrap().before, 0);
        assert!(of(999, 400).is_err());
        assert!(of(0, 400).unwrap().is_none());
    }
}
