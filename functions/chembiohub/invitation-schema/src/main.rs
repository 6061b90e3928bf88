//! The Lambda binary of `chembiohub-invitation-schema`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected_to_issuer().await;
    lambda_http::run(service_fn(|request| chembiohub_invitation_schema::handle(&service, request)))
        .await
}
