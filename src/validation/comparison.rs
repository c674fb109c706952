//! A cloud, or replicas of one, against a density: the statistics, and the same statistics of clouds drawn from the
//! density.
//!
//! With `R` replicas of `N` points, `P` the square of the distance of all `R N` points together and `M` the mean of the
//! squares of the single replicas, the distance splits into what all replicas share and what tells them apart. Near the
//! density `W2` is a Hilbert norm `|h|` of the difference `h`, and
//!
//! ```text
//! P = |mean h_r|^2,   M = mean |h_r|^2,     bias^2 = (R P - M)/(R - 1),     noise^2 = R (M - P)/(R - 1)
//! ```
//!
//! are free of bias, whatever the correlations between the particles of one replica. Of an observable the replicas give
//! Student's `t = bias / (deviation between replicas / sqrt(R))`, likewise.
//!
//! Points may have weights. The clouds drawn from the density then have the same weights, in the same order: what is tested
//! is that the points are independent points of the density whatever their weights.

use super::{AsymptoticLaw, CloudDistance, Function, MomentTest, Moments, Observables, PlaceFunction, Sampler, Stream};
use crate::torus::{Density, TorusError};
use crate::transport::{Cloud, Distance, TransportError, normalised};

/// How many points a cloud has, and how often it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// `R`, at least 1.
    pub replicas: usize,
    /// `N`, points of one replica, at least 1.
    pub points: usize,
}

impl Size {
    /// `R N`.
    pub fn total(self) -> usize {
        self.replicas * self.points
    }
}

/// What is measured of a cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Distance of all points together, or why there is none.
    pub distance: Result<Distance, TransportError>,
    /// Observables of all points together, in units of the noise of independent points.
    pub moments: Moments,
    /// What the replicas say, if there are several.
    pub replicas: Option<Replicas>,
}

/// What replicas say beside their union.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicas {
    /// `M`, mean of the squared distances of single replicas; `None` when the solver failed on one.
    pub mean_square: Option<f64>,
    /// Standard deviation between replicas of the mean of each observable.
    pub deviations: Vec<f64>,
    /// `t^2/(t^2 + R - 1)` of each observable: the share of the bias in the mean square over replicas, at most 1.
    pub bias_shares: Vec<f64>,
}

impl Replicas {
    /// The largest share of the bias.
    pub fn largest_bias_share(&self) -> f64 {
        self.bias_shares.iter().fold(0.0, |m, share| share.max(m))
    }
}

/// `bias^2` and `noise^2` from `P` and `M` (see the head of this file); the first may be negative.
pub fn split(union: f64, single: f64, replicas: usize) -> [f64; 2] {
    let r = replicas as f64;
    [(r * union - single) / (r - 1.0), r * (single - union) / (r - 1.0)]
}

/// A density with all that measures clouds of one size.
#[derive(Debug, Clone)]
pub struct Comparison {
    density: Density,
    solver: Result<CloudDistance, TransportError>,
    moments: MomentTest,
    sampler: Sampler,
    size: Size,
    /// Whether the box of the density stands for the line or plane.
    line: bool,
    /// Of all points, replica after replica, each replica of sum 1.
    weights: Option<Vec<f64>>,
}

impl Comparison {
    /// Prepares comparisons with a density, by its low Fourier modes and these functions on its grid.
    ///
    /// # Errors
    /// [`TorusError`] when the density has too many nodes for a finer grid.
    pub fn new(density: &Density, functions: &[Function], size: Size) -> Result<Comparison, TorusError> {
        Ok(Comparison {
            solver: CloudDistance::new(density),
            moments: MomentTest::new(Observables::new(density, functions)?),
            sampler: Sampler::new(density, size.total())?,
            density: density.clone(),
            size,
            line: false,
            weights: None,
        })
    }

