//! What the distance between `N` independent points of a density and the density itself comes to for large `N`.
//!
//! On the circle `sqrt(N) (F_N - F)` tends to a Brownian bridge in `F`, hence (del Barrio, Gine, Utzet 2005, with the
//! best rotation of the circle)
//!
//! ```text
//! N E W2^2 -> E min_c int (B(F) - c)^2 / f dx
//!           = int F (1 - F) / f - [int int (min(F, F') - F F') / (f f')] / int 1/f
//!           = 1/(2 W) int int |F - F'| (1 - |F - F'|) / (f f'),      W = int 1/f,
//! ```
//!
//! the trace of the inverse of the operator `A` of the density: `sum 1/lambda_k`. The last form is periodic in both
//! places, with a kink of slope `-1, 1` on the diagonal, for which the trapezoid rule of spacing `h` is corrected:
//! `h^2/12` on the whole.
//!
//! On a torus of dimension 2 (Ambrosio, Stra, Trevisan 2019 for uniform densities, conjectured for others)
//!
//! ```text
//! N E W2^2 = |X| log N / (4 pi) + O(1),
//! ```
//!
//! of which the second term depends on the density and is not known: the law is a guide, the floor is the bootstrap's.
//!
//! On the line (del Barrio, Gine, Utzet 2005; Bobkov and Ledoux 2019)
//!
//! ```text
//! N E W2^2 -> J = int F (1 - F) / f dx
//! ```
//!
//! where the integral is finite. Of tails `exp(-c |x|^p)` it is so for `p > 2`; of a Gaussian it grows like `log log N` when
//! it is cut at the levels `1/N` where the points end, and `N E W2^2` with it. So `J` is said to exist for `N` points when
//! cutting at the square of that level instead changes it by less than [`SETTLED`]. On the plane the constants of densities with
//! tails are not known.
//!
//! Cost: `O(n^2)` on four times the nodes of the density. The first law needs `N` large beside the inverse of the
//! smallest eigenvalue; where a density vanishes it has no finite value.

use crate::torus::{Density, Fourier, Grid, next_fast_size, pad_values};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Nodes of the quadrature for each node of the density.
const OVERSAMPLING: usize = 4;
/// Fewest and most nodes of the quadrature.
const POINTS: [usize; 2] = [256, 8192];
/// Below this share of its maximum a density is rounding, and its inverse means nothing.
const VANISHES: f64 = 1e-10;

/// Share of the integral on the line that may lie beyond the levels of the points.
const SETTLED: f64 = 0.1;
/// Levels below the square of its inverse are rounding of the densities.
const LARGEST_NUMBER: f64 = 1e5;

/// The law of one density.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AsymptoticLaw {
    /// `E W2^2 = constant / N`; the constant is a squared length.
    Circle {
        /// `tr A^-1`.
        constant: f64,
    },
    /// `E W2^2 = constant / N` on the line.
    Line {
        /// `J` over the levels above the square of that of the points, a squared length.
        constant: f64,
    },
    /// `E W2^2 = area log N / (4 pi N)`, the leading term.
    Torus {
        /// `|X|`.
        area: f64,
    },
}

impl AsymptoticLaw {
    /// The law of a density; `None` on a circle where the density vanishes.
    pub fn new(density: &Density) -> Option<AsymptoticLaw> {
        if density.grid().dimension() == 2 {
            return Some(AsymptoticLaw::Torus { area: density.grid().volume() });
        }
        circle_constant(density).map(|constant| AsymptoticLaw::Circle { constant })
    }

    /// The law of a density on the line, whose box is the torus of its grid, for this many points.
    ///
    /// # Errors
    /// Why there is none.
    pub fn on_line(density: &Density, points: f64) -> Result<AsymptoticLaw, String> {
        if density.grid().dimension() == 2 {
            return Err("on the plane the constant of a density with tails is not known".to_owned());
        }
        let level = points.recip().max(LARGEST_NUMBER.recip());
        let [constant, cut] = line_integral(density, [level * level, level]).ok_or("the density has too many nodes")?;
        let share = 1.0 - cut / constant;
        if share <= SETTLED {
            return Ok(AsymptoticLaw::Line { constant });
        }
        Err(format!(
            "{:.0} % of int F (1 - F)/f come from places beyond the levels {level:.1e} and 1 - {level:.1e}: with such tails, or so \
             few points, N E W2^2 has not settled, if it does",
            100.0 * share
        ))
    }

