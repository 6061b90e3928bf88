//! `GET /i/{token}/qr.svg`: the link of a token as a QR code (ISO/IEC 18004), black on white.
//!
//! The address and the text of the token decide the picture. No key verifies the token and nothing is
//! read, so the picture tells nothing about the invites that exist.

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use qrcode::{Color, EcLevel, QrCode};
use shared::api::native::Problem;
use shared::domain::macaroon::is_token_of_link;
use shared::domain::token::TokenFlaw;
use shared::engine::{NotFound, Refusal};
use shared::http::{known_query, plain_page};

/// The width of the empty border, in modules.
const QUIET_ZONE: usize = 4;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Returns the picture of the link with this token.
///
/// # Errors
/// `InvalidQuery`; `NotFound::Token` or `NotFound::Invite` for a text that is no whole token, and for
/// a link that is too long for a code.
pub(crate) fn answer(
    request: &Request,
    public_url: &str,
    token: &str,
) -> Result<Response<Body>, Problem> {
    known_query(request, &[])?;
    let code =
        is_token_of_link(token).then(|| format!("{public_url}/i/{token}")).and_then(|link| {
            // The only error is that the link has too many bytes.
            QrCode::with_error_correction_level(link, EcLevel::M).ok()
        });
    let code = code.ok_or_else(|| {
        let what = TokenFlaw::of(token).map_or(NotFound::Invite, NotFound::Token);
        Problem::from(Refusal::NotFound(what))
    })?;
    let mut response = plain_page(StatusCode::OK, svg(&code), CONTENT_SECURITY_POLICY);
    let kind = HeaderValue::from_static("image/svg+xml");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Draws the code. It has no size of its own, and each module is one unit.
fn svg(code: &QrCode) -> String {
    let width = code.width();
    let colors = code.to_colors();
    let rows = colors.chunks(width).zip(QUIET_ZONE..);
    let dark: String = rows.map(|(row, y)| dark_runs(row, y)).collect();
    let size = width + 2 * QUIET_ZONE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{dark}\"/></svg>\n"
    )
}

/// Returns a rectangle for each run of dark modules in the row.
fn dark_runs(row: &[Color], y: usize) -> String {
    let mut x = QUIET_ZONE;
    let mut runs = String::new();
    for run in row.chunk_by(|one, next| one == next) {
        let length = run.len();
        if run.first() == Some(&Color::Dark) {
            runs += &format!("M{x} {y}h{length}v1h-{length}z");
        }
        x += length;
    }
    runs
}
