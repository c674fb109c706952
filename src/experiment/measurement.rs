//! What is measured at every snapshot: distances to the equilibrium, duality gap, energy, relative entropies, mass,
//! minimum, spectral tail.

use super::Discretisation;
use crate::diagnostics::{energy, nikaido_isoda, regularised_energy, regularised_gap, relative_entropy};
use crate::flow::PairLayout;
use crate::game::{Payoff, PayoffWork, Player};
use crate::output::{Diagnostics, Snapshot};
use crate::regulariser::Regulariser;
use crate::torus::{Density, Fourier, FourierScratch, Grid, spectral_tail, with_room};
use crate::transport::{
    CircleDistance, Distance, Measure, MongeAmpere, PlaneDistance, Potential, Reading as DensityReading,
    TransportError, circle_distance,
};
use num_complex::Complex64;

/// Error bar over distance that is asked for on the plane, where every digit costs a finer lattice.
const PLANE_TOLERANCE: f64 = 1e-7;

/// The exact distance of one player's density to his equilibrium.
#[derive(Debug)]
pub(super) enum ToEquilibrium {
    Circle(Box<CircleDistance>),
    Torus(Box<MongeAmpere>),
    /// The line: a circle twice as long as the box, so that no mass is nearer the other way round.
    Line(Box<CircleDistance>),
    Plane(Box<PlaneDistance>),
}

impl ToEquilibrium {
    pub fn new(target: &Density) -> Result<ToEquilibrium, TransportError> {
        Ok(match target.grid().dimension() {
            1 => ToEquilibrium::Circle(Box::new(CircleDistance::new(target)?)),
            _ => ToEquilibrium::Torus(Box::new(MongeAmpere::new(target)?)),
        })
    }

    /// For a player on the line whose box is the density's torus.
    ///
    /// # Errors
    /// Those of the solvers.
    fn on_line(target: &Density) -> Result<ToEquilibrium, TransportError> {
        Ok(match target.grid().dimension() {
            1 => ToEquilibrium::Line(Box::new(CircleDistance::new(&on_torus(target)?)?)),
            _ => {
                let solver = PlaneDistance::new(target)?.with_relative_tolerance(PLANE_TOLERANCE);
                ToEquilibrium::Plane(Box::new(solver))
            }
        })
    }

    pub fn distance(&mut self, source: &Density) -> Result<Distance, TransportError> {
        let distance = match self {
            ToEquilibrium::Line(solver) => solver.distance(&on_torus(source)?),
            ToEquilibrium::Circle(solver) => solver.distance(source),
            ToEquilibrium::Torus(solver) => solver.distance(source),
            ToEquilibrium::Plane(solver) => solver.distance(source),
        };
        Ok(distance?.holding(source.reach_of_left_out()))
    }

    /// The density whose distance it is: on the line and plane that of values above 0.
    fn density(&self, grid: &Grid, values: Vec<f64>) -> Result<Density, TransportError> {
        let on_line = matches!(self, ToEquilibrium::Line(_) | ToEquilibrium::Plane(_));
        Ok(Density::computed(grid, values, on_line)?)
    }

    /// What the next distance starts from.
    fn warm_start(&self) -> Option<&Potential> {
        match self {
            ToEquilibrium::Torus(solver) => solver.warm_start(),
            ToEquilibrium::Plane(solver) => solver.warm_start(),
            ToEquilibrium::Circle(_) | ToEquilibrium::Line(_) => None,
        }
    }

    fn set_warm_start(&mut self, potential: Option<Potential>) -> Result<(), TransportError> {
        match self {
            ToEquilibrium::Torus(solver) => solver.set_warm_start(potential),
            ToEquilibrium::Plane(solver) => solver.set_warm_start(potential),
            ToEquilibrium::Circle(_) | ToEquilibrium::Line(_) => Ok(()),
        }
    }
}

/// The density of a box on a torus twice as long, the rest of which is empty.
fn on_torus(density: &Density) -> Result<Density, TransportError> {
    let (torus, values) = with_room(density.grid(), density.values());
    Ok(Density::normalised(&torus, values)?)
}

/// One player's share of the measurements.
#[derive(Debug)]
struct Gauge {
    fourier: Fourier,
    scratch: FourierScratch,
    log_equilibrium: Vec<f64>,
    to_equilibrium: Result<ToEquilibrium, String>,
    /// The equilibrium as constant on cells, where that is how states are read.
    cells: Option<Measure>,
}

