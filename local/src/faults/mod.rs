//! Orders to fail. A person or a test gives them to the local SES, to the embedded DynamoDB and to the
//! functions (docs/adr/0043).

mod kinds;

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

pub(crate) use kinds::{FunctionFault, SesFault, TableFault};

/// A probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
struct Chance(f64);

impl TryFrom<f64> for Chance {
    type Error = &'static str;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err("must be from 0 to 1") }
    }
}

impl From<Chance> for f64 {
    fn from(chance: Chance) -> Self {
        chance.0
    }
}

impl Chance {
    /// Returns whether this random number is within the chance.
    fn includes(self, random: u64) -> bool {
        // The upper 53 bits are an exact fraction of a float.
        let fraction = (random >> 11) as f64 / (1_u64 << 53) as f64;
        fraction < self.0
    }
}

/// An order to fail, of the kinds `F`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order<F> {
    /// The fault.
    fault: F,
    /// What the fault is for: a recipient of mails, an operation of the table, or a function's logical
    /// id. `None` for all.
    to: Option<String>,
    /// The number of calls that still meet the fault. `None` for no limit.
    times: Option<u32>,
    /// The chance of each call to meet the fault. `None` if each does.
    chance: Option<Chance>,
    /// The seed of the chance. The same calls with the same seed meet the same faults.
    #[serde(default)]
    seed: u64,
    /// The number of calls that have met the fault.
    #[serde(default, skip_deserializing)]
    met: u32,
    /// The number of random numbers that were used.
    #[serde(skip)]
    drawn: u64,
}

impl<F> Order<F> {
    /// Returns whether the next call that the order is for meets its fault.
    fn strikes(&mut self) -> bool {
        if self.times == Some(0) {
            return false;
        }
        match self.chance {
            None => true,
            Some(chance) => chance.includes(self.draw()),
        }
    }

    /// Returns the next random number.
    fn draw(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        mixed(self.seed.wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }
}

/// Mixes the bits of a number (SplitMix64).
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A fault that a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Met<F> {
    /// The fault.
    pub(crate) fault: F,
    /// A random number for what the fault leaves open. It follows from the order's seed.
    pub(crate) random: u64,
}

/// The orders to one service, in the order in which they were given.
#[derive(Debug)]
pub(crate) struct Orders<F>(Mutex<Vec<Order<F>>>);

impl<F> Default for Orders<F> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<F: Copy> Orders<F> {
    /// Adds an order.
    pub(crate) fn add(&self, order: Order<F>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(order);
    }

    /// Returns all orders.
    pub(crate) fn all(&self) -> Vec<Order<F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets all orders.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns the fault that a call meets: that of the first order that is for the call and strikes.
    /// `is_for` gets an order's fault and what the order is for.
    pub(crate) fn met_by(&self, is_for: impl Fn(F, Option<&str>) -> bool) -> Option<Met<F>> {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut meant = orders.iter_mut().filter(|order| is_for(order.fault, order.to.as_deref()));
        let order = meant.find_map(|order| order.strikes().then_some(order))?;
        order.times = order.times.map(|times| times.saturating_sub(1));
        order.met = order.met.saturating_add(1);
        Some(Met { fault: order.fault, random: order.draw() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str) -> Order<SesFault> {
        serde_json::from_str(text).unwrap()
    }

    fn to<'a>(recipient: &'a str) -> impl Fn(SesFault, Option<&str>) -> bool + 'a {
        move |_, to| to.is_none_or(|to| to == recipient)
    }

    #[test]
    fn an_order_is_for_its_recipient_and_as_often_as_it_says() {
        let faults = Orders::default();
        let met = |name: &str| {
            faults.met_by(to(&format!("{name}@example.com"))).map(|met: Met<SesFault>| met.fault)
        };
        assert_eq!(met("ada"), None);
        faults.add(order(r#"{"fault": "time_out", "to": "ada@example.com", "times": 2}"#));
        faults.add(order(r#"{"fault": "pause", "times": 1}"#));
        assert_eq!(met("ada"), Some(SesFault::TimeOut));
        assert_eq!(met("eve"), Some(SesFault::Pause));
        assert_eq!(met("eve"), None);
        assert_eq!(met("ada"), Some(SesFault::TimeOut));
        assert_eq!(met("ada"), None);
        assert_eq!(faults.all().iter().map(|order| order.met).collect::<Vec<_>>(), [2, 1]);
        faults.add(order(r#"{"fault": "reject"}"#));
        faults.clear();
        assert_eq!(met("ada"), None);
    }

    #[test]
    fn a_chance_strikes_about_as_often_as_it_says_and_follows_from_its_seed() {
        let struck = |seed: u64| {
            let faults = Orders::default();
            faults.add(order(&format!(r#"{{"fault": "fail", "chance": 0.2, "seed": {seed}}}"#)));
            (0..1_000).map(|_| faults.met_by(|_, _| true).is_some()).collect::<Vec<_>>()
        };
        let first = struck(7);
        assert_eq!(first, struck(7));
        assert_ne!(first, struck(8));
        let times = first.into_iter().filter(|is_struck| *is_struck).count();
        assert!((150..250).contains(&times), "{times} of 1000");
        let never = Orders::default();
        never.add(order(r#"{"fault": "fail", "chance": 0}"#));
        assert!((0..100).all(|_| never.met_by(|_, _| true).is_none()));
    }

    #[test]
    fn a_chance_that_fails_leaves_the_call_to_the_next_order() {
        let faults = Orders::default();
        faults.add(order(r#"{"fault": "fail", "chance": 0}"#));
        faults.add(order(r#"{"fault": "throttle"}"#));
        assert_eq!(faults.met_by(|_, _| true).map(|met| met.fault), Some(SesFault::Throttle));
    }

    #[test]
    fn an_unknown_order_is_refused() {
        for text in [
            r#"{"fault": "explode"}"#,
            r#"{"fault": "fail", "two": 2}"#,
            r#"{"fault": "fail", "met": 1}"#,
            r#"{"fault": "fail", "chance": 1.5}"#,
            r#"{"fault": "fail", "chance": -0.1}"#,
        ] {
            assert!(serde_json::from_str::<Order<SesFault>>(text).is_err(), "{text}");
        }
    }
}