    /// Prepares comparisons with a density on the line or plane, whose box is the torus of its grid, by powers of the coordinates
    /// and these functions. Error bars hold a density at a distance of at most `tail`.
    ///
    /// # Errors
    /// As [`Comparison::new`].
    pub fn on_line(
        density: &Density,
        functions: &[PlaceFunction],
        size: Size,
        tail: f64,
    ) -> Result<Comparison, TorusError> {
        Ok(Comparison {
            solver: CloudDistance::on_line(density, tail),
            moments: MomentTest::new(Observables::on_line(density, functions)),
            sampler: Sampler::new(density, size.total())?,
            density: density.clone(),
            size,
            line: true,
            weights: None,
        })
    }

    /// The law of the distance of many independent points, or why there is none.
    ///
    /// # Errors
    /// The reason.
    pub fn asymptotic_law(&self) -> Result<AsymptoticLaw, String> {
        match self.line {
            true => AsymptoticLaw::on_line(&self.density, self.effective_points()),
            false => AsymptoticLaw::new(&self.density).ok_or_else(|| "the density vanishes somewhere".to_owned()),
        }
    }

    /// The same for points with these weights, replica after replica, which are divided by their sums.
    ///
    /// # Errors
    /// [`TransportError::Weight`] with the index of a weight that cannot be used, [`TransportError::NoMass`].
    ///
    /// # Panics
    /// When there are not as many weights as points.
    pub fn with_weights(self, weights: &[f64]) -> Result<Comparison, TransportError> {
        let Size { replicas, points } = self.size;
        assert_eq!(weights.len(), replicas * points, "weights of {:?}", self.size);
        let parts = weights.chunks_exact(points).enumerate().map(|(replica, part)| {
            normalised(part).map(|(weights, _)| weights).map_err(|error| match error {
                TransportError::Weight { index, value } => {
                    TransportError::Weight { index: replica * points + index, value }
                }
                error => error,
            })
        });
        let weights = Some(parts.collect::<Result<Vec<_>, _>>()?.concat());
        Ok(Comparison { weights, ..self })
    }

    /// Of how many points of equal weight all points together are worth.
    pub fn effective_points(&self) -> f64 {
        let replicas = self.size.replicas as f64;
        let squares = |weights: &Vec<f64>| weights.iter().map(|w| w * w).sum::<f64>();
        self.weights.as_ref().map_or(self.size.total() as f64, |weights| replicas * replicas / squares(weights))
    }

    /// The density.
    pub fn density(&self) -> &Density {
        &self.density
    }

    /// Whether the density is one on the line or plane.
    pub fn is_on_line(&self) -> bool {
        self.line
    }

    /// The observables.
    pub fn moments(&self) -> &MomentTest {
        &self.moments
    }

    /// What clouds are drawn from.
    pub fn sampler(&self) -> &Sampler {
        &self.sampler
    }

    /// Size of the clouds.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Measures a cloud: coordinates of all points, row-major, replica after replica.
    ///
    /// # Errors
    /// [`TransportError::Coordinate`] with the index of a point that has no place.
    ///
    /// # Panics
    /// When there are not as many points as was said.
    pub fn measure(&self, points: &[f64]) -> Result<Statistics, TransportError> {
        let grid = self.density.grid();
        let Size { replicas, points: count } = self.size;
        assert_eq!(points.len(), replicas * count * grid.dimension(), "coordinates of {:?}", self.size);
        let (periods, origins) = (grid.periods(), grid.origins());
        let union = Cloud::placed(points, self.weights.as_deref(), &periods, &origins, self.line)?;
        let distance = self.distance(&union);
        if replicas == 1 {
            return Ok(Statistics { distance, moments: self.moments.of_cloud(&union), replicas: None });
        }
        let clouds = points.chunks_exact(count * grid.dimension()).enumerate().map(|(replica, part)| {
            let weights = self.weights.as_ref().map(|weights| &weights[replica * count..][..count]);
            Cloud::placed(part, weights, &periods, &origins, self.line)
        });
        let clouds: Vec<Cloud> = clouds.collect::<Result<_, _>>()?;
        let means: Vec<Vec<f64>> = clouds.iter().map(|cloud| self.moments.observables().means(cloud)).collect();
        let squares: Option<Vec<f64>> =
            clouds.iter().map(|cloud| self.distance(cloud).ok().map(|d| d.value * d.value)).collect();
        let mean_square = squares.map(|squares| squares.iter().sum::<f64>() / replicas as f64);
        let (mean, deviations, bias_shares) = self.between_replicas(&means);
        let moments = self.moments.of_means(mean, self.effective_points());
        Ok(Statistics { distance, moments, replicas: Some(Replicas { mean_square, deviations, bias_shares }) })
    }

