//! The Lambda binary of `native-invite-page`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected_to_table().await;
    lambda_http::run(service_fn(|request| native_invite_page::handle(&service, request))).await
}
