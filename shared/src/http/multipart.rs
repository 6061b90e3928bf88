//! Multipart forms (RFC 7578).

use std::convert::Infallible;

use futures::stream;
use lambda_http::Request;
use lambda_http::http::header::CONTENT_TYPE;
use multer::{Multipart, parse_boundary};

/// Returns the text fields of a multipart form in order, including repeated names. Files are left
/// out. `None` if the body is no complete form.
pub async fn multipart_fields(request: &Request, bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let declared = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let boundary = parse_boundary(declared).ok()?;
    let body = bytes.to_vec();
    let body = stream::once(async { Ok::<_, Infallible>(body) });
    let mut form = Multipart::new(body, boundary);
    let mut fields = Vec::new();
    while let Some(part) = form.next_field().await.ok()? {
        let name = part.name().map(str::to_owned);
        let is_file = part.file_name().is_some();
        let text = part.text().await.ok()?;
        fields.extend(name.filter(|_| !is_file).map(|name| (name, text)));
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use proptest::prelude::*;

    use super::*;

    async fn read(content_type: &str, body: &str) -> Option<Vec<(String, String)>> {
        let mut request = Request::new(Body::Empty);
        request.headers_mut().insert(CONTENT_TYPE, content_type.parse().unwrap());
        multipart_fields(&request, body.as_bytes()).await
    }

    const FORM: &str = "--b\r\nContent-Disposition: form-data; name=\"g[a]\"\r\n\r\n3773\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nfile\r\n--b\r\nContent-Disposition: form-data; name=g[b]\r\n\r\n\u{e4}\r\nb\r\n--b--\r\n";

    #[tokio::test]
    async fn text_fields_are_read_in_order() {
        let fields = [("g[a]", "3773"), ("g[b]", "\u{e4}\r\nb")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        for kind in
            ["multipart/form-data; boundary=b", "Multipart/Form-Data;charset=utf-8;boundary=\"b\""]
        {
            assert_eq!(read(kind, FORM).await, Some(fields.clone()), "{kind}");
        }
        assert_eq!(read("multipart/form-data; boundary=b", "--b--\r\n").await, Some(Vec::new()));
    }

    #[tokio::test]
    async fn an_incomplete_form_is_refused() {
        let cut = &FORM[..FORM.len() - 10];
        for (kind, body) in [
            ("multipart/form-data; boundary=b", cut),
            ("multipart/form-data; boundary=b", ""),
            ("multipart/form-data; boundary=b", "{}"),
            ("multipart/form-data; boundary=c", FORM),
            ("multipart/form-data", FORM),
            ("multipart/mixed; boundary=b", FORM),
        ] {
            assert_eq!(read(kind, body).await, None, "{kind}: {body}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in "\\PC{0,80}") {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _fields = runtime.block_on(read("multipart/form-data; boundary=b", &format!("--b\r\n{body}\r\n--b--")));
        }
    }
}
