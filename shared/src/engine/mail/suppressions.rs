//! The suppression list: recipients unsubscribe, and apps with the scope `suppressions:write` see why an address gets no mail, and
//! allow it again.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::invite::{Suppression, SuppressionReason};
use crate::engine::{Denied, Engine, Fault, Outcome, Scope};

impl Engine {
    /// Returns why the address gets no mail. `None` if it is not suppressed.
    ///
    /// # Errors
    /// `Denied::InsufficientScope` without `suppressions:write`, `Fault`.
    pub async fn suppression(
        &self,
        caller: &Caller,
        address: &EmailAddress,
    ) -> Outcome<Option<Suppression>> {
        require_scope(caller)?;
        Ok(self.store.suppression(address).await?)
    }

    /// Allows mails to the address again. Nothing changes if it is not suppressed.
    ///
    /// # Errors
    /// `Denied::InsufficientScope` without `suppressions:write`, `Fault`.
    pub async fn allow_mails(&self, caller: &Caller, address: &EmailAddress) -> Outcome<()> {
        require_scope(caller)?;
        Ok(self.store.delete_suppression(address).await?)
    }

    /// Returns the link that ends the mails to this address (RFC 8058), under `public_url`.
    pub(crate) fn unsubscribe_link(&self, address: &EmailAddress, public_url: &str) -> String {
        format!("{public_url}/unsubscribe/{}", self.tokens.unsubscribe_token(address).expose())
    }

    /// Returns whether the token of a mail can end the mails to its address. Reads nothing.
    pub fn knows_unsubscribe_token(&self, token: &str) -> bool {
        self.tokens.unsubscribed(token).is_some()
    }

    /// Ends the mails to the address of the token. Its invites stand. Returns whether the token is
    /// known; repeating it changes nothing.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn unsubscribe(&self, token: &str, now: Timestamp) -> Result<bool, Fault> {
        let Some(hash) = self.tokens.unsubscribed(token) else { return Ok(false) };
        let suppression = Suppression { reason: SuppressionReason::Unsubscribed, created_at: now };
        self.store.put_suppression_of(hash, suppression).await?;
        Ok(true)
    }
}

fn require_scope(caller: &Caller) -> Outcome<()> {
    if caller.has_scope(Scope::SuppressionsWrite.as_str()) {
        Ok(())
    } else {
        Err(Denied::InsufficientScope(Scope::SuppressionsWrite).into())
    }
}
