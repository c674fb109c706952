//! Entropies: `H(r) = int r log r` and `KL(r | q) = int (r log(r/q) - r + q)`.

use crate::torus::Grid;

/// Below this relative difference the integrand of the relative entropy is summed as a series.
const SERIES_LIMIT: f64 = 0.03;
/// Terms of the series: `0.03^11` is far below rounding.
const SERIES_TERMS: i32 = 10;

/// `int r log r`, the negative differential entropy; 0 is the limit where `r <= 0`.
pub fn entropy(grid: &Grid, density: &[f64]) -> f64 {
    let sum: f64 = density.iter().map(|r| if *r > 0.0 { r * r.ln() } else { 0.0 }).sum();
    sum * grid.cell_volume()
}

/// `KL(r | q) = int (r log(r/q) - r + q)`, `q` given by its logarithm: never negative, because the integrand is not.
///
/// For `r` close to `q` the integrand is `q (e^2/2 - e^3/6 + e^4/12 - ..)`, `e = (r - q)/q`, so that the result is as
/// accurate as `r - q` is.
pub fn relative_entropy(grid: &Grid, density: &[f64], log_reference: &[f64]) -> f64 {
    let sum: f64 = density.iter().zip(log_reference).map(|(r, log_q)| integrand(*r, *log_q)).sum();
    sum * grid.cell_volume()
}

fn integrand(r: f64, log_q: f64) -> f64 {
    let q = log_q.exp();
    if r <= 0.0 {
        return (q - r).max(0.0);
    }
    let e = (r - q) / q;
    if e.abs() < SERIES_LIMIT {
        // sum_{k >= 2} (-e)^k / (k (k - 1)), from the smallest term up
        let series = (2..=SERIES_TERMS).rev().fold(0.0, |s, k| s * -e + 1.0 / f64::from(k * (k - 1)));
        return q * e * e * series;
    }
    (r * (r.ln() - log_q) - r + q).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_entropy_of_gaussians_near_and_far() {
        let grid = Grid::new(&[400], &[20.0], &[-10.0]).unwrap();
        let gauss = |mean: f64| -> Vec<f64> {
            let log_norm = -0.5 * (2.0 * std::f64::consts::PI).ln();
            grid.axis(0).coordinates().into_iter().map(|x| log_norm - 0.5 * (x - mean) * (x - mean)).collect()
        };
        // KL(N(m, 1) | N(0, 1)) = m^2/2
        for shift in [1.0_f64, 1e-2, 1e-5] {
            let r: Vec<f64> = gauss(shift).into_iter().map(f64::exp).collect();
            let expected = 0.5 * shift * shift;
            let kl = relative_entropy(&grid, &r, &gauss(0.0));
            let relative = (kl / expected - 1.0).abs();
            assert!(relative <= 1e-9, "shift {shift}: {kl} against {expected}");
        }
        let r: Vec<f64> = gauss(0.0).into_iter().map(f64::exp).collect();
        let expected = -0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E).ln();
        assert!((entropy(&grid, &r) - expected).abs() <= 1e-14 * 10.0);
    }

    #[test]
    fn dips_below_zero_cost_no_more_than_their_size() {
        let grid = Grid::new(&[4], &[1.0], &[0.0]).unwrap();
        let log_q = [0.0, 0.0, 0.6_f64.ln() + 1.0_f64.ln(), -900.0];
        let r = [1.0, 1.0, 0.6, -1e-16];
        assert!(relative_entropy(&grid, &r, &log_q) <= 1e-16);
        assert!(entropy(&grid, &r).is_finite());
    }
}
