//! Reads the records of the table's stream.

use crate::domain::token::TokenSubject;
use crate::store;

/// Returns the generation of an invite that the new image of a stream record is of.
///
/// `None` if the image is not of a readable invite. Redelivery does not repair such a record.
pub fn invite_of(new_image: serde_dynamo::Item) -> Option<TokenSubject> {
    store::invite_subject(new_image)
}
