//! The suppression list.

use lambda_http::Request;
use serde::Serialize;

use super::Instant;
use crate::domain::email::EmailAddress;
use crate::domain::invite::{Suppression, SuppressionReason};
use crate::http::{RequestError, path_parameter};

/// The reason why an address gets no mail.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuppressionBody<'a> {
    /// Always `suppression`.
    object: &'static str,
    /// The address, as the request names it.
    email: &'a str,
    /// `bounced` if a mail to it bounced for good, `unsubscribed` if a mail's
    /// one-click unsubscription was used, `complained` if its owner called a mail spam.
    reason: SuppressionReason,
    /// When the address was suppressed.
    created_at: Instant,
}

impl<'a> SuppressionBody<'a> {
    /// Renders the entry of this address.
    pub fn new(address: &'a EmailAddress, suppression: Suppression) -> Self {
        let Suppression { reason, created_at } = suppression;
        let email = address.as_str();
        Self { object: "suppression", email, reason, created_at: created_at.into() }
    }
}

/// Returns the address that the path names.
///
/// # Errors
/// `UnknownPath` or `HiddenInPath` if it is not an address.
pub fn address_of_path(request: &Request) -> Result<EmailAddress, RequestError> {
    path_parameter(request, "email", EmailAddress::parse)
}
