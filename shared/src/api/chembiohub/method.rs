//! Refuses HTTP methods as the original does. The functions that answer GET receive every other
//! method too.

use lambda_http::Request;
use lambda_http::http::Method;

use super::failure::{Failure, METHODS};

/// Refuses every method except GET on the list.
///
/// # Errors
/// `Unauthorized` for PUT, because nobody may replace invitations. `MethodNotAllowed` for the
/// others.
pub fn get_of_list(request: &Request) -> Result<(), Failure> {
    match *request.method() {
        Method::GET => Ok(()),
        Method::PUT => Err(Failure::Unauthorized),
        _ => Err(Failure::MethodNotAllowed(METHODS.into())),
    }
}

/// Refuses every method except GET on one invitation.
///
/// # Errors
/// `Unauthorized` for PUT, because nobody may change an invitation. `MethodNotAllowed` for the
/// others.
pub fn get_of_one(request: &Request) -> Result<(), Failure> {
    match *request.method() {
        Method::GET => Ok(()),
        Method::PUT => Err(Failure::Unauthorized),
        // For POST, the original's `Allow` lacks POST.
        Method::POST => Err(Failure::MethodNotAllowed("GET,PUT".into())),
        _ => Err(Failure::MethodNotAllowed(METHODS.into())),
    }
}
