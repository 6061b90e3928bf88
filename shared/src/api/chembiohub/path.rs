//! The API's paths: a namespace, an id, and perhaps a slash at the end.

use lambda_http::Request;

use super::failure::Failure;
use crate::domain::Invalid;
use crate::domain::ids::InviteId;
use crate::http::{no_further_path, path_parameter};
use crate::service::Service;

/// Refuses a path that is not below the deployment's namespace, and one that goes on behind the
/// slash at its end.
///
/// # Errors
/// 404.
pub fn at_namespace(service: &Service, request: &Request) -> Result<(), Failure> {
    let other = Invalid::new("unknown_namespace", "This deployment has another namespace.");
    let own =
        |text: &str| if text == service.api.chembiohub_namespace { Ok(()) } else { Err(other) };
    path_parameter(request, "namespace", own)?;
    Ok(no_further_path(request)?)
}

/// The id of the invitation that the path names.
///
/// # Errors
/// 404 for what can't be one.
pub fn detail_id(request: &Request) -> Result<InviteId, Failure> {
    Ok(path_parameter(request, "invitation", InviteId::parse)?)
}
