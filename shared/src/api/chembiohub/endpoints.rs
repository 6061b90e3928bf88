//! The list of endpoints, at which clients of Tastypie start (docs/contracts/chembiohub.md#paths).

use serde::Serialize;

/// The endpoints of this API.
#[derive(Debug, Serialize)]
pub struct EndpointsBody {
    invitations: EndpointBody,
}

#[derive(Debug, Serialize)]
struct EndpointBody {
    list_endpoint: String,
    schema: String,
}

impl EndpointsBody {
    /// Returns the endpoints under this namespace.
    pub fn new(namespace: &str) -> Self {
        let list_endpoint = format!("/{namespace}/api/invitations");
        let schema = format!("{list_endpoint}/schema");
        Self { invitations: EndpointBody { list_endpoint, schema } }
    }
}
