//! The state of the mails that the clock asks for after an invite's own: reminders, and one before the
//! expiry.

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// When reminders are due, in days after the invite's own mail was sent.
const REMINDER_DAYS: [i64; 3] = [2, 5, 10];

/// The reason of a suppressed reminder into a group that has turned them off since it was asked for.
pub const REMINDERS_OFF: &str = "reminders_off";

/// A mail that the clock asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimedMail {
    /// Reminds of an invite that nobody has answered.
    Reminder,
    /// Says that the invite expires soon.
    ExpiresSoon,
}

impl TimedMail {
    /// Returns the kind in one word, as the mail's tag names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::ExpiresSoon => "expires_soon",
        }
    }
}

/// The mails that the clock asked for since the invite's own mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timed {
    /// The kind of the last requested mail. `None` if that is the invite's own.
    pub last: Option<TimedMail>,
    /// When SES accepted the invite's own mail. Reminders count from here. `None` before that.
    pub own_sent_at: Option<Timestamp>,
    /// The number of reminders that were due, whether they were sent or left out.
    pub reminded: u32,
    /// The expiry that was announced, or whose announcement was left out.
    pub announced: Option<Timestamp>,
}

impl Timed {
    /// No mail was asked for by the clock, and none is due.
    pub const NONE: Self = Self { last: None, own_sent_at: None, reminded: 0, announced: None };

    /// Returns the same after SES accepted the last mail at `now`.
    pub(super) fn sent(self, now: Timestamp) -> Self {
        match self.last {
            None => Self { own_sent_at: Some(now), ..self },
            Some(TimedMail::Reminder | TimedMail::ExpiresSoon) => self,
        }
    }

    /// Returns when the next reminder is due. `None` after the last, and before the invite's own mail
    /// was sent.
    pub(super) fn next_reminder(self) -> Option<Timestamp> {
        let days = REMINDER_DAYS.get(usize::try_from(self.reminded).ok()?)?;
        self.own_sent_at.map(|sent| sent.plus(days * DAY))
    }

    /// Returns the same after this mail was due at `now`. Reminders that were missed meanwhile are
    /// not sent later.
    pub(super) fn passed(
        self,
        mail: TimedMail,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        match mail {
            TimedMail::Reminder => {
                let is_past = |days: &&i64| {
                    self.own_sent_at.is_some_and(|sent| sent.plus(**days * DAY) <= now)
                };
                let past = REMINDER_DAYS.iter().filter(is_past).map(|_| 1).sum::<u32>();
                Self { reminded: past.max(self.reminded + 1), ..self }
            }
            TimedMail::ExpiresSoon => Self { announced: expires_at, ..self },
        }
    }
}