    /// Measures a cloud of independent points of the density.
    pub fn measure_sample(&self, stream: &mut Stream) -> Statistics {
        let points = self.sampler.sample(self.size.total(), stream);
        self.measure(&points).expect("points of the density are places")
    }

    fn distance(&self, cloud: &Cloud) -> Result<Distance, TransportError> {
        self.solver.as_ref().map_err(Clone::clone)?.of(cloud)
    }

    /// Means over the replicas, deviations between them, and shares of the bias.
    fn between_replicas(&self, means: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let list = self.moments.observables().list();
        let r = means.len() as f64;
        let mut results = (Vec::new(), Vec::new(), Vec::new());
        for (k, observable) in list.iter().enumerate() {
            let mean = means.iter().map(|row| row[k]).sum::<f64>() / r;
            let square: f64 = means.iter().map(|row| (row[k] - mean) * (row[k] - mean)).sum();
            let deviation = (square / (r - 1.0)).sqrt();
            let bias = mean - observable.mean;
            results.0.push(mean);
            results.1.push(deviation);
            let mean_square = bias * bias + square / r;
            results.2.push(if mean_square > 0.0 { bias * bias / mean_square } else { 0.0 });
        }
        results
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Grid;

    #[test]
    fn replicas_with_a_common_shift_show_it_as_bias_and_the_rest_as_noise() {
        let density = Density::uniform(&Grid::new(&[16], &[1.0], &[0.0]).unwrap());
        let size = Size { replicas: 40, points: 50 };
        let comparison = Comparison::new(&density, &[], size).unwrap();
        let (mut bias, mut noise) = ([0.0; 2], [0.0; 2]);
        let experiments = 20;
        for b in 0..experiments {
            let points = comparison.sampler().sample(size.total(), &mut Stream::new(&[3, b]));
            // Squeezed: density 1 + 0.2 cos, whose distance from 1 is 0.2/(2 pi sqrt 2) up to second order.
            let squeezed: Vec<f64> =
                points.iter().map(|x| x - 0.2 / std::f64::consts::TAU * (std::f64::consts::TAU * x).sin()).collect();
            for (case, points) in [points, squeezed].iter().enumerate() {
                let measured = comparison.measure(points).unwrap();
                let union = measured.distance.unwrap().value.powi(2);
                let single = measured.replicas.unwrap().mean_square.unwrap();
                let [b, n] = split(union, single, size.replicas);
                assert!((b + n - single).abs() <= 1e-15);
                bias[case] += b / experiments as f64;
                noise[case] += n / experiments as f64;
            }
        }
        let floor = 1.0 / 12.0 / 50.0;
        for noise in noise {
            assert!((noise / floor - 1.0).abs() <= 0.1, "{noise} against {floor}");
        }
        // The spread of the estimate over 20 experiments is about floor/40 * sqrt(2/20)/2.
        assert!(bias[0].abs() <= 0.03 * floor, "{} of the floor", bias[0] / floor);
        let expected = (0.2 / (std::f64::consts::TAU * 2.0_f64.sqrt())).powi(2);
        assert!((bias[1] / expected - 1.0).abs() <= 0.1, "{} against {expected}", bias[1]);
    }
}
