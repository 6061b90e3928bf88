//! The Lambda binary of `background-tick`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::{ScheduledEvent, StreamService};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = StreamService::of_process()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<ScheduledEvent>| {
        let work = background_tick::handle(&service, event.payload);
        async move { work.await.map_err(Error::from) }
    }))
    .await
}
