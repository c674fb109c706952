//! The bordered system of pseudo-arclength continuation: an orbit in a plane across its branch.

use super::branch::{BranchPoint, Continuation, Family};
use super::coordinates::{Coordinates, difference, dot, sum};
use super::multipliers::coupled_multipliers;
use super::shooting::Point;
use super::trajectory::{Trajectory, follow, velocity};
use super::{OrbitError, Symmetry};
use crate::equilibrium::gmres::gmres;
use crate::flow::{Flow, MflDa};
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// Relative residual of the linear systems.
const FORCING: f64 = 1e-3;
const MOST_PRODUCTS: usize = 40;
/// Newton steps of a corrector before the arclength is halved.
const MOST_CORRECTIONS: usize = 7;
/// Relative change of the parameter for its derivative.
const DIFFERENCE: f64 = 1e-5;

/// An unknown of the bordered system.
#[derive(Debug, Clone)]
pub(super) struct Unknown {
    point: Point,
    pub parameter: f64,
}

impl Unknown {
    pub fn of(point: &BranchPoint) -> Unknown {
        Unknown { point: point.point.clone(), parameter: point.parameter }
    }

    /// `self - other`.
    pub fn minus(&self, other: &Unknown) -> Unknown {
        let state = difference(&self.point.state, &other.point.state);
        let point = Point { state, period: self.point.period - other.point.period };
        Unknown { point, parameter: self.parameter - other.parameter }
    }

    /// `self + share * step`.
    pub fn plus(&self, share: f64, step: &Unknown) -> Unknown {
        let state = sum(&self.point.state, share, &step.point.state);
        let point = Point { state, period: self.point.period + share * step.point.period };
        Unknown { point, parameter: self.parameter + share * step.parameter }
    }
}

/// The metric of a branch around a reference, and its packed vectors: the state over `|u|`, `dT/T`, `dp/p`.
pub(super) struct Metric {
    coordinates: Coordinates,
    size: f64,
    period: f64,
    parameter: f64,
}

impl Metric {
    pub fn new(flow: &MflDa, at: &Unknown) -> Metric {
        let coordinates = Coordinates::new(flow.layout());
        let size = coordinates.product(&at.point.state, &at.point.state).sqrt();
        Metric { coordinates, size, period: at.point.period, parameter: at.parameter.abs() }
    }

    pub fn pack(&self, z: &Unknown) -> Vec<f64> {
        let mut packed = self.coordinates.pack(&z.point.state);
        packed.iter_mut().for_each(|v| *v /= self.size);
        packed.extend([z.point.period / self.period, z.parameter / self.parameter]);
        packed
    }

    pub fn unpack(&self, packed: &[f64]) -> Unknown {
        let len = self.coordinates.len();
        let state = self.coordinates.unpack(&packed[..len].iter().map(|v| v * self.size).collect::<Vec<_>>());
        let point = Point { state, period: packed[len] * self.period };
        Unknown { point, parameter: packed[len + 1] * self.parameter }
    }
}

/// Newton's method on the bordered system around one base point.
pub(super) struct Corrector<'a> {
    family: &'a dyn Family,
    symmetry: &'a Symmetry,
    how: &'a Continuation,
    base: Unknown,
    pub metric: Metric,
    /// Unit vector of the plane, packed, and the same as an unknown.
    pub normal: Vec<f64>,
    direction: Unknown,
    /// Velocity at the base, packed.
    section: Vec<f64>,
    /// Length of the secant that the direction was made from.
    pub secant_length: f64,
}

