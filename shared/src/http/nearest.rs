//! Finds the name that a misspelled one probably means.

/// Returns the name that is nearest to `written`, if one is near enough to be meant.
pub(super) fn nearest(written: &str, names: &[&'static str]) -> Option<&'static str> {
    let folded = |name: &str| name.to_lowercase().replace(['-', ' '], "_");
    let wanted = folded(written);
    if wanted.chars().count() > 64 {
        return None;
    }
    let distances = names.iter().map(|name| (distance(&wanted, &folded(name)), *name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (name.len() / 3).max(1)).then_some(name)
}

/// Returns how many letters must be inserted, left out, replaced, or swapped with the next one, to
/// make one text from the other (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut best = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_is_found() {
        let names = ["email", "roles", "expires_in", "max_uses", "redirect_url"];
        for (written, meant) in [
            ("emial", Some("email")),
            ("mail", Some("email")),
            ("Email", Some("email")),
            ("role", Some("roles")),
            ("expiresIn", Some("expires_in")),
            ("expires", Some("expires_in")),
            ("max-uses", Some("max_uses")),
            ("redirectUrl", Some("redirect_url")),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, &names), meant, "{written}");
        }
        assert_eq!(nearest("x", &[]), None);
    }
}
