//! Reads the records of the table's stream.

use crate::domain::change::ChangeRecord;
use crate::domain::digest::DigestId;
use crate::domain::token::TokenSubject;
use crate::store;

/// Returns the generation of an invite that the new image of a stream record is of.
///
/// `None` if the image is not of a readable invite. Redelivery does not repair such a record.
pub fn invite_of(new_image: serde_dynamo::Item) -> Option<TokenSubject> {
    store::invite_subject(new_image)
}

/// Returns the mail to an inviter that the new image of a stream record is of. `None` if it is not of
/// one.
pub fn digest_of(new_image: serde_dynamo::Item) -> Option<DigestId> {
    store::digest_id(new_image)
}

/// Returns what a stream record tells, from its images. An empty image means that there was no item.
/// `mark` identifies the record.
///
/// # Errors
/// [`Unreadable`], with the reason. Redelivery does not repair such a record.
pub fn change_record_of(
    old_image: serde_dynamo::Item,
    new_image: serde_dynamo::Item,
    mark: &str,
) -> Result<ChangeRecord, Unreadable> {
    store::change_record(old_image, new_image, mark).map_err(|error| Unreadable(error.to_string()))
}

/// A stream record with an image that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);
