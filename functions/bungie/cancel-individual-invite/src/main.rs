//! The Lambda binary of `bungie-cancel-individual-invite`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected().await;
    lambda_http::run(service_fn(|request| {
        bungie_cancel_individual_invite::handle(&service, request)
    }))
    .await
}
