//! Mails.

use model::{Delivery, LeftOut};

use crate::{examples, explore, is_full};

/// Two mails to one mailbox, which gets one a day.
pub(crate) fn small() -> Delivery {
    Delivery {
        most_mails: 1,
        most_tries: 2,
        resends: 0,
        most_runs: 2,
        crashes: 1,
        waits: 2,
        without: LeftOut::NONE,
    }
}

#[test]
fn mails_hold_in_every_order_of_calls() {
    let mut shown = explore("two mails and one place", small());
    let resent = Delivery { most_mails: 3, resends: 1, crashes: 0, waits: 0, ..small() };
    shown.extend(explore("a resend beside two mails", resent));
    assert_eq!(shown, examples(&small()), "each end is reached");
}

#[test]
fn mails_hold_within_the_full_bounds() {
    if is_full() {
        let all = Delivery { most_mails: 3, resends: 1, crashes: 1, waits: 0, ..small() };
        explore("a resend beside two mails and a crash", all);
    }
}
