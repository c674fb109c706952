//! The bias of smooth observables of a cloud, in units of the noise of independent points.
//!
//! ```text
//! z_k = sqrt(n) (mean of g_k over the cloud - mean under the density) / sigma_k
//! chi^2 = z^T C^+ z,      C the correlations of the g_k under the density, C^+ its inverse off its null space
//! ```
//!
//! `n` is the number of points; of points with weights it is `1/sum w^2`, for then the variance of a mean is `sigma^2 sum w^2`.
//!
//! For independent points of the density `chi^2` tends to the law of that name with `rank C` degrees of freedom, and
//! `max |z_k|` to that of the largest of as many correlated normal numbers. Neither law is used: both statistics are
//! compared with their values on clouds drawn from the density. The first sees many small biases, the second a single
//! large one.

use super::{Observable, Observables};
use crate::transport::Cloud;
use faer::Mat;
use nashflow_kernels::eigen;

/// Eigenvalues of the correlations below this share of the largest belong to functions that repeat others.
const REPEATED: f64 = 1e-8;

/// What the observables say of one cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Means over the cloud, in the order of the observables.
    pub means: Vec<f64>,
    /// `z_k`.
    pub scores: Vec<f64>,
    /// `chi^2`.
    pub chi_square: f64,
}

impl Moments {
    /// `max |z_k|`.
    pub fn largest_score(&self) -> f64 {
        self.scores.iter().fold(0.0, |m, z| z.abs().max(m))
    }
}

/// Observables with the square root of `C^+`.
#[derive(Debug, Clone)]
pub struct MomentTest {
    observables: Observables,
    /// Rows `v_j / sqrt(lambda_j)` of the eigenvectors of `C`.
    whitening: Vec<Vec<f64>>,
}

impl MomentTest {
    /// Prepares the statistics; costs the eigenvalues of a matrix of the size of the list.
    pub fn new(observables: Observables) -> MomentTest {
        let count = observables.list().len();
        let correlation = Mat::from_fn(count, count, |i, j| observables.correlation()[i * count + j]);
        let eigen = eigen::symmetric_pairs(&correlation).expect("the eigenvalues of a matrix of finite numbers");
        let (values, vectors) = (eigen.S(), eigen.U());
        let largest = (0..count).map(|j| values[j]).fold(0.0, f64::max);
        let whitening = (0..count)
            .filter(|&j| values[j] > REPEATED * largest)
            .map(|j| (0..count).map(|i| vectors[(i, j)] / values[j].sqrt()).collect())
            .collect();
        MomentTest { observables, whitening }
    }

    /// The observables.
    pub fn observables(&self) -> &Observables {
        &self.observables
    }

    /// Degrees of freedom of `chi^2`.
    pub fn rank(&self) -> usize {
        self.whitening.len()
    }

    /// The statistics of a cloud.
    pub fn of_cloud(&self, cloud: &Cloud) -> Moments {
        self.of_means(self.observables.means(cloud), effective_points(cloud))
    }

    /// The statistics of means over this many points of equal weight.
    pub fn of_means(&self, means: Vec<f64>, points: f64) -> Moments {
        let root = points.sqrt();
        let score = |(mean, g): (&f64, &Observable)| root * (mean - g.mean) / g.deviation;
        let scores: Vec<f64> = means.iter().zip(self.observables.list()).map(score).collect();
        let along = |row: &Vec<f64>| row.iter().zip(&scores).map(|(v, z)| v * z).sum::<f64>();
        let chi_square = self.whitening.iter().map(along).map(|t| t * t).sum();
        Moments { means, scores, chi_square }
    }
}

/// `1/sum w^2`, of how many points of equal weight a cloud is worth in a mean.
fn effective_points(cloud: &Cloud) -> f64 {
    if cloud.is_weighted() { 1.0 / cloud.weights().iter().map(|w| w * w).sum::<f64>() } else { cloud.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::{Density, Grid};
    use crate::validation::{Function, Sampler, Stream};
    use std::f64::consts::TAU;

    fn density() -> Density {
        let grid = Grid::new(&[48], &[1.0], &[0.0]).unwrap();
        let values = (0..48).map(|j| (1.5 * (TAU * j as f64 / 48.0).cos()).exp()).collect();
        Density::normalised(&grid, values).unwrap()
    }

    #[test]
    fn chi_square_of_independent_points_has_the_mean_and_variance_of_its_law() {
        let density = density();
        // A function that repeats a mode adds a score but no degree of freedom.
        let repeated = Function {
            name: "repeated".to_owned(),
            values: (0..48).map(|j| 3.0 * (TAU * j as f64 / 48.0).cos() - 1.0).collect(),
        };
        let test = MomentTest::new(Observables::new(&density, &[repeated]).unwrap());
        assert_eq!((test.rank(), test.observables().list().len()), (8, 9));
        let (clouds, points) = (2000, 400);
        let sampler = Sampler::new(&density, points).unwrap();
        let (mut sum, mut squares) = (0.0, 0.0);
        for b in 0..clouds {
            let sample = sampler.sample(points, &mut Stream::new(&[5, b]));
            let moments = test.of_cloud(&Cloud::new(&sample, None, &[1.0], &[0.0]).unwrap());
            assert!((moments.scores[8] - moments.scores[0]).abs() <= 1e-9);
            sum += moments.chi_square;
            squares += moments.chi_square * moments.chi_square;
        }
        let mean = sum / clouds as f64;
        let variance = squares / clouds as f64 - mean * mean;
        // The mean is exactly 8; its standard error is sqrt(16/2000) = 0.09, that of the variance about 1.
        assert!((mean - 8.0).abs() <= 0.36, "{mean}");
        assert!((variance - 16.0).abs() <= 4.0, "{variance}");
    }
}
