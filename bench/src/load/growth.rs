//! How the load grows.

/// The number of stored invites, or of people who have joined, at the first step.
const FIRST_STEP: usize = 1000;
/// The numbers of concurrent requests.
pub(super) const AT_ONCE: [usize; 2] = [1, 16];

/// Returns the steps from 1,000 to `most`, each ten times the one before.
pub(super) fn steps(most: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(FIRST_STEP), |step| step.checked_mul(10))
        .take_while(move |step| *step <= most)
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn steps_are_powers_of_ten_from_a_thousand() {
        let found = |most| steps(most).collect::<Vec<_>>();
        assert_eq!(found(0), [0_usize; 0]);
        assert_eq!(found(999), [0_usize; 0]);
        assert_eq!(found(1000), [1000]);
        assert_eq!(found(1_000_000), [1000, 10_000, 100_000, 1_000_000]);
        assert_eq!(found(1_000_001), found(1_000_000));
    }
}
