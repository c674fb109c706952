//! Functions on the line and plane, evaluated at points.
//!
//! The law of a cloud on the line is told from a density by its moments,
//!
//! ```text
//! u^k,   k = 1 .. 4,         u = (x - m)/s,     m and s mean and deviation of the density,
//! u1^i u2^j,   1 <= i + j <= 4                  on the plane,
//! ```
//!
//! which say what a Fourier mode of a box, that the payoff knows nothing of, would hide: place, width, skewness, tails.

use crate::torus::Density;
use crate::transport::Cloud;
use std::sync::Arc;

/// Highest order of the powers.
pub const HIGHEST_POWER: i32 = 4;

/// Values at points: one array of coordinates for each axis, and where the values go.
pub type Evaluate = dyn Fn(&[&[f64]], &mut [f64]) + Send + Sync;

/// A function that has a value at every place.
#[derive(Clone)]
pub struct PlaceFunction {
    name: String,
    evaluate: Arc<Evaluate>,
}

impl PlaceFunction {
    /// With what it is called in reports.
    pub fn new(name: String, evaluate: impl Fn(&[&[f64]], &mut [f64]) + Send + Sync + 'static) -> PlaceFunction {
        PlaceFunction { name, evaluate: Arc::new(evaluate) }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its values at points, one array of coordinates for each axis.
    pub fn at(&self, coordinates: &[&[f64]]) -> Vec<f64> {
        let mut values = vec![0.0; coordinates[0].len()];
        (self.evaluate)(coordinates, &mut values);
        values
    }
}

impl std::fmt::Debug for PlaceFunction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PlaceFunction").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The powers of the coordinates of a density up to [`HIGHEST_POWER`].
pub(super) fn powers(density: &Density) -> Vec<PlaceFunction> {
    let grid = density.grid();
    let nodes = grid.node_coordinates();
    let mean = |values: &dyn Fn(usize) -> f64| {
        grid.integral(&density.values().iter().enumerate().map(|(j, v)| v * values(j)).collect::<Vec<_>>())
    };
    let scales: Vec<[f64; 2]> = (nodes.iter())
        .map(|axis| {
            let middle = mean(&|j| axis[j]);
            [middle, mean(&|j| (axis[j] - middle).powi(2)).sqrt()]
        })
        .collect();
    let mut exponents: Vec<Vec<i32>> = match nodes.len() {
        1 => (1..=HIGHEST_POWER).map(|k| vec![k]).collect(),
        _ => (0..=HIGHEST_POWER).flat_map(|i| (0..=HIGHEST_POWER).map(move |j| vec![i, j])).collect(),
    };
    exponents.retain(|e| (1..=HIGHEST_POWER).contains(&e.iter().sum()));
    exponents.sort_by_key(|e| (e.iter().sum::<i32>(), std::cmp::Reverse(e[0])));
    exponents.into_iter().map(|exponents| power(exponents, scales.clone())).collect()
}

/// `prod ((x_i - m_i)/s_i)^k_i`.
fn power(exponents: Vec<i32>, scales: Vec<[f64; 2]>) -> PlaceFunction {
    let factor = |(i, k): (usize, &i32)| {
        let letter = if exponents.len() == 1 { "u".to_owned() } else { format!("u{}", i + 1) };
        match k {
            0 => None,
            1 => Some(letter),
            k => Some(format!("{letter}^{k}")),
        }
    };
    let name = exponents.iter().enumerate().filter_map(factor).collect::<Vec<_>>().join(" ");
    PlaceFunction::new(name, move |coordinates, out| {
        out.fill(1.0);
        for ((axis, k), [middle, deviation]) in coordinates.iter().zip(&exponents).zip(&scales) {
            out.iter_mut().zip(*axis).for_each(|(o, x)| *o *= ((x - middle) / deviation).powi(*k));
        }
    })
}

/// Means of functions over a cloud, by its weights.
pub(super) fn means_at_points(functions: &[PlaceFunction], cloud: &Cloud) -> Vec<f64> {
    let places = cloud.coordinates();
    let axis = |i: usize| places[i..].iter().step_by(cloud.dimension()).copied().collect::<Vec<f64>>();
    let axes: Vec<Vec<f64>> = (0..cloud.dimension()).map(axis).collect();
    let axes: Vec<&[f64]> = axes.iter().map(Vec::as_slice).collect();
    let mean = |function: &PlaceFunction| {
        let values = function.at(&axes);
        if cloud.is_weighted() {
            values.iter().zip(cloud.weights()).map(|(v, w)| v * w).sum()
        } else {
            values.iter().sum::<f64>() / values.len() as f64
        }
    };
    functions.iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Grid;
    use crate::validation::Observables;

    fn gaussian(shape: &[usize], centre: [f64; 2], deviation: [f64; 2]) -> Density {
        let grid = Grid::new(shape, &vec![16.0; shape.len()], &vec![-8.0; shape.len()]).unwrap();
        let nodes = grid.node_coordinates();
        let value = |j: usize| {
            let square = |i: usize| ((nodes[i][j] - centre[i]) / deviation[i]).powi(2);
            (-0.5 * (0..shape.len()).map(square).sum::<f64>()).exp()
        };
        Density::normalised(&grid, (0..grid.len()).map(value).collect()).unwrap()
    }

    #[test]
    fn powers_of_a_gaussian_have_the_moments_of_the_normal_law() {
        let observables = Observables::on_line(&gaussian(&[128], [0.5, 0.0], [0.7, 1.0]), &[]);
        let found: Vec<(&str, f64, f64)> =
            observables.list().iter().map(|o| (o.name.as_str(), o.mean, o.deviation.powi(2))).collect();
        // Means 0, 1, 0, 3; variances 1, 2, 15, 96.
        let expected = [("u", 0.0, 1.0), ("u^2", 1.0, 2.0), ("u^3", 0.0, 15.0), ("u^4", 3.0, 96.0)];
        for ((name, mean, variance), (n, m, v)) in found.iter().zip(&expected) {
            assert_eq!(name, n);
            assert!((mean - m).abs() <= 1e-10 && (variance - v).abs() <= 1e-8 * v, "{name}: {mean}, {variance}");
        }
        // u and u^3: 3/sqrt(15).
        assert!((observables.correlation()[2] - 3.0 / 15.0_f64.sqrt()).abs() <= 1e-10);
        let plane = Observables::on_line(&gaussian(&[96, 80], [0.5, -1.0], [0.7, 1.1]), &[]);
        let names: Vec<&str> = plane.list().iter().map(|o| o.name.as_str()).collect();
        assert_eq!(names[..5], ["u1", "u2", "u1^2", "u1 u2", "u2^2"]);
        assert_eq!(names.len(), 14);
    }

    #[test]
    fn means_are_those_at_the_points_also_outside_of_the_box() {
        let density = gaussian(&[128], [0.0; 2], [1.0; 2]);
        let cube = PlaceFunction::new("cube".to_owned(), |x, out| {
            out.iter_mut().zip(x[0]).for_each(|(o, x)| *o = x.powi(3));
        });
        let pole = PlaceFunction::new("pole".to_owned(), |x, out| {
            out.iter_mut().zip(x[0]).for_each(|(o, x)| *o = 1.0 / x);
        });
        let observables = Observables::on_line(&density, &[cube, pole]);
        assert_eq!(observables.left_out(), ["pole"]);
        let grid = density.grid();
        let cloud = |weights: Option<&[f64]>| {
            Cloud::on_line(&[-20.0, 1.0, 40.0], weights, &grid.periods(), &grid.origins()).unwrap()
        };
        assert!((observables.means(&cloud(None))[4] - (-8000.0 + 1.0 + 64000.0) / 3.0).abs() <= 1e-8);
        let weighted = observables.means(&cloud(Some(&[1.0, 2.0, 1.0])))[4];
        assert!((weighted - (-8000.0 + 2.0 + 64000.0) / 4.0).abs() <= 1e-8);
    }
}
