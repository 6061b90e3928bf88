//! The reference itself.

use serde_json::json;

use super::Operation;
use crate::api::native::Code;
use crate::api::native::reference::operation::Content;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/openapi.json", "getReference", "Reads this document")
            .for_everyone()
            .header(
                "If-None-Match",
                "The `ETag` of the version that the caller has.",
                json!({"type": "string"}),
            )
            .answering(200, "This document.", Some(Content::Text("application/json")))
            .with_header("ETag")
            .answers_empty(304, "The caller has this version.")
            .with_header("ETag")
            .tagged("reference"),
        Operation::get("/i/{token}/qr.svg", "drawQrCode", "Draws the link of a token as a QR code")
            .about("The token's text alone decides the picture, whatever became of the invite.")
            .for_everyone()
            .answering(200, "The picture.", Some(Content::Text("image/svg+xml")))
            .refuses([Code::InviteNotFound])
            .tagged("invites"),
    ]
}
