//! A function whose handler answers through the API that its path begins with, and panics where the
//! path ends in `/panic`. Never deployed: the emulator's run shows by it what a panic of any
//! handler is answered with, and that the next request is served.

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
    // As a mistake would: by a value that somebody sent.
    let number: Result<u32, String> = if request.uri().path().ends_with("/panic") {
        Err("ada@example.com".into())
    } else {
        Ok(7)
    };
    #[expect(clippy::unwrap_used, reason = "this is the panic that is looked at")]
    let number = number.unwrap();
    Ok(shared::http::json(StatusCode::OK, &number))
}
