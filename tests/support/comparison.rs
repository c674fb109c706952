//! Comparisons that cannot pass by accident: NaN is refused first, differences are absolute values, and every figure
//! obtained is printed (`cargo test -- --nocapture`).

/// Fails unless `|got - expected| <= tolerance * scale`.
#[track_caller]
pub fn assert_close(what: &str, got: f64, expected: f64, tolerance: f64, scale: f64) {
    assert!(got.is_finite() && expected.is_finite(), "{what}: got {got:?}, expected {expected:?}");
    assert!(tolerance >= 0.0 && scale > 0.0, "{what}: tolerance {tolerance:?}, scale {scale:?}");
    let difference = (got - expected).abs();
    println!("{what}: {got:.12e}, off by {difference:.1e} (allowed {tolerance:.1e} x {scale:.1e})");
    assert!(
        difference <= tolerance * scale,
        "{what}: got {got:.17e}, expected {expected:.17e}: off by {difference:.3e}, allowed {tolerance:e} x {scale:e}"
    );
}

/// Fails unless the relative difference is at most `tolerance`.
#[track_caller]
pub fn assert_relative(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert_close(what, got, expected, tolerance, expected.abs());
}

/// Fails unless `got <= limit`, both finite and not negative.
#[track_caller]
pub fn assert_at_most(what: &str, got: f64, limit: f64) {
    assert!(got.is_finite() && limit.is_finite() && got >= 0.0, "{what}: got {got:?}, limit {limit:?}");
    println!("{what}: {got:.2e} (allowed {limit:.1e})");
    assert!(got <= limit, "{what}: got {got:.3e}, allowed {limit:.3e}");
}

/// Fails unless `low <= got <= high`.
#[track_caller]
pub fn assert_between(what: &str, got: f64, low: f64, high: f64) {
    assert!(got.is_finite() && low <= high, "{what}: got {got:?}, expected {low:?} to {high:?}");
    println!("{what}: {got:.4} (expected {low} to {high})");
    assert!(low <= got && got <= high, "{what}: got {got:?}, expected {low:?} to {high:?}");
}

/// `max |a - b|`; NaN when any value is.
#[track_caller]
pub fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "arrays to be compared");
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, |m: f64, d| if d.is_nan() || d > m { d } else { m })
}

/// Fails unless `max |a - b| <= tolerance * scale`.
#[track_caller]
pub fn assert_all_close(what: &str, got: &[f64], expected: &[f64], tolerance: f64, scale: f64) {
    assert!(!got.is_empty(), "{what}: nothing to compare");
    let difference = largest_difference(got, expected);
    assert!(difference.is_finite(), "{what}: a value is not finite");
    println!("{what}: off by {difference:.1e} (allowed {tolerance:.1e} x {scale:.1e})");
    if difference > tolerance * scale {
        let j = (0..got.len()).max_by(|&i, &j| {
            let at = |k: usize| (got[k] - expected[k]).abs();
            at(i).total_cmp(&at(j))
        });
        let j = j.expect("not empty");
        panic!(
            "{what}: at {j} got {:.17e}, expected {:.17e}: off by {difference:.3e}, allowed {tolerance:e} x {scale:e}",
            got[j], expected[j]
        );
    }
}
