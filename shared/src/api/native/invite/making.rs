//! How a request to invite is carried out: for real or not, and once under its key.

use lambda_http::Request;
use sha2::{Digest, Sha256};

use crate::domain::Invalid;
use crate::domain::idempotency::IdempotencyKey;
use crate::engine::{Making, Repeatable};
use crate::http::{RequestError, entropy, known_query, media_type, query_parameter, raw_body};

/// The header with the client's key.
const KEY: &str = "idempotency-key";

/// Reads the query parameter `dry_run` and the header `Idempotency-Key`. A key belongs to one body.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value, `InvalidBody` for an invalid key.
pub fn making(request: &Request) -> Result<Making, RequestError> {
    known_query(request, &["dry_run"])?;
    let dry_run = match query_parameter(request, "dry_run").as_slice() {
        [] => false,
        [word] if word == "true" => true,
        [word] if word == "false" => false,
        _ => return Err(RequestError::InvalidQuery("dry_run", "Give true or false.")),
    };
    Ok(Making { entropy: entropy(), dry_run, repeatable: repeatable(request)? })
}

fn repeatable(request: &Request) -> Result<Option<Repeatable>, RequestError> {
    let mut given = request.headers().get_all(KEY).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let invalid = |invalid: Invalid| RequestError::field("", invalid);
    let twice = Invalid::new("repeated_header", "Send the header Idempotency-Key once.");
    if given.next().is_some() {
        return Err(invalid(twice));
    }
    let key = IdempotencyKey::parse(first.to_str().unwrap_or_default()).map_err(invalid)?;
    let mut content = Sha256::new_with_prefix(media_type(request).unwrap_or_default());
    content.update([0]);
    content.update(raw_body(request, usize::MAX)?);
    Ok(Some(Repeatable { key, content: content.finalize().into() }))
}
