//! Point masses against a density on the plane: the periodic semi-discrete solver, on a torus on which nothing wraps.
//!
//! The density fills a box `[o, o + l)` and is empty outside. On a torus of periods `L_i` with
//!
//! ```text
//! |y_i - x_i| <= L_i/2      for every point y and every place x of the box,
//! ```
//!
//! the geodesic distance of every such pair is that of the plane, so that both problems have the same costs, the same plans
//! and the same optimum: W2 on the torus is W2 on the plane, exactly. `L = 2 l` serves points in the box. Points outside
//! need more room, and get it.
//!
//! The empty part is a vacuum for the solver, whose first cells may lie in it; it thins a uniform density out
//! (`semi_discrete/newton.rs`).

use crate::torus::{Density, next_fast_size, with_points_around, with_room};
use crate::transport::{Cloud, Distance, Method, SemiDiscrete, TransportError};

/// Distances between clouds and one density on the plane.
#[derive(Debug, Clone)]
pub struct PlaneSemiDiscrete {
    density: Density,
    /// For points in the box.
    solver: SemiDiscrete,
    tail: f64,
}

impl PlaneSemiDiscrete {
    /// Prepares distances to a density in two dimensions whose box is the torus of its grid.
    ///
    /// # Errors
    /// As [`SemiDiscrete::new`].
    pub fn new(density: &Density) -> Result<PlaneSemiDiscrete, TransportError> {
        let (torus, values) = with_room(density.grid(), density.values());
        let solver = SemiDiscrete::new(&Density::normalised(&torus, values)?)?;
        Ok(PlaneSemiDiscrete { density: density.clone(), solver, tail: 0.0 })
    }

    /// The same with error bars that hold a density whose W2 distance from the one in the box is at most `tail`.
    pub fn with_tail(self, tail: f64) -> PlaneSemiDiscrete {
        PlaneSemiDiscrete { tail, ..self }
    }

    /// `W2` between a cloud on the plane and the density. It does not depend on the clouds before.
    ///
    /// # Errors
    /// As [`SemiDiscrete::distance`], and [`TransportError::TooManyPoints`] when a point is so far from the box that the
    /// torus has too many nodes.
    ///
    /// # Panics
    /// For a cloud on a torus.
    pub fn distance(&self, cloud: &Cloud) -> Result<Distance, TransportError> {
        assert!(cloud.is_on_line(), "a cloud on a torus has no place on the plane");
        let grid = self.density.grid();
        if cloud.dimension() != 2 {
            let (method, got) = (Method::PlaneSemiDiscrete, cloud.dimension());
            return Err(TransportError::Dimension { method, expected: 2, got });
        }
        let points = self.points_needed(&cloud.coordinates());
        let enough = points.iter().zip(grid.shape()).all(|(needed, n)| *needed <= 2.0 * n as f64);
        let distance = if enough {
            distance_on(
                &mut self.solver.clone(),
                grid.periods().iter().map(|l| 2.0 * l).collect(),
                cloud,
                &grid.origins(),
            )
        } else {
            let total: f64 = points.iter().product();
            if total > SemiDiscrete::MAXIMUM_NODES as f64 {
                let (method, maximum) = (Method::PlaneSemiDiscrete, SemiDiscrete::MAXIMUM_NODES);
                return Err(TransportError::TooManyPoints { method, points: total as usize, maximum });
            }
            let points: Vec<usize> = points.iter().map(|n| next_fast_size(*n as usize)).collect();
            let (torus, values) = with_points_around(grid, self.density.values(), &points)?;
            let mut solver = SemiDiscrete::new(&Density::normalised(&torus, values)?)?;
            distance_on(&mut solver, torus.periods(), cloud, &grid.origins())
        }?;
        Ok(Distance { error: distance.error + self.tail, method: Method::PlaneSemiDiscrete, ..distance })
    }

    /// Nodes along every axis, of the spacing of the density, of a torus on which these points wrap nowhere.
    fn points_needed(&self, coordinates: &[f64]) -> [f64; 2] {
        [0, 1].map(|i| {
            let axis = self.density.grid().axis(i);
            let ends = (axis.origin, axis.origin + axis.period);
            let reach = |y: &f64| (y - ends.0).abs().max((y - ends.1).abs());
            let farthest = coordinates[i..].iter().step_by(2).map(reach).fold(axis.period, f64::max);
            (2.0 * farthest / axis.spacing()).ceil().max(2.0 * axis.points as f64)
        })
    }
}

