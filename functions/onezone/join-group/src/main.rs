//! The Lambda binary of `onezone-join-group`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?;
    lambda_http::run(service_fn(|request| onezone_join_group::handle(&service, request))).await
}