    /// The root of the expected square of the distance for this many points; of points with weights, `1/sum w^2`.
    pub fn distance(&self, points: f64) -> f64 {
        let n = points;
        match self {
            AsymptoticLaw::Circle { constant } | AsymptoticLaw::Line { constant } => (constant / n).sqrt(),
            AsymptoticLaw::Torus { area } => (area * n.ln() / (4.0 * PI * n)).sqrt(),
        }
    }
}

fn circle_constant(density: &Density) -> Option<f64> {
    let grid = density.grid();
    let points = next_fast_size((OVERSAMPLING * grid.len()).clamp(POINTS[0], POINTS[1].max(grid.len())));
    let fine = grid.with_points(&[points]).ok()?;
    let period = grid.volume();
    // On R/Z, with mean 1.
    let f: Vec<f64> = pad_values(grid, &fine, density.values()).iter().map(|f| f * period).collect();
    let (least, largest) = f.iter().fold((f64::INFINITY, 0.0_f64), |(l, m), f| (l.min(*f), m.max(*f)));
    if least <= VANISHES * largest {
        return None;
    }
    let levels = cumulative(&fine, &f);
    let h = 1.0 / points as f64;
    let total: f64 = f.iter().map(|f| h / f).sum();
    let row = |i: usize| {
        let bridge = |j: usize| {
            let d = (levels[i] - levels[j]).abs();
            d * (1.0 - d) / f[j]
        };
        (0..points).map(bridge).sum::<f64>() * h / f[i]
    };
    let double: f64 = (0..points).map(row).sum::<f64>() * h;
    Some((double / (2.0 * total) + h * h / 12.0) * period * period)
}

/// `int F (1 - F)/f` over the places with `min(F, 1 - F)` above each of these levels; `None` without a finer grid.
///
/// `F` is summed up from the one end and `1 - F` from the other, so that each keeps its relative accuracy where it is small,
/// by the trapezoid rule less `h^2/12 f'`.
fn line_integral(density: &Density, levels: [f64; 2]) -> Option<[f64; 2]> {
    let grid = density.grid();
    let points = next_fast_size((OVERSAMPLING * grid.len()).clamp(POINTS[0], POINTS[1].max(grid.len())));
    let fine = grid.with_points(&[points]).ok()?;
    let f: Vec<f64> = pad_values(grid, &fine, density.values()).iter().map(|f| f.max(0.0)).collect();
    let h = fine.axis(0).spacing();
    let mut below = vec![0.0; points];
    for j in 1..points {
        below[j] = below[j - 1] + 0.5 * h * (f[j - 1] + f[j]);
    }
    let mut above = vec![0.0; points];
    for j in (0..points - 1).rev() {
        above[j] = above[j + 1] + 0.5 * h * (f[j] + f[j + 1]);
    }
    let mut sums = [0.0; 2];
    for j in 1..points - 1 {
        let correction = h / 24.0 * (f[j + 1] - f[j - 1]);
        let (low, high) = (below[j] - correction, above[j] + correction);
        let integrand = h * low * high / f[j];
        sums.iter_mut().zip(levels).filter(|(_, level)| low.min(high) > *level).for_each(|(s, _)| *s += integrand);
    }
    Some(sums)
}