impl<'a> Corrector<'a> {
    pub fn new(
        family: &'a dyn Family,
        symmetry: &'a Symmetry,
        base: &Unknown,
        secant: &Unknown,
        how: &'a Continuation,
    ) -> Result<Corrector<'a>, OrbitError> {
        let mut flow = family.flow(base.parameter)?;
        let metric = Metric::new(&flow, base);
        let section = metric.coordinates.pack(&velocity(&mut flow, &base.point.state));
        let mut normal = metric.pack(secant);
        let secant_length = dot(&normal, &normal).sqrt();
        normal.iter_mut().for_each(|v| *v /= secant_length);
        let direction = metric.unpack(&normal);
        Ok(Corrector { family, symmetry, how, base: base.clone(), metric, normal, direction, section, secant_length })
    }

    /// The orbit in the plane at `arclength`, from the point of the secant or from `guess`; the Newton steps taken; the
    /// cosine between the secant and the step made.
    pub fn solve(&self, arclength: f64, guess: Option<Unknown>) -> Result<(BranchPoint, usize, f64), OrbitError> {
        let mut z = guess.unwrap_or_else(|| self.base.plus(arclength, &self.direction));
        self.symmetry.project(&mut z.point.state);
        let mut before = f64::INFINITY;
        for corrections in 0..=MOST_CORRECTIONS {
            let mut flow = self.family.flow(z.parameter)?;
            let mut end = follow(&mut flow, &z.point.state, z.point.period, self.how.steps, |_, _| {});
            self.symmetry.project(&mut end);
            let residual = flow.norm(&difference(&end, &z.point.state)) / flow.norm(&z.point.state);
            let made = self.metric.pack(&z.minus(&self.base));
            let along = dot(&self.normal, &made);
            if residual <= self.how.tolerance && (along - arclength).abs() <= 1e-9 * arclength {
                let (steps, count) = (self.how.tangent_steps, self.how.multipliers);
                let multipliers = coupled_multipliers(&mut flow, self.symmetry, &z.point, steps, count)?;
                let point = BranchPoint { parameter: z.parameter, point: z.point, residual, multipliers };
                return Ok((point, corrections, along / dot(&made, &made).sqrt()));
            }
            // A step that does not gain a digit or so is on its way elsewhere.
            if residual.is_nan() || residual >= 2.0 * before || corrections == MOST_CORRECTIONS {
                return Err(self.failure(residual, corrections));
            }
            before = residual;
            let step = self.newton_step(&mut flow, &z, &end, arclength - along)?;
            z = z.plus(1.0, &step);
            if z.point.period.is_nan() || z.point.period <= 0.0 || z.parameter * self.base.parameter <= 0.0 {
                return Err(self.failure(residual, corrections));
            }
        }
        unreachable!("the loop ends by returning")
    }

    fn failure(&self, residual: f64, iterations: usize) -> OrbitError {
        OrbitError::NotConverged { residual, tolerance: self.how.tolerance, iterations, steps: self.how.steps }
    }

    fn newton_step(&self, flow: &mut MflDa, z: &Unknown, end: &[Complex64], left: f64) -> Result<Unknown, OrbitError> {
        let Metric { coordinates, size, period, parameter } = &self.metric;
        let slope = self.slope(z)?;
        let mut trajectory = Trajectory::new(flow, &z.point.state, z.point.period, self.how.tangent_steps)?;
        let scaled = |v: Vec<Complex64>, factor: f64| -> Vec<f64> {
            coordinates.pack(&v).into_iter().map(|v| v * factor / size).collect()
        };
        let in_period = scaled(velocity(flow, end), *period);
        let in_parameter = scaled(slope, *parameter);
        let speed = dot(&self.section, &self.section).sqrt();
        let len = coordinates.len();
        let mut right = scaled(difference(&z.point.state, end), 1.0);
        let drift = coordinates.pack(&difference(&z.point.state, &self.base.point.state));
        right.push(-dot(&self.section, &drift) / speed / size);
        right.push(left);
        let product = |v: &[f64]| {
            let mut image = trajectory.tangent(flow, &coordinates.unpack(&v[..len]));
            self.symmetry.project(&mut image);
            let mut out = coordinates.pack(&image);
            for (((o, w), a), b) in out.iter_mut().zip(v).zip(&in_period).zip(&in_parameter) {
                *o += a * v[len] + b * v[len + 1] - w;
            }
            out.push(dot(&self.section, &v[..len]) / speed);
            out.push(dot(&self.normal, v));
            out
        };
        let solution = gmres(product, &right, FORCING, MOST_PRODUCTS);
        Ok(self.metric.unpack(&solution))
    }

    /// The derivative of the end of the path in the parameter.
    fn slope(&self, z: &Unknown) -> Result<Vec<Complex64>, OrbitError> {
        let change = DIFFERENCE * z.parameter.abs();
        let end = |parameter: f64| {
            let mut flow = self.family.flow(parameter)?;
            let mut end = follow(&mut flow, &z.point.state, z.point.period, self.how.steps, |_, _| {});
            self.symmetry.project(&mut end);
            Ok::<_, OrbitError>(end)
        };
        let (plus, minus) = (end(z.parameter + change)?, end(z.parameter - change)?);
        Ok(plus.iter().zip(&minus).map(|(a, b)| (a - b) * (0.5 / change)).collect())
    }
}
