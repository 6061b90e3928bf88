//! The viewer of the APIs' descriptions.

use utoipa_swagger_ui::{Config, SwaggerUi, Url};

/// Returns the routes of the viewer of the APIs' descriptions, which the gateway serves. Its files are
/// compiled in.
pub(crate) fn reference() -> SwaggerUi {
    let documents = [
        Url::with_primary("native", "/openapi.json", true),
        Url::new("bungie", "/openapi/bungie.json"),
        Url::new("chembiohub", "/openapi/chembiohub.json"),
        Url::new("evanta", "/openapi/evanta.json"),
        Url::new("onezone", "/openapi/onezone.json"),
        Url::new("rownd", "/openapi/rownd.json"),
    ];
    // No file leaves for the validator of swagger.io.
    SwaggerUi::new("/local/docs").config(Config::new(documents).validator_url("none"))
}
