//! The Lambda binary of `native-reveal-link`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected().await;
    lambda_http::run(service_fn(|request| native_reveal_link::handle(&service, request))).await
}
