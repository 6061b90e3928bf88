//! The Lambda binary of `native-request-renewal`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected().await;
    lambda_http::run(service_fn(|request| native_request_renewal::handle(&service, request))).await
}
