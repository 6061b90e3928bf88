//! The Lambda binary of `background-send-mail`.

use aws_lambda_events::event::dynamodb::Event;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::MailService;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = MailService::of_process()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| {
        background_send_mail::handle(&service, event.payload)
    }))
    .await
}
