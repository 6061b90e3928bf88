//! The Lambda binary of `native-list-group-invites`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected_for(2).await;
    lambda_http::run(service_fn(|request| native_list_group_invites::handle(&service, request)))
        .await
}
