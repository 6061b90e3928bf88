//! The Lambda binary of `chembiohub-list-endpoints`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?;
    lambda_http::run(service_fn(|request| chembiohub_list_endpoints::handle(&service, request)))
        .await
}
