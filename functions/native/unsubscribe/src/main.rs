//! The Lambda binary of `native-unsubscribe`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?;
    lambda_http::run(service_fn(|request| native_unsubscribe::handle(&service, request))).await
}
