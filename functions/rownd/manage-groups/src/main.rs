//! The Lambda binary of `rownd-manage-groups`.

use lambda_http::{Error, service_fn};
use shared::Service;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let service = Service::of_process()?;
    lambda_http::run(service_fn(|request| rownd_manage_groups::handle(&service, request))).await
}
