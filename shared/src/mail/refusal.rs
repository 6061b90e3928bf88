//! What an error of SES means for the mail: whether the same mail can be sent later.

use crate::domain::invite::Wait;

/// The longest message of SES that is read. Documented ones have a few hundred characters.
const MAX_MESSAGE: usize = 4_096;

/// The reason why a mail was not sent, as far as that is known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// SES refuses the recipient or the message. Another try cannot succeed.
    #[error("SES refuses the mail: {0}")]
    Permanent(&'static str),
    /// SES did not take the mail: it is throttled, paused or not reachable, or does not know the
    /// sender yet. Another try may succeed.
    #[error("SES cannot accept the mail now: {code}")]
    Refused {
        /// Why the mail has to wait.
        why: Wait,
        /// SES's error code, or the stage that the request reached.
        code: String,
    },
    /// SES may have taken the mail, because its answer was late, lost or not readable.
    #[error("it is unknown whether SES took the mail: {0}")]
    Unknown(String),
}

/// Returns the meaning of an error code of SES, with the message beside it. `from` is the sender:
/// an address, or a display name and an address in angle brackets.
///
/// Only two codes can be about the mail itself. All others are about the account, the sender, the
/// configuration set or the moment: they end when someone repairs the deployment.
///
/// `MessageRejected` has no typed reason. SES answers with it for a recipient that it refuses, and
/// also for a sender that is not verified yet ("Email address is not verified. The following
/// identities failed the check in region REGION: identity0, identity1") and for a paused account
/// ("Sending paused for this account."). So this is the one place that reads a text of AWS
/// (<https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html>). The text is never
/// logged, because it names addresses.
pub(super) fn refusal(code: &str, message: Option<&str>, from: &str) -> SendError {
    let message = message.unwrap_or_default();
    let why = match code {
        "MessageRejected" | "BadRequestException" if names_sender(message, from) => {
            Wait::SenderNotVerified
        }
        "MessageRejected" if names_account(message) => Wait::SendingPaused,
        "MessageRejected" => return SendError::Permanent("rejected"),
        "BadRequestException" => return SendError::Permanent("bad_request"),
        "MailFromDomainNotVerifiedException" => Wait::SenderNotVerified,
        "SendingPausedException"
        | "AccountSendingPausedException"
        | "AccountSuspendedException"
        | "ConfigurationSetSendingPausedException" => Wait::SendingPaused,
        "TooManyRequestsException"
        | "LimitExceededException"
        | "ThrottlingException"
        | "Throttling" => Wait::Throttled,
        _ => Wait::Unavailable,
    };
    SendError::Refused { why, code: code.to_owned() }
}

/// Returns whether the message names the sender's address, its domain, or the ARN of one of them.
///
/// Each name in the message is compared whole, so a recipient at the sender's domain is not the
/// sender.
fn names_sender(message: &str, from: &str) -> bool {
    let address = from.rsplit_once('<').map_or(from, |(_, rest)| rest.trim_end_matches('>')).trim();
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    bounded(message).split(separates_names).any(|word| {
        let name = word.rsplit_once(":identity/").map_or(word, |(_, name)| name);
        let name = name.trim_matches(['.', ':']);
        [address, domain].iter().any(|own| !own.is_empty() && own.eq_ignore_ascii_case(name))
    })
}

/// Returns whether the message is about the whole account: "Sending paused for this account", or
/// "suspended".
fn names_account(message: &str) -> bool {
    bounded(message).to_ascii_lowercase().contains("for this account")
}

fn bounded(message: &str) -> &str {
    let end = (0..=MAX_MESSAGE.min(message.len())).rev().find(|end| message.is_char_boundary(*end));
    &message[..end.unwrap_or_default()]
}