fn distance_on(
    solver: &mut SemiDiscrete,
    periods: Vec<f64>,
    cloud: &Cloud,
    origins: &[f64],
) -> Result<Distance, TransportError> {
    let weights = cloud.is_weighted().then(|| cloud.weights());
    solver.distance(&Cloud::new(&cloud.coordinates(), weights, &periods, origins)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Grid;
    use crate::transport::LineSemiDiscrete;

    /// Product of two Gaussians of these centres and deviations in a box of this lower corner.
    fn gaussian(centres: [f64; 2], deviations: [f64; 2], origins: [f64; 2]) -> [Density; 3] {
        let (shape, periods) = ([64, 56], [6.0, 5.0]);
        let value = |axis: usize, x: f64| (-0.5 * ((x - centres[axis]) / deviations[axis]).powi(2)).exp();
        let of_axis = |axis: usize| {
            let grid = Grid::new(&[shape[axis]], &[periods[axis]], &[origins[axis]]).unwrap();
            let values = grid.axis(0).coordinates().into_iter().map(|x| value(axis, x)).collect();
            Density::normalised(&grid, values).unwrap()
        };
        let [a, b] = [of_axis(0), of_axis(1)];
        let grid = Grid::new(&shape, &periods, &origins).unwrap();
        let values = a.values().iter().flat_map(|u| b.values().iter().map(move |v| u * v)).collect();
        [Density::normalised(&grid, values).unwrap(), a, b]
    }

    fn cloud(density: &Density, points: &[f64]) -> Cloud {
        let grid = density.grid();
        Cloud::on_line(points, None, &grid.periods(), &grid.origins()).unwrap()
    }

    /// Product measures: squared distances add, axis by axis.
    #[test]
    fn lattices_of_points_have_the_distances_of_their_axes() {
        let [density, a, b] = gaussian([0.2, -0.3], [0.35, 0.3], [-3.0, -2.6]);
        let solver = PlaneSemiDiscrete::new(&density).unwrap();
        let lattices: [[&[f64]; 2]; 4] = [
            [&[0.9], &[0.1]],
            [&[-0.3, 0.1, 0.5, 0.55], &[-0.8, -0.2, 0.3]],
            // In the corner of the box, where there is no mass: the other way round the box would be nearer.
            [&[2.6, 2.9], &[2.0, 2.3]],
            // Outside.
            [&[-9.0, 0.3, 7.0], &[-0.1, 5.0]],
        ];
        for lattice in lattices {
            let points: Vec<f64> = lattice[0].iter().flat_map(|x| lattice[1].iter().flat_map(|y| [*x, *y])).collect();
            let found = solver.distance(&cloud(&density, &points)).unwrap();
            let along = [&a, &b].map(|axis| LineSemiDiscrete::new(axis).unwrap());
            let exact: f64 = (0..2)
                .map(|i| along[i].distance(&cloud([&a, &b][i], lattice[i])).unwrap().value.powi(2))
                .sum::<f64>()
                .sqrt();
            assert!((found.value - exact).abs() <= found.error + 1e-13 * exact, "{lattice:?}: {found:?} for {exact}");
            assert!(found.error <= 1e-7 * exact, "{lattice:?}: {found:?}");
            assert_eq!(found.method, Method::PlaneSemiDiscrete);
        }
    }

    #[test]
    fn a_cloud_has_one_distance_whatever_came_before_and_a_point_too_far_none() {
        let [density, ..] = gaussian([0.2, -0.3], [0.35, 0.3], [-3.0, -2.6]);
        let solver = PlaneSemiDiscrete::new(&density).unwrap();
        let [near, far] = [[0.1, 0.2, 0.3, -0.5], [-4.0, 1.0, 3.0, 0.5]].map(|points| cloud(&density, &points));
        let before = solver.distance(&near).unwrap();
        solver.distance(&far).unwrap();
        assert_eq!(solver.distance(&near).unwrap(), before);
        let wider = solver.clone().with_tail(0.25).distance(&near).unwrap();
        assert_eq!((wider.value, wider.error), (before.value, before.error + 0.25));
        let error = solver.distance(&cloud(&density, &[1e6, 0.0])).unwrap_err();
        assert!(matches!(error, TransportError::TooManyPoints { .. }), "{error}");
    }
}
