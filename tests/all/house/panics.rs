//! Panics at every API: the caller gets the API's 500, as for any internal fault, and the next
//! request is served.

use ::harness::panics;
use lambda_http::Request;
use lambda_http::http::StatusCode;
use shared::api::{bungie, chembiohub, evanta, native, onezone, rownd};
use shared::engine::Fault;
use shared::http::json;
use shared::store::StoreError;

/// Returns an internal fault.
fn internal() -> Fault {
    StoreError::Refused("ValidationException".into()).into()
}

macro_rules! api {
    ($api:ident, $failure:ty, $request:expr) => {{
        let name = stringify!($api);
        let Ok(failed) = $api::respond($request, async { Err(<$failure>::from(internal())) }).await;
        let Ok(panicked) = $api::respond($request, panics()).await;
        assert_eq!(panicked.status(), StatusCode::INTERNAL_SERVER_ERROR, "{name}");
        assert_eq!(panicked.headers(), failed.headers(), "{name}");
        assert_eq!(format!("{:?}", panicked.body()), format!("{:?}", failed.body()), "{name}");
        let Ok(next) = $api::respond($request, async { Ok(json(StatusCode::OK, &7)) }).await;
        assert_eq!(next.status(), StatusCode::OK, "{name}");
        name
    }};
}

#[tokio::test]
async fn a_panic_becomes_the_500_of_every_api() {
    let request = Request::default();
    let mut tested = [
        api!(native, native::Problem, &request),
        api!(evanta, evanta::Failure, &request),
        api!(rownd, rownd::Failure, &request),
        api!(onezone, onezone::Failure, &request),
        api!(chembiohub, chembiohub::Failure, &request),
        api!(bungie, bungie::Failure, &request),
    ];
    tested.sort_unstable();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/api");
    let mut apis = harness::events::names_in(&folder);
    apis.retain(|name| folder.join(name).is_dir());
    assert!(
        apis.iter().eq(tested.iter()),
        "shared/src/api has {apis:?}, but the test covers {tested:?}"
    );
}