/// Returns whether this character separates names in a message.
fn separates_names(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';' | '<' | '>' | '"' | '\'' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "invitations@example.com";

    fn unverified(names: &str) -> String {
        format!(
            "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: {names}"
        )
    }

    fn is_transient(code: &str, message: &str, from: &str) -> bool {
        matches!(refusal(code, Some(message), from), SendError::Refused { .. })
    }

    fn why(code: &str, message: &str) -> Option<Wait> {
        match refusal(code, Some(message), FROM) {
            SendError::Refused { why, .. } => Some(why),
            SendError::Permanent(_) | SendError::Unknown(_) => None,
        }
    }

    #[test]
    fn a_waiting_mail_has_a_reason_that_its_sender_understands() {
        for (code, message, reason) in [
            ("TooManyRequestsException", "", Wait::Throttled),
            ("LimitExceededException", "", Wait::Throttled),
            ("SendingPausedException", "", Wait::SendingPaused),
            ("MessageRejected", "Sending paused for this account.", Wait::SendingPaused),
            ("MessageRejected", &unverified(FROM), Wait::SenderNotVerified),
            ("MailFromDomainNotVerifiedException", "", Wait::SenderNotVerified),
            ("InternalServiceErrorException", "", Wait::Unavailable),
            ("AccessDeniedException", "", Wait::Unavailable),
            ("AnythingNew", "", Wait::Unavailable),
        ] {
            assert_eq!(why(code, message), Some(reason), "{code}");
        }
    }

    #[test]
    fn a_sender_that_is_not_verified_is_transient() {
        for names in [
            FROM,
            "example.com",
            "Invitations@Example.COM",
            "ada@other.example, invitations@example.com",
            "invitations@example.com, ada@other.example",
            "Beckon <invitations@example.com>",
            "\"Bär, Beckon\" <invitations@example.com>, ada@other.example",
            "arn:aws:ses:eu-central-1:123456789012:identity/invitations@example.com",
            "arn:aws:ses:eu-central-1:123456789012:identity/example.com.",
        ] {
            for from in
                [FROM, "Beckon <invitations@example.com>", "\"B, <x>\" <invitations@example.com>"]
            {
                assert!(
                    is_transient("MessageRejected", &unverified(names), from),
                    "{names} {from}"
                );
                assert!(is_transient("BadRequestException", &unverified(names), from), "{names}");
            }
        }
    }

    #[test]
    fn a_refused_recipient_is_permanent_even_at_the_senders_domain() {
        for message in [
            unverified("ada@other.example"),
            unverified("ada@example.com"),
            unverified("more-invitations@example.com"),
            unverified("invitations@example.com.evil.example"),
            unverified("sub.example.com"),
            "Address is on the suppression list".into(),
            "Message contains a virus.".into(),
            "No.".into(),
            String::new(),
        ] {
            assert!(!is_transient("MessageRejected", &message, FROM), "{message}");
            assert!(!is_transient("BadRequestException", &message, FROM), "{message}");
        }
        assert!(matches!(refusal("MessageRejected", None, FROM), SendError::Permanent("rejected")));
    }

    #[test]
    fn a_paused_account_and_every_other_code_are_transient() {
        for message in [
            "Sending paused for this account. For more information, please check the inbox.",
            "Sending suspended for this account",
        ] {
            assert!(is_transient("MessageRejected", message, FROM), "{message}");
        }
        for code in [
            "MailFromDomainNotVerifiedException",
            "ConfigurationSetDoesNotExistException",
            "ConfigurationSetSendingPausedException",
            "AccountSendingPausedException",
            "AccountSuspendedException",
            "SendingPausedException",
            "NotFoundException",
            "LimitExceededException",
            "TooManyRequestsException",
            "AccessDeniedException",
            "InternalServiceErrorException",
            "AnythingNew",
        ] {
            assert!(is_transient(code, "ada@other.example", FROM), "{code}");
        }
    }

    #[test]
    fn no_address_reaches_the_log() {
        for message in [unverified(FROM), unverified("ada@other.example")] {
            let shown = refusal("MessageRejected", Some(&message), FROM).to_string();
            assert!(!shown.contains('@'), "{shown}");
        }
    }

    #[test]
    fn a_long_message_is_read_up_to_its_bound() {
        let long = format!("{}{FROM}", "ä ".repeat(MAX_MESSAGE));
        assert!(!is_transient("MessageRejected", &long, FROM));
    }

    #[test]
    fn a_sender_without_an_address_names_nothing() {
        assert!(!is_transient("MessageRejected", "a  b", ""));
        assert!(!is_transient("MessageRejected", "a  b", "@"));
    }
}
