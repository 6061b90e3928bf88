//! The Lambda binary of `chembiohub-list-invitations`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected().await;
    lambda_http::run(service_fn(|request| chembiohub_list_invitations::handle(&service, request)))
        .await
}
