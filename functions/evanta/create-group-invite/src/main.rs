//! The Lambda binary of `evanta-create-group-invite`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected_for(6).await;
    lambda_http::run(service_fn(|request| evanta_create_group_invite::handle(&service, request)))
        .await
}