/// Everything that does not depend on the opponent.
struct Reading {
    values: Vec<f64>,
    distance: Result<Distance, String>,
    relative_entropy: f64,
    mass: f64,
    minimum: f64,
    tail: f64,
}

impl Gauge {
    fn new(discretisation: &Discretisation, player: Player) -> Gauge {
        let grid = discretisation.grid(player);
        let fourier = Fourier::new(grid);
        let equilibrium = &discretisation.equilibrium;
        let in_cells = !equilibrium.regulariser().is_entropy();
        let cells = (in_cells && grid.dimension() == 1).then(|| {
            Measure::on_grid(grid, equilibrium.densities()[player.index()], DensityReading::Constant)
                .expect("best responses are finite, not negative and have mass 1")
        });
        let to_equilibrium = match (in_cells, discretisation.payoff.is_on_line(player)) {
            (false, true) => {
                ToEquilibrium::on_line(&discretisation.equilibrium_density(player)).map_err(|error| error.to_string())
            }
            (false, false) => {
                ToEquilibrium::new(&discretisation.equilibrium_density(player)).map_err(|error| error.to_string())
            }
            (true, _) => Err("of densities that are constant on cells it is computed in one dimension only".to_owned()),
        };
        Gauge {
            scratch: fourier.scratch(),
            fourier,
            log_equilibrium: equilibrium.log_densities()[player.index()].to_vec(),
            to_equilibrium,
            cells,
        }
    }

    fn read(&mut self, part: &[Complex64], cells: Option<Vec<f64>>) -> Reading {
        let grid = self.fourier.grid();
        let values = cells.unwrap_or_else(|| {
            let mut values = vec![0.0; grid.len()];
            self.fourier.inverse(part, &mut values, &mut self.scratch);
            values
        });
        let distance = match &mut self.to_equilibrium {
            _ if self.cells.is_some() => self.distance_of_cells(&values),
            Ok(solver) => solver
                .density(grid, values.clone())
                .and_then(|density| solver.distance(&density))
                .map_err(|error| error.to_string()),
            Err(reason) => Err(reason.clone()),
        };
        Reading {
            distance,
            relative_entropy: relative_entropy(grid, &values, &self.log_equilibrium),
            mass: grid.integral(&values),
            minimum: values.iter().copied().fold(f64::INFINITY, f64::min),
            tail: spectral_tail(grid, part),
            values,
        }
    }

    fn distance_of_cells(&self, values: &[f64]) -> Result<Distance, String> {
        let target = self.cells.as_ref().ok_or("the equilibrium is not read as cells")?;
        Measure::on_grid(self.fourier.grid(), values, DensityReading::Constant)
            .and_then(|source| circle_distance(&source, target))
            .map_err(|error| error.to_string())
    }
}

/// Measures states against one equilibrium.
#[derive(Debug)]
pub struct Measurement {
    temperature: [f64; 2],
    regulariser: Regulariser,
    layout: PairLayout,
    gauges: [Gauge; 2],
    work: PayoffWork,
    /// Why a distance could not be had, the first time it happened, per player.
    failures: [Option<String>; 2],
}

impl Measurement {
    /// Prepares distances to the equilibrium of this discretisation.
    pub fn new(discretisation: &Discretisation, temperature: [f64; 2]) -> Measurement {
        Measurement {
            temperature,
            regulariser: discretisation.equilibrium.regulariser(),
            layout: PairLayout::new(discretisation.grid(Player::X), discretisation.grid(Player::Y)),
            gauges: Player::BOTH.map(|player| Gauge::new(discretisation, player)),
            work: discretisation.payoff.work(),
            failures: [None, None],
        }
    }

