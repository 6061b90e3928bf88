//! The choice between a page and JSON.

/// Returns whether an `Accept` header prefers HTML to JSON. `*/*` alone, as from curl, does not.
pub(crate) fn prefers_html(accept: &str) -> bool {
    let quality = |wanted: &str| {
        let mut parts = accept.split(',').map(|entry| entry.split(';').map(str::trim));
        let mut entry = parts.find_map(|mut entry| (entry.next()? == wanted).then_some(entry))?;
        Some(
            entry
                .find_map(|parameter| parameter.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0_f32)),
        )
    };
    let html = quality("text/html").unwrap_or(0.0);
    html > quality("application/json").or_else(|| quality("*/*")).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_prefer_html_and_programs_do_not() {
        assert!(prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(prefers_html("text/html"));
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/json, text/html",
            "text/html;q=0.5, application/json",
        ] {
            assert!(!prefers_html(accept), "{accept}");
        }
    }
}
