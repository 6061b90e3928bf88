//! The Lambda binary of `background-record-delivery`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use shared::StreamService;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = StreamService::of_process()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        let work = background_record_delivery::handle(&service, event.payload);
        async move { work.await.map_err(Error::from) }
    }))
    .await
}
