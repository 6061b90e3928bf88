//! The style of the page, its colours, and the policy that allows exactly its own script and style.

use std::fmt::Write;
use std::sync::LazyLock;

use shared::domain::color::Color;
use shared::http::{policy_of_script, source_hash};

/// The style of every page.
pub const STYLE: &str = include_str!("../assets/page.css");
/// The script of every page.
pub const SCRIPT: &str = concat!(
    include_str!("../assets/common.js"),
    include_str!("../assets/account.js"),
    include_str!("../assets/invitation.js"),
    include_str!("../assets/ended.js"),
    include_str!("../assets/inbox.js"),
    include_str!("../assets/page.js")
);

static SCRIPT_HASH: LazyLock<String> = LazyLock::new(|| source_hash(SCRIPT));
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| source_hash(STYLE));

/// The share of the app's colour in the ground of a message, of 64.
const TINT: u16 = 5;

/// The grounds of the page in a colour scheme, as `assets/page.css` has them.
struct Scheme {
    card: Color,
    ground: Color,
}

const LIGHT: Scheme =
    Scheme { card: Color::new(0xff, 0xff, 0xff), ground: Color::new(0xf6, 0xf6, 0xf8) };
const DARK: Scheme =
    Scheme { card: Color::new(0x1a, 0x1d, 0x23), ground: Color::new(0x11, 0x13, 0x18) };

/// Returns the style that sets the app's colour. Text on it is black or white, and links are the
/// nearest shade of it that can be read.
fn brand_style(brand: Color) -> String {
    let colors = |scheme: &Scheme| {
        let mut colors = format!("--brand: {brand}; --on-brand: {};", brand.text());
        let tint = scheme.card.mixed(brand, TINT);
        let link = brand.readable_on(&[scheme.card, scheme.ground, tint]);
        // Writing to a string cannot fail.
        let _written = write!(colors, " --link: {link}; --tint: {tint};");
        colors
    };
    let (light, dark) = (colors(&LIGHT), colors(&DARK));
    format!(":root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}")
}

/// The styles of a page, and the policy that allows them.
#[derive(Debug)]
pub struct Look {
    /// The style for the app's colour. `None` for the page's own colours.
    pub brand: Option<String>,
    /// The app's logo as a `data:` URL. `None` for its first letter.
    pub logo: Option<&'static str>,
    /// The content security policy, which allows only the page's own script, styles and logo.
    pub policy: String,
}

impl Look {
    /// Creates the look of pages in this colour, with this logo as a `data:` URL.
    pub fn new(brand: Option<Color>, logo: Option<&'static str>) -> Self {
        let brand = brand.map(brand_style);
        let own = brand.as_deref().map(source_hash);
        let styles: Vec<&str> =
            std::iter::once(STYLE_HASH.as_str()).chain(own.as_deref()).collect();
        let mut policy = policy_of_script(&SCRIPT_HASH, &styles);
        if logo.is_some() {
            policy.push_str("; img-src data:");
        }
        Self { brand, logo, policy }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::domain::color::READABLE;

    use super::*;

    /// Returns the values of a variable in both schemes.
    fn values(style: &str, name: &str) -> Vec<Color> {
        let name = format!("{name}: ");
        let parts = style.split(&name).skip(1);
        parts.map(|part| Color::parse(&part[..7]).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn every_colour_of_an_app_can_be_read(parts in any::<[u8; 3]>()) {
            let style = brand_style(Color::new(parts[0], parts[1], parts[2]));
            let of = |name| values(&style, name);
            for (brand, text) in of("--brand").into_iter().zip(of("--on-brand")) {
                prop_assert!(brand.contrast(text) >= READABLE);
            }
            let inks = [("#16181d", "#5a616c"), ("#eceef1", "#a7aeb9")];
            let grounds = [LIGHT, DARK].into_iter().zip(of("--link")).zip(of("--tint")).zip(inks);
            for (((scheme, link), tint), (ink, soft)) in grounds {
                for ground in [scheme.card, scheme.ground, tint] {
                    prop_assert!(link.contrast(ground) >= READABLE, "{link} on {ground}");
                }
                for text in [ink, soft] {
                    let text = Color::parse(text).unwrap();
                    prop_assert!(text.contrast(tint) >= READABLE, "{text} on {tint}");
                }
            }
        }
    }

    #[test]
    fn the_style_sheet_has_these_grounds() {
        for (scheme, soft) in [(LIGHT, "--soft: #5a616c"), (DARK, "--soft: #a7aeb9")] {
            for part in [format!("--card: {}", scheme.card), format!("--ground: {}", scheme.ground)]
            {
                assert!(STYLE.contains(&part), "{part}");
            }
            assert!(STYLE.contains(soft), "{soft}");
        }
    }

    #[test]
    fn the_policy_allows_exactly_the_own_texts() {
        let look = Look::new(Some(Color::new(91, 61, 245)), None);
        let (brand, policy) = (look.brand.unwrap(), look.policy);
        let styles = format!("style-src {} {};", source_hash(STYLE), source_hash(&brand));
        assert!(policy.contains(&format!("script-src {};", source_hash(SCRIPT))), "{policy}");
        assert!(policy.contains(&styles), "{policy}");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"));
        assert!(!Look::new(None, None).policy.contains(&source_hash(&brand)));
        assert!(!policy.contains("img-src"));
        let policy = Look::new(None, Some("data:image/png;base64,iVBORw0KGgo=")).policy;
        assert!(policy.ends_with("; img-src data:"), "{policy}");
        // Browsers hash the parsed text. It equals the source only without carriage returns, end
        // tags and comments.
        for text in [STYLE, SCRIPT, brand.as_str()] {
            assert!(!["\r", "</s", "<!--"].iter().any(|part| text.contains(part)));
        }
    }
}
