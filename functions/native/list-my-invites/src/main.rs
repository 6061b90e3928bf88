//! The Lambda binary of `native-list-my-invites`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected_for(5).await;
    lambda_http::run(service_fn(|request| native_list_my_invites::handle(&service, request))).await
}
