//! The suppression list: the addresses that get no mail.
//!
//! An item names its address only by a keyed hash, so a stolen table names nobody. After a rotation of
//! the token key, an item is found under the previous key's hash too.

use aws_sdk_dynamodb::types::ReturnValue;

use super::keys::Key;
use super::{Store, StoreError, access, items, keys};
use crate::domain::email::EmailAddress;
use crate::domain::invite::Suppression;
use crate::domain::token::AddressHash;

impl Store {
    /// Returns the keys under which the address can be suppressed: first the one for new items.
    pub(super) fn suppression_keys(&self, address: &EmailAddress) -> Vec<Key> {
        self.token_keys.address_hashes(address).into_iter().map(keys::suppression).collect()
    }

    /// Adds the address to the list, unless it is there for this or a stronger reason.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn put_suppression(
        &self,
        address: &EmailAddress,
        suppression: Suppression,
    ) -> Result<(), StoreError> {
        match self.token_keys.address_hashes(address).into_iter().next() {
            Some(hash) => self.put_suppression_of(hash, suppression).await,
            None => Ok(()),
        }
    }

    /// Adds the address with this hash to the list, unless it is there for this or a stronger reason.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn put_suppression_of(
        &self,
        hash: AddressHash,
        suppression: Suppression,
    ) -> Result<(), StoreError> {
        let item = items::from_suppression(keys::suppression(hash), suppression)?;
        let mut put = self.put(item);
        let mut condition = "attribute_not_exists(pk)".to_owned();
        for (at, weaker) in suppression.reason.replaces().iter().enumerate() {
            condition += &format!(" OR reason = :weaker{at}");
            let value = access::value(weaker, "suppression")?;
            put = put.expression_attribute_values(format!(":weaker{at}"), value);
        }
        self.put_alone(put.condition_expression(condition)).await?;
        Ok(())
    }

    /// Returns why the address gets no mail, read consistently. `None` if it is not on the list.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn suppression(
        &self,
        address: &EmailAddress,
    ) -> Result<Option<Suppression>, StoreError> {
        let found = self.get_all(self.suppression_keys(address)).await?;
        let found: Result<Vec<_>, _> = found.into_values().map(items::to_suppression).collect();
        Ok(found?.into_iter().max_by_key(|suppression| suppression.reason))
    }

    /// Takes the address off the list, if it is there.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn delete_suppression(&self, address: &EmailAddress) -> Result<(), StoreError> {
        for key in self.suppression_keys(address) {
            let key = Some(key.into_item());
            let delete = self.client.delete_item().table_name(&self.table).set_key(key);
            delete.return_values(ReturnValue::None).send().await?;
        }
        Ok(())
    }
}
