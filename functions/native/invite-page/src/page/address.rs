//! The addresses to which the page leads.

use url::Url;

/// Returns whether a browser can open the address.
pub(super) fn is_web(address: &&str) -> bool {
    web_host(address).is_some()
}

/// Returns the host of a web address. ASCII, because Unicode letters can imitate another host.
pub(super) fn web_host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.host_str().map(str::to_owned)
}