    /// Measures the pair of time `time`, whose values are `cells` where these are what is stepped. The players are measured on
    /// two threads.
    pub fn measure(
        &mut self,
        payoff: &Payoff,
        time: f64,
        state: &[Complex64],
        cells: Option<[Vec<f64>; 2]>,
    ) -> Snapshot {
        let Measurement { temperature, regulariser, layout, gauges: [x, y], work, failures } = self;
        let (part_x, part_y) = (layout.part(Player::X, state), layout.part(Player::Y, state));
        let [cells_x, cells_y] = cells.map_or([None, None], |both| both.map(Some));
        let (x, y) = rayon::join(|| x.read(part_x, cells_x), || y.read(part_y, cells_y));
        let [w2_x, w2_y] = [(&x, 0), (&y, 1)].map(|(reading, p)| match &reading.distance {
            Ok(distance) => (distance.value, distance.error),
            Err(reason) => {
                failures[p].get_or_insert_with(|| format!("at time {time}: {reason}"));
                (f64::NAN, f64::NAN)
            }
        });
        let w2 = w2_x.0.hypot(w2_y.0);
        let (gap, energy) = if regulariser.is_entropy() {
            let gap = nikaido_isoda(payoff, *temperature, &x.values, &y.values, work);
            (gap, energy(payoff, *temperature, &x.values, &y.values, work))
        } else {
            let (function, pair) = (regulariser.function(), [x.values.as_slice(), y.values.as_slice()]);
            let gap = regularised_gap(function, payoff, *temperature, pair, work);
            (gap, regularised_energy(function, payoff, *temperature, pair, work))
        };
        let diagnostics = Diagnostics {
            w2,
            w2_x: w2_x.0,
            w2_y: w2_y.0,
            w2_error: product_error(w2, w2_x, w2_y),
            nikaido_isoda: gap,
            energy,
            kl_x: x.relative_entropy,
            kl_y: y.relative_entropy,
            mass_x: x.mass,
            mass_y: y.mass,
            min_x: x.minimum,
            min_y: y.minimum,
            tail_x: x.tail,
            tail_y: y.tail,
        };
        Snapshot { time, mu: x.values, nu: y.values, diagnostics }
    }

    /// Why distances are missing, one line per player.
    pub fn failures(&self) -> &[Option<String>; 2] {
        &self.failures
    }

    /// What the transport solvers start from next; part of a checkpoint.
    pub fn warm_starts(&self) -> [Option<Potential>; 2] {
        [0, 1].map(|p| self.gauges[p].to_equilibrium.as_ref().ok().and_then(|solver| solver.warm_start().cloned()))
    }

    /// Keeps the reasons found on another grid.
    pub fn keep_failures(&mut self, failures: [Option<String>; 2]) {
        self.failures = failures;
    }

    /// Starts from these potentials where they fit, and cold where they do not.
    pub fn offer_warm_starts(&mut self, potentials: [Option<Potential>; 2]) {
        for (gauge, potential) in self.gauges.iter_mut().zip(potentials) {
            if let Ok(solver) = &mut gauge.to_equilibrium
                && solver.set_warm_start(potential).is_err()
            {
                solver.set_warm_start(None).expect("no potential always fits");
            }
        }
    }

    /// Takes back [`Measurement::warm_starts`].
    ///
    /// # Errors
    /// [`TransportError`] when a potential does not fit.
    pub fn set_warm_starts(&mut self, potentials: [Option<Potential>; 2]) -> Result<(), TransportError> {
        for (gauge, potential) in self.gauges.iter_mut().zip(potentials) {
            if let Ok(solver) = &mut gauge.to_equilibrium {
                solver.set_warm_start(potential)?;
            }
        }
        Ok(())
    }
}

/// Error bar of `sqrt(a^2 + b^2)`: the distance moves by at most `(a da + b db)/sqrt(a^2 + b^2)` to first order, and by
/// at most `sqrt(da^2 + db^2)` whatever the values.
pub(super) fn product_error(w2: f64, (a, da): (f64, f64), (b, db): (f64, f64)) -> f64 {
    let worst = da.hypot(db);
    if w2 > 10.0 * worst { (a * da + b * db) / w2 + worst * worst / w2 } else { worst }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_of_the_product_covers_every_pair_within_the_bars() {
        let bars: [((f64, f64), (f64, f64)); 4] = [
            ((0.3, 1e-3), (0.4, 2e-3)),
            ((0.0, 1e-9), (0.5, 1e-12)),
            ((1e-10, 1e-10), (0.0, 1e-10)),
            ((0.0, 0.0), (0.0, 0.0)),
        ];
        for (x, y) in bars {
            let w2 = x.0.hypot(y.0);
            let bar = product_error(w2, x, y);
            for sx in [-1.0, 0.0, 1.0] {
                for sy in [-1.0, 0.0, 1.0] {
                    let other = (x.0 + sx * x.1).max(0.0).hypot((y.0 + sy * y.1).max(0.0));
                    assert!((other - w2).abs() <= bar * (1.0 + 1e-12), "{x:?} {y:?}: {} above {bar}", other - w2);
                }
            }
        }
    }
}
