//! The Lambda binary of `rownd-update-invite`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?;
    lambda_http::run(service_fn(|request| rownd_update_invite::handle(&service, request))).await
}
