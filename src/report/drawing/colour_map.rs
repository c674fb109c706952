//! Colours for values between 0 and 1: viridis (Smith and van der Walt 2015), which is perceptually uniform, safe for the
//! colour-blind and monotone in lightness, so that it can be printed in grey.

/// Equidistant colours of the map, red, green and blue.
pub(in crate::report) const STOPS: [[u8; 3]; 33] = [
    [68, 1, 84],
    [71, 13, 96],
    [72, 24, 106],
    [72, 35, 116],
    [71, 45, 123],
    [69, 55, 129],
    [66, 64, 134],
    [62, 73, 137],
    [59, 82, 139],
    [55, 91, 141],
    [51, 99, 141],
    [47, 107, 142],
    [44, 114, 142],
    [41, 122, 142],
    [38, 130, 142],
    [35, 137, 142],
    [33, 145, 140],
    [31, 152, 139],
    [31, 160, 136],
    [34, 167, 133],
    [40, 174, 128],
    [50, 182, 122],
    [63, 188, 115],
    [78, 195, 107],
    [94, 201, 98],
    [112, 207, 87],
    [132, 212, 75],
    [152, 216, 62],
    [173, 220, 48],
    [194, 223, 35],
    [216, 226, 25],
    [236, 229, 27],
    [253, 231, 37],
];

/// The colour of a value; what is outside of `[0, 1]` has the colour of the nearer end, as a legend shows it.
pub(in crate::report) fn colour(value: f64) -> [u8; 3] {
    let place = value.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (place as usize).min(STOPS.len() - 2);
    let share = place - below as f64;
    let mix = |i: usize| f64::from(STOPS[below][i]) * (1.0 - share) + f64::from(STOPS[below + 1][i]) * share;
    [0, 1, 2].map(|i| mix(i).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (CIE Y) of sRGB.
    fn luminance(colour: [u8; 3]) -> f64 {
        let linear = colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[test]
    fn larger_values_are_lighter() {
        let shades: Vec<f64> = (0..=256).map(|k| luminance(colour(f64::from(k) / 256.0))).collect();
        // Colours are whole numbers: neighbours may be a unit darker in one channel.
        assert!(shades.windows(5).all(|few| few[4] > few[0]), "{shades:?}");
        assert!(shades[0] < 0.02 && shades[256] > 0.7);
        assert_eq!([colour(-1.0), colour(2.0)], [STOPS[0], STOPS[32]]);
    }
}
