//! Colours, and whether text in them can be read (WCAG 2.2, contrast ratio).

use std::fmt;

use super::Invalid;

/// The least contrast between a text and its ground.
pub const READABLE: f64 = 4.5;
/// The share by which a colour moves towards black or white in one step.
const STEPS: u16 = 64;

/// An opaque colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// Black.
    pub const BLACK: Self = Self([0; 3]);
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// Parses a colour such as `#5b3df5`, also with capital letters.
    ///
    /// # Errors
    /// `invalid_color`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let wrong = Invalid::new("invalid_color", "Give a colour such as #5b3df5.");
        let digits = text.strip_prefix('#').ok_or(wrong)?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| wrong)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }

    /// Creates a colour from its red, green and blue.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Returns the contrast to another colour, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Returns the colour of text on this one: black or white, whichever has more contrast. It is
    /// at least [`READABLE`] on every colour.
    #[must_use]
    pub fn text(self) -> Self {
        let of = |text: Self| self.contrast(text);
        if of(Self::WHITE) >= of(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// Returns the nearest shade of this colour that can be read on every one of `grounds`, which
    /// are all light or all dark.
    #[must_use]
    pub fn readable_on(self, grounds: &[Self]) -> Self {
        let is_readable =
            |shade: &Self| grounds.iter().all(|ground| shade.contrast(*ground) >= READABLE);
        let end = grounds.first().map_or(Self::BLACK, |ground| ground.text());
        let shades = (0..=STEPS).map(|step| self.mixed(end, step));
        shades.into_iter().find(is_readable).unwrap_or(end)
    }

    /// Returns a mixture with another colour. `share` counts its parts, of 64.
    #[must_use]
    pub fn mixed(self, other: Self, share: u16) -> Self {
        let share = share.min(STEPS);
        let mut parts = self.0;
        for (part, other) in parts.iter_mut().zip(other.0) {
            let sum = u16::from(*part) * (STEPS - share) + u16::from(other) * share;
            *part = u8::try_from((sum + STEPS / 2) / STEPS).unwrap_or(u8::MAX);
        }
        Self(parts)
    }

    /// Returns the relative luminance, from 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn color() -> impl Strategy<Value = Color> {
        any::<[u8; 3]>().prop_map(Color)
    }

    #[test]
    fn a_colour_is_six_digits() {
        let purple = Color::parse("#5B3df5").unwrap();
        assert_eq!((purple, purple.to_string().as_str()), (Color::new(91, 61, 245), "#5b3df5"));
        for wrong in ["", "5b3df5", "#5b3df", "#5b3df55", "#5b3dfg", "#+b3df5", "red", "#ééé"] {
            assert_eq!(Color::parse(wrong).unwrap_err().code, "invalid_color", "{wrong}");
        }
    }

    #[test]
    fn the_contrast_is_that_of_the_standard() {
        assert!((Color::BLACK.contrast(Color::WHITE) - 21.0).abs() < 1e-9);
        assert!((Color::WHITE.contrast(Color::WHITE) - 1.0).abs() < 1e-9);
        // The lightest grey on white that is readable.
        let grey = |part| Color::new(part, part, part);
        assert!(grey(0x76).contrast(Color::WHITE) >= READABLE);
        assert!(grey(0x77).contrast(Color::WHITE) < READABLE);
    }

    #[test]
    fn a_readable_colour_stays_as_it_is() {
        let purple = Color::parse("#5b3df5").unwrap();
        assert_eq!(purple.readable_on(&[Color::WHITE]), purple);
        assert_ne!(purple.readable_on(&[Color::BLACK]), purple);
    }

    proptest! {
        #[test]
        fn every_colour_is_parsed_as_it_is_written(color in color()) {
            prop_assert_eq!(Color::parse(&color.to_string()).unwrap(), color);
        }

        #[test]
        fn text_on_every_colour_can_be_read(color in color()) {
            prop_assert!(color.contrast(color.text()) >= READABLE, "{color}");
        }

        #[test]
        fn every_colour_has_a_shade_that_can_be_read(color in color(), ground in color()) {
            let shade = color.readable_on(&[ground]);
            prop_assert!(shade.contrast(ground) >= READABLE, "{color} on {ground}: {shade}");
        }

        #[test]
        fn a_mixture_is_between_its_colours(one in color(), two in color(), share in 0u16..=64) {
            let mixed = one.mixed(two, share);
            for ((one, two), mixed) in one.0.into_iter().zip(two.0).zip(mixed.0) {
                prop_assert!((one.min(two)..=one.max(two)).contains(&mixed));
            }
            prop_assert_eq!((one.mixed(two, 0), one.mixed(two, 64)), (one, two));
        }
    }
}
