//! The Lambda binary of `onezone-create-user-token`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?.connected_for(3).await;
    lambda_http::run(service_fn(|request| onezone_create_user_token::handle(&service, request)))
        .await
}
