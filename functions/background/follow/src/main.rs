//! The Lambda binary of `background-follow`.

use aws_lambda_events::event::dynamodb::Event;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::FollowService;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = FollowService::of_process()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| {
        background_follow::handle(&service, event.payload)
    }))
    .await
}
