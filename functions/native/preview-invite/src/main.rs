//! The Lambda binary of `native-preview-invite`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected_to_table().await;
    lambda_http::run(service_fn(|request| native_preview_invite::handle(&service, request))).await
}
