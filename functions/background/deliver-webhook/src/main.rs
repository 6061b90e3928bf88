//! The Lambda binary of `background-deliver-webhook`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::{QueueEvent, WebhookService};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = WebhookService::of_process()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<QueueEvent>| {
        background_deliver_webhook::handle(&service, event.payload)
    }))
    .await
}
