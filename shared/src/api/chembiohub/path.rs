//! Reads the API's paths: a namespace, an id, and an optional slash at the end.

use lambda_http::Request;

use super::failure::Failure;
use crate::domain::Invalid;
use crate::domain::ids::InviteId;
use crate::domain::invisible::trim;
use crate::http::{no_further_path, path_parameter};
use crate::service::Service;

/// Refuses a path outside the deployment's namespace, and a path that continues after its final
/// slash.
///
/// # Errors
/// `NotFound`.
pub fn at_namespace(service: &Service, request: &Request) -> Result<(), Failure> {
    let other = Invalid::new("unknown_namespace", "This deployment has another namespace.");
    let own = |text: &str| {
        if trim(text) == service.api.chembiohub_namespace { Ok(()) } else { Err(other) }
    };
    path_parameter(request, "namespace", own)?;
    Ok(no_further_path(request)?)
}

/// Returns the id of the invitation in the path.
///
/// # Errors
/// `NotFound` if it is not a valid id.
pub fn detail_id(request: &Request) -> Result<InviteId, Failure> {
    Ok(path_parameter(request, "invitation", InviteId::parse)?)
}
