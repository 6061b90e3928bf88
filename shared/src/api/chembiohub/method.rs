//! The API's methods. The functions that answer GET get every other method too, to refuse it as
//! the original does.

use lambda_http::Request;
use lambda_http::http::Method;

use super::Failure;

/// Refuses every method but GET at the list. Nobody may replace invitations.
///
/// # Errors
/// `Unauthorized` for PUT, else `MethodNotAllowed`.
pub fn get_of_list(request: &Request) -> Result<(), Failure> {
    match *request.method() {
        Method::GET => Ok(()),
        Method::PUT => Err(Failure::Unauthorized),
        _ => Err(Failure::MethodNotAllowed("GET,POST,PUT")),
    }
}

/// Refuses every method but GET at one invitation. Nobody may change an invitation.
///
/// # Errors
/// `Unauthorized` for PUT, else `MethodNotAllowed`.
pub fn get_of_one(request: &Request) -> Result<(), Failure> {
    match *request.method() {
        Method::GET => Ok(()),
        Method::PUT => Err(Failure::Unauthorized),
        // The original lets POST through here only to say that it is not there.
        Method::POST => Err(Failure::MethodNotAllowed("GET,PUT")),
        _ => Err(Failure::MethodNotAllowed("GET,POST,PUT")),
    }
}
