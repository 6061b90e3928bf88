//! The app's logo, which is compiled in.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// An SVG or a PNG of at most 32 KB. Empty for an app without a logo.
const FILE: &[u8] = include_bytes!("../assets/logo");
/// The largest file, in bytes.
const LARGEST: usize = 32 * 1024;

const _: () = assert!(FILE.len() <= LARGEST, "assets/logo has more than 32 KB");
const _: () =
    assert!(FILE.is_empty() || media_type(FILE).is_some(), "assets/logo is no SVG and no PNG");

static OWN: LazyLock<Option<String>> = LazyLock::new(|| data_url(FILE));

/// Returns the app's logo as a `data:` URL. `None` if it has none.
pub fn own() -> Option<&'static str> {
    OWN.as_deref()
}

/// Returns the picture as a `data:` URL. `None` if it is no picture.
fn data_url(file: &[u8]) -> Option<String> {
    Some(format!("data:{};base64,{}", media_type(file)?, STANDARD.encode(file)))
}

/// Returns the type of the picture by its first bytes. A page shows it in an `img`, where the scripts
/// of an SVG do not run.
const fn media_type(file: &[u8]) -> Option<&'static str> {
    match file {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'<', ..] => Some("image/svg+xml"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_by_its_first_bytes() {
        let png = data_url(b"\x89PNG\r\n\x1a\n").unwrap();
        assert_eq!(png, "data:image/png;base64,iVBORw0KGgo=");
        assert!(data_url(b"<svg/>").unwrap().starts_with("data:image/svg+xml;base64,"));
        assert_eq!(data_url(b"GIF89a"), None);
        assert_eq!(data_url(b""), None);
    }
}
