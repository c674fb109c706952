//! The look of all figures: sizes that can be read at the width of a column, line colours that the colour-blind tell apart
//! (Okabe and Ito 2008) with dashes that tell them apart in grey.

use super::canvas::Sheet;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

/// Width of a figure in pixels; printed 85 mm wide, text of [`TEXT`] pixels has 7 points.
pub(in crate::report) const WIDTH: u32 = 720;
/// Height of a figure of one panel.
pub(in crate::report) const HEIGHT: u32 = 440;
/// Text of labels.
pub(in crate::report) const TEXT: u32 = 21;
/// Text of ticks.
pub(in crate::report) const SMALL_TEXT: u32 = 18;
/// Lines of data.
pub(in crate::report) const LINE: u32 = 3;

/// Of the x player.
pub(in crate::report) const BLUE: RGBColor = RGBColor(0, 114, 178);
/// Of the y player.
pub(in crate::report) const VERMILLION: RGBColor = RGBColor(213, 94, 0);
/// Of a third curve.
pub(in crate::report) const GREEN: RGBColor = RGBColor(0, 128, 96);
/// Of what theory says.
pub(in crate::report) const GREY: RGBColor = RGBColor(90, 90, 90);
/// Of grid lines.
pub(in crate::report) const PALE: RGBColor = RGBColor(225, 225, 225);

/// DejaVu Sans, the letters that figures need (Latin, Greek, signs); Bitstream Vera licence, data/fonts/LICENSE.
static FONT: &[u8] = include_bytes!("../../../data/fonts/DejaVuSans-subset.ttf");

/// Makes the font known; figures look the same on every machine.
pub(in crate::report) fn load_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for style in [FontStyle::Normal, FontStyle::Bold, FontStyle::Italic, FontStyle::Oblique] {
            assert!(register_font("sans-serif", style, FONT).is_ok(), "the font in the program is whole");
        }
    });
}

impl Sheet<'_> {
    /// Text of this size.
    pub fn text(&self, size: u32) -> TextStyle<'static> {
        ("sans-serif", self.pixels(size) as f64).into_font().color(&BLACK)
    }

    /// A line of data.
    pub fn line(&self, colour: RGBColor) -> ShapeStyle {
        colour.stroke_width(self.pixels(LINE))
    }

    /// A thin line.
    pub fn thin(&self, colour: RGBColor) -> ShapeStyle {
        colour.stroke_width(self.pixels(1))
    }
}

/// A tick as it is read: no digits that rounding has left, powers of ten where zeros would be counted.
pub(in crate::report) fn tick(value: f64) -> String {
    if value == 0.0 || value.abs() < 1e-300 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    // With the digits that are shown, 9.99999e7 is 1e8.
    let magnitude = (value.abs() * (1.0 + 5e-6)).log10().floor() as i32;
    if (-3..5).contains(&magnitude) {
        let text = format!("{value:.*}", (6 - magnitude).max(0) as usize);
        return match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        };
    }
    let mantissa = value / 10.0_f64.powi(magnitude);
    let text = format!("{mantissa:.4}");
    format!("{}e{magnitude}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Beyond this, lengths of axes overflow.
pub(in crate::report) const LARGEST: f64 = 1e300;

/// The range of finite values, a little wider; one around the value where there is only one, `None` where there is none, or
/// where they are beyond [`LARGEST`].
pub(in crate::report) fn range_of(values: impl IntoIterator<Item = f64>) -> Option<std::ops::Range<f64>> {
    let (low, high) = values
        .into_iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high || low.abs().max(high.abs()) > LARGEST {
        return None;
    }
    let room = if high > low {
        0.05 * (high - low)
    } else if high == 0.0 {
        1.0
    } else {
        0.5 * high.abs()
    };
    let room = room.max(4.0 * f64::EPSILON * high.abs().max(low.abs()));
    Some(low - room..high + room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_no_digits_of_rounding() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (-2.0, "-2"),
            (1e-5, "1e-5"),
            (2.5e7, "2.5e7"),
            (0.0, "0"),
            (1200.0, "1200"),
            (9.99999e7, "1e8"),
            (f64::NAN, "NaN"),
        ];
        cases.iter().for_each(|(value, text)| assert_eq!(tick(*value), *text));
    }

    #[test]
    fn ranges_are_never_empty() {
        assert_eq!([range_of([f64::NAN]), range_of([1.7e308, 0.0])], [None, None]);
        assert_eq!(range_of([0.0, 0.0]), Some(-1.0..1.0));
        for values in [[1.0, 1.0], [0.0, 0.0], [1e299, 1e299], [-1e-300, 1.0]] {
            let range = range_of(values).unwrap();
            assert!(range.start < values[0] && range.end > values[1], "{range:?}");
        }
    }
}
