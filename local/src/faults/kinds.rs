//! The kinds of faults.

use serde::{Deserialize, Serialize};

/// A fault of SES, or of the way of a mail after SES.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SesFault {
    /// It is asked too often.
    Throttle,
    /// It has an error of its own.
    Fail,
    /// Sending is paused for the account.
    Pause,
    /// The sender is not verified.
    Unverified,
    /// It refuses the recipient.
    Reject,
    /// It takes the mail, and answers when nobody waits any more.
    TimeOut,
    /// It takes the mail, and the connection breaks before the answer.
    Reset,
    /// It takes the mail, and its answer is not readable.
    Unreadable,
    /// It takes the mail, and the recipient's server refuses it for good.
    Bounce,
    /// It takes the mail, and the recipient's server refuses it for a reason that may pass.
    SoftBounce,
    /// It delivers the mail, and the recipient calls it spam.
    Complain,
    /// It takes the mail, and the recipient's server does not take it yet.
    Delay,
}

impl SesFault {
    /// Returns whether SES takes the mail in spite of the fault.
    pub(crate) fn takes_mail(self) -> bool {
        match self {
            Self::TimeOut
            | Self::Reset
            | Self::Unreadable
            | Self::Bounce
            | Self::SoftBounce
            | Self::Complain
            | Self::Delay => true,
            Self::Throttle | Self::Fail | Self::Pause | Self::Unverified | Self::Reject => false,
        }
    }
}

/// A fault of DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TableFault {
    /// It is asked too often, and carries out nothing.
    Throttle,
    /// It has an error of its own, and carries out nothing.
    Fail,
    /// It carries out nothing, and answers when nobody waits any more.
    TimeOut,
    /// A write meets another write of the same item, and is not carried out.
    Conflict,
    /// It carries the request out, and then has an error of its own.
    FailAfter,
    /// It carries the request out, and answers when nobody waits any more.
    TimeOutAfter,
    /// It carries the request out, and the connection breaks before the answer.
    ResetAfter,
}

/// The operations on items that functions use. A scan is left to those who look at the table.
const OF_ITEMS: [&str; 9] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// The operations that conflict with another write.
const CONFLICTING: [&str; 4] = ["DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"];

impl TableFault {
    /// Returns whether a request of this operation can meet the fault, by an order for the operation
    /// `to`. An order for none is for every operation on items.
    pub(crate) fn is_for(self, operation: &str, to: Option<&str>) -> bool {
        let is_meant = match to {
            Some(to) => to == operation,
            None => OF_ITEMS.contains(&operation),
        };
        let can_meet = match self {
            Self::Conflict => CONFLICTING.contains(&operation),
            Self::Throttle
            | Self::Fail
            | Self::TimeOut
            | Self::FailAfter
            | Self::TimeOutAfter
            | Self::ResetAfter => true,
        };
        is_meant && can_meet
    }
}

/// A fault of a function's invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FunctionFault {
    /// It ends at a random one of the points at which it waits for a call.
    Kill,
    /// It runs twice with the same event, and the answer of the first run is lost.
    Repeat,
}
