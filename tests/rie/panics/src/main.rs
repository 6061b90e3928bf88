//! A function that is never deployed. It answers through the API that the first path segment names,
//! and panics if the path ends in `/panic`. The emulator's run checks how each API answers a panic,
//! and that the next request succeeds.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Error, Request, Response, service_fn};
use shared::Service;
use shared::api::{bungie, chembiohub, evanta, native, onezone, rownd};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let _service = Service::of_process()?;
    lambda_http::run(service_fn(async |request: Request| {
        match request.uri().path().split('/').nth(1) {
            Some("bungie") => bungie::respond(&request, answer(&request)).await,
            Some("chembiohub") => chembiohub::respond(&request, answer(&request)).await,
            Some("evanta") => evanta::respond(&request, answer(&request)).await,
            Some("onezone") => onezone::respond(&request, answer(&request)).await,
            Some("rownd") => rownd::respond(&request, answer(&request)).await,
            _ => native::respond(&request, answer(&request)).await,
        }
    }))
    .await
}

async fn answer<E>(request: &Request) -> Result<Response<Body>, E> {
    // Panics like a real bug: on a value that a user sent.
    let number: Result<u32, String> = if request.uri().path().ends_with("/panic") {
        Err("ada@example.com".into())
    } else {
        Ok(7)
    };
    #[expect(clippy::unwrap_used, reason = "this is the panic under test")]
    let number = number.unwrap();
    Ok(shared::http::json(StatusCode::OK, &number))
}
