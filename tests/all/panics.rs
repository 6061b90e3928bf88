//! A mistake that panics, in any door: the caller gets that door's 500, as for any other mistake of ours, and the next request is served.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::doors::{bungie, chembiohub, evanta, native, onezone, rownd};
use shared::engine::Refusal;
use shared::http::json;
use shared::store::StoreError;

/// As a mistake would: by a value that somebody sent, in the midst of the work.
async fn panics<E>() -> Result<Response<Body>, E> {
    tokio::task::yield_now().await;
    panic!("ada@example.com")
}

fn mistake() -> Refusal {
    Refusal::Internal(StoreError::Refused("ValidationException".into()))
}

macro_rules! door {
    ($door:ident, $failure:ty $(, $request:expr)?) => {{
        let name = stringify!($door);
        let Ok(mistaken) = $door::respond($($request,)? async { Err(<$failure>::from(mistake())) }).await;
        let Ok(panicked) = $door::respond($($request,)? panics()).await;
        assert_eq!(panicked.status(), StatusCode::INTERNAL_SERVER_ERROR, "{name}");
        assert_eq!(panicked.headers(), mistaken.headers(), "{name}");
        assert_eq!(format!("{:?}", panicked.body()), format!("{:?}", mistaken.body()), "{name}");
        let Ok(next) = $door::respond($($request,)? async { Ok(json(StatusCode::OK, &7)) }).await;
        assert_eq!(next.status(), StatusCode::OK, "{name}");
        name
    }};
}

#[tokio::test]
async fn a_panic_is_every_doors_own_500() {
    let request = Request::default();
    let mut walked = [
        door!(native, native::Problem, &request),
        door!(evanta, evanta::Failure, &request),
        door!(rownd, rownd::Failure),
        door!(onezone, onezone::Failure),
        door!(chembiohub, chembiohub::Failure, &request),
        door!(bungie, bungie::Failure),
    ];
    walked.sort_unstable();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/doors");
    let mut doors = tests::events::names_in(&folder);
    doors.retain(|name| folder.join(name).is_dir());
    assert!(doors.iter().eq(walked.iter()), "shared/src/doors has {doors:?}, and {walked:?} were looked at");
}