/// `F` at the nodes of a density on `R/Z` of mean 1, up to a constant: `x + sum u_hat(k) e^(2 pi i k x)/(2 pi i k)`.
fn cumulative(fine: &Grid, f: &[f64]) -> Vec<f64> {
    let fourier = Fourier::new(fine);
    let (mut scratch, mut spectrum) = (fourier.scratch(), fourier.zero_spectrum());
    fourier.forward(f, &mut spectrum, &mut scratch);
    spectrum[0] = Complex64::ZERO;
    for (k, c) in spectrum.iter_mut().enumerate().skip(1) {
        // The Nyquist mode of a density that its grid resolves is rounding, and has no antiderivative at the nodes.
        *c *= if 2 * k == f.len() { Complex64::ZERO } else { Complex64::new(0.0, -1.0 / (2.0 * PI * k as f64)) };
    }
    let mut levels = vec![0.0; f.len()];
    fourier.inverse(&spectrum, &mut levels, &mut scratch);
    levels.iter_mut().enumerate().for_each(|(j, level)| *level += j as f64 / f.len() as f64);
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn constant(kappa: f64, nodes: usize, period: f64) -> f64 {
        let grid = Grid::new(&[nodes], &[period], &[0.3]).unwrap();
        let values = (0..nodes).map(|j| (kappa * (TAU * j as f64 / nodes as f64).cos()).exp()).collect();
        match AsymptoticLaw::new(&Density::normalised(&grid, values).unwrap()).unwrap() {
            AsymptoticLaw::Circle { constant } => constant,
            law => panic!("{law:?}"),
        }
    }

    #[test]
    fn the_uniform_circle_has_a_twelfth_of_its_squared_period() {
        assert!((constant(0.0, 16, 1.0) - 1.0 / 12.0).abs() <= 1e-14);
        assert!((constant(0.0, 16, 3.0) - 0.75).abs() <= 1e-13);
    }

    /// The first form of the law, by sums of its own: midpoints, `F` by adding up, the double integral by running sums.
    fn from_the_first_form(kappa: f64) -> f64 {
        let n = 200_000;
        let h = 1.0 / n as f64;
        let weight = |j: usize| (kappa * (TAU * (j as f64 + 0.5) * h).cos()).exp();
        let mass: f64 = (0..n).map(weight).sum::<f64>() * h;
        let (mut level, mut inverse, mut single, mut of_levels, mut of_minima) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for j in 0..n {
            let f = weight(j) / mass;
            level += 0.5 * f * h;
            single += level * (1.0 - level) / f * h;
            // min(F, F') is the earlier of the two: twice the sum over earlier places, and the place itself.
            of_minima += (2.0 * of_levels + level * h / f) * h / f;
            of_levels += level * h / f;
            inverse += h / f;
            level += 0.5 * f * h;
        }
        single - (of_minima - of_levels * of_levels) / inverse
    }

    fn on_line(points: f64, log_density: impl Fn(f64) -> f64) -> Result<f64, String> {
        let grid = Grid::new(&[320], &[20.0], &[-10.0]).unwrap();
        let values = grid.axis(0).coordinates().into_iter().map(|x| log_density(x).exp()).collect();
        match AsymptoticLaw::on_line(&Density::normalised(&grid, values).unwrap(), points)? {
            AsymptoticLaw::Line { constant } => Ok(constant),
            law => panic!("{law:?}"),
        }
    }

    #[test]
    fn light_tails_have_a_law_on_the_line_and_gaussians_have_none() {
        // int F (1 - F)/f over the levels above 1e-8, summed over 4e6 points; without a cut 0.85576 and 1.59757.
        for (found, exact) in
            [(on_line(1e4, |x| -x.powi(4)), 0.806_571), (on_line(1e4, |x| -0.25 * x.powi(4) + x), 1.493_754)]
        {
            let found = found.unwrap();
            // The cut falls between two nodes.
            assert!((found / exact - 1.0).abs() <= 5e-3, "{found} for {exact}");
        }
        for points in [1e2, 1e4, 1e6, 1e9] {
            let reason = on_line(points, |x| -0.5 * x * x).unwrap_err();
            assert!(reason.contains("has not settled"), "{reason}");
        }
        let plane = Grid::new(&[16, 16], &[1.0, 2.0], &[0.0, 0.0]).unwrap();
        assert!(AsymptoticLaw::on_line(&Density::uniform(&plane), 1e4).unwrap_err().contains("plane"));
    }

    #[test]
    fn both_forms_of_the_law_agree() {
        for (kappa, printed) in [(1.0, 0.0756), (2.0, 0.0614)] {
            let (found, expected) = (constant(kappa, 64, 1.0), from_the_first_form(kappa));
            assert!((found - expected).abs() <= 1e-8, "{kappa}: {found} against {expected}");
            assert!((found - printed).abs() <= 5e-5, "{kappa}: {found}");
        }
    }

    #[test]
    fn a_density_that_vanishes_has_no_law_on_the_circle_and_one_on_the_torus() {
        let circle = Grid::new(&[64], &[1.0], &[0.0]).unwrap();
        let bump = |t: f64| (40.0 * ((TAU * t).cos() - 1.0)).exp();
        let values = (0..64).map(|j| bump(j as f64 / 64.0)).collect();
        assert_eq!(AsymptoticLaw::new(&Density::normalised(&circle, values).unwrap()), None);
        let torus = Grid::new(&[8, 8], &[1.0, 2.0], &[0.0, 0.0]).unwrap();
        let law = AsymptoticLaw::new(&Density::uniform(&torus)).unwrap();
        assert!((law.distance(100.0).powi(2) - 2.0 * 100.0_f64.ln() / (4.0 * PI * 100.0)).abs() <= 1e-16);
    }
}
