//! Branches of periodic orbits in one parameter `p`, through folds.
//!
//! Pseudo-arclength continuation (Keller 1977): the unknowns are `z = (u, T, p)`, and beside the equations of an orbit
//! (`shooting.rs`) stands the plane at distance `s` from the last point along the secant `t` through the last two,
//!
//! ```text
//! phi_T(u; p) - u = 0,      < f(u_0), u - u_0 > = 0,      < t, z - z_0 > = s,
//! |dz|^2 = |du|^2/|u|^2 + (dT/T)^2 + (dp/p)^2.
//! ```
//!
//! The bordered system stays regular where the branch turns back in `p`. The derivative in `p` is a central difference of
//! two paths. A fold is where `p` has an extremum along the branch: between the three points around it `p(s)` is taken for
//! a parabola, an orbit is computed at its vertex, and so on; an error `e` in `s` leaves `e^2` in `p`.

use super::coordinates::{Coordinates, difference, dot, sum};
use super::find::unstable_count;
use super::multipliers::{Multiplier, coupled_multipliers};
use super::shooting::{Closed, Point, Shooting, shoot};
use super::trajectory::{Trajectory, follow, velocity};
use super::{OrbitError, Symmetry};
use crate::equilibrium::gmres::gmres;
use crate::flow::MflDa;
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// Relative residual of the linear systems.
const FORCING: f64 = 1e-3;
const MOST_PRODUCTS: usize = 40;
/// Newton steps of a corrector before the arclength is halved.
const MOST_CORRECTIONS: usize = 7;
/// A corrector with at most this many steps lets the arclength grow.
const FEW_CORRECTIONS: usize = 3;
/// Relative change of the parameter for its derivative.
const DIFFERENCE: f64 = 1e-5;
/// Shortest arclength, as a share of the first one.
const SHORTEST: f64 = 1e-4;
/// Growth of the arclength.
const GROWTH: f64 = 1.6;
/// Successive secants make an angle whose cosine is at least this.
const LEAST_COSINE: f64 = 0.9;
/// Parabolas for one fold.
const MOST_PARABOLAS: usize = 8;
/// A vertex that moves by less than this share of the parameter is the fold.
const FOLD_TOLERANCE: f64 = 1e-9;

/// A game with one parameter free.
pub trait Family {
    /// The flow at a value of the parameter, on the same grids always.
    ///
    /// # Errors
    /// [`OrbitError::Parameter`].
    fn flow(&self, parameter: f64) -> Result<MflDa, OrbitError>;
}

/// How a branch is to be followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Continuation {
    /// First change of the parameter, with its sign.
    pub first_step: f64,
    /// The branch ends when the parameter leaves this interval.
    pub range: [f64; 2],
    /// Most points.
    pub most_points: usize,
    /// Largest arclength.
    pub longest_step: f64,
    /// Time steps of a period.
    pub steps: usize,
    /// Time steps of a period for tangents and multipliers.
    pub tangent_steps: usize,
    /// `|phi_T(u) - u|/|u|` to reach.
    pub tolerance: f64,
    /// Coupled multipliers at every point.
    pub multipliers: usize,
}

/// An orbit on a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchPoint {
    /// Value of the parameter.
    pub parameter: f64,
    /// The orbit.
    pub point: Point,
    /// `|phi_T(u) - u|/|u|`.
    pub residual: f64,
    /// Leading coupled multipliers.
    pub multipliers: Vec<Multiplier>,
}

impl BranchPoint {
    /// Whether all multipliers but the trivial one lie inside the unit circle.
    pub fn is_stable(&self) -> bool {
        unstable_count(&self.multipliers) == 0
    }
}

/// A fold of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// The orbit at the fold.
    pub at: BranchPoint,
    /// Estimated error of the parameter, from two step sizes and the last change of the vertex.
    pub error: f64,
    /// Number of the first point behind it.
    pub behind: usize,
}

/// Why a branch ended.
#[derive(Debug, Clone, PartialEq)]
pub enum BranchEnd {
    /// The parameter left its range.
    Range,
    /// As many points as were allowed.
    Points,
    /// The caller had enough.
    Stopped,
    /// The corrector failed at the shortest arclength.
    Failed(OrbitError),
}

/// A branch with its folds.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Orbits in order.
    pub points: Vec<BranchPoint>,
    /// Folds in order.
    pub folds: Vec<Fold>,
    /// Why it ended.
    pub end: BranchEnd,
}

/// An unknown of the bordered system.
#[derive(Debug, Clone)]
struct Unknown {
    point: Point,
    parameter: f64,
}

impl Unknown {
    fn of(point: &BranchPoint) -> Unknown {
        Unknown { point: point.point.clone(), parameter: point.parameter }
    }

    /// `self - other`.
    fn minus(&self, other: &Unknown) -> Unknown {
        let state = difference(&self.point.state, &other.point.state);
        let point = Point { state, period: self.point.period - other.point.period };
        Unknown { point, parameter: self.parameter - other.parameter }
    }

    /// `self + share * step`.
    fn plus(&self, share: f64, step: &Unknown) -> Unknown {
        let state = sum(&self.point.state, share, &step.point.state);
        let point = Point { state, period: self.point.period + share * step.point.period };
        Unknown { point, parameter: self.parameter + share * step.parameter }
    }
}

/// The metric of a branch around a reference, and its packed vectors: the state over `|u|`, `dT/T`, `dp/p`.
struct Metric {
    coordinates: Coordinates,
    size: f64,
    period: f64,
    parameter: f64,
}

impl Metric {
    fn new(flow: &MflDa, at: &Unknown) -> Metric {
        let coordinates = Coordinates::new(flow.layout());
        let size = coordinates.product(&at.point.state, &at.point.state).sqrt();
        Metric { coordinates, size, period: at.point.period, parameter: at.parameter.abs() }
    }

    fn pack(&self, z: &Unknown) -> Vec<f64> {
        let mut packed = self.coordinates.pack(&z.point.state);
        packed.iter_mut().for_each(|v| *v /= self.size);
        packed.extend([z.point.period / self.period, z.parameter / self.parameter]);
        packed
    }

    fn unpack(&self, packed: &[f64]) -> Unknown {
        let len = self.coordinates.len();
        let state = self.coordinates.unpack(&packed[..len].iter().map(|v| v * self.size).collect::<Vec<_>>());
        let point = Point { state, period: packed[len] * self.period };
        Unknown { point, parameter: packed[len + 1] * self.parameter }
    }
}

/// Follows the branch through an orbit found at `parameter`.
///
/// `watch` is called after every point; the branch ends when it says no.
///
/// # Errors
/// [`OrbitError`] when not even the second point could be found.
pub fn follow_branch(
    family: &dyn Family,
    symmetry: &Symmetry,
    parameter: f64,
    start: &Point,
    how: &Continuation,
    watch: &mut dyn FnMut(&BranchPoint) -> bool,
) -> Result<Branch, OrbitError> {
    let first = at_parameter(family, symmetry, parameter, start, how)?;
    let mut going = watch(&first);
    let second = second_point(family, symmetry, &first, how)?;
    going &= watch(&second);
    let mut branch = Branch { points: vec![first, second], folds: Vec::new(), end: BranchEnd::Points };
    let (mut arclength, mut first_arclength) = (None, f64::NAN);
    while branch.points.len() < how.most_points {
        let count = branch.points.len();
        let [before, last] = [count - 2, count - 1].map(|i| Unknown::of(&branch.points[i]));
        if !going || !(how.range[0]..=how.range[1]).contains(&last.parameter) {
            branch.end = if going { BranchEnd::Range } else { BranchEnd::Stopped };
            break;
        }
        let corrector = Corrector::new(family, symmetry, &last, &last.minus(&before), how)?;
        let step = *arclength.get_or_insert(corrector.secant_length.min(how.longest_step));
        if first_arclength.is_nan() {
            first_arclength = step;
        }
        match corrector.solve(step, None) {
            Ok((next, corrections, cosine)) if cosine >= LEAST_COSINE || step <= SHORTEST * first_arclength => {
                going = watch(&next);
                branch.points.push(next);
                if turns(&branch.points) {
                    match locate_fold(family, symmetry, &branch.points, how) {
                        Ok(fold) => branch.folds.push(fold),
                        Err(error) => {
                            branch.end = BranchEnd::Failed(error);
                            break;
                        }
                    }
                }
                if corrections <= FEW_CORRECTIONS && cosine > 0.5 * (1.0 + LEAST_COSINE) {
                    arclength = Some((GROWTH * step).min(how.longest_step));
                }
            }
            Err(error) if step <= SHORTEST * first_arclength => {
                branch.end = BranchEnd::Failed(error);
                break;
            }
            _ => arclength = Some(0.5 * step),
        }
    }
    Ok(branch)
}

/// Whether the parameter has an extremum at the last point but one.
fn turns(points: &[BranchPoint]) -> bool {
    let [.., a, b, c] = points else { return false };
    (b.parameter - a.parameter) * (c.parameter - b.parameter) < 0.0
}

fn shooting(how: &Continuation) -> Shooting {
    Shooting { steps: how.steps, tangent_steps: how.tangent_steps, tolerance: how.tolerance, most_iterations: 12 }
}

/// The orbit near `guess` at a fixed value of the parameter.
fn at_parameter(
    family: &dyn Family,
    symmetry: &Symmetry,
    parameter: f64,
    guess: &Point,
    how: &Continuation,
) -> Result<BranchPoint, OrbitError> {
    let mut flow = family.flow(parameter)?;
    let Closed { point, residual, .. } = shoot(&mut flow, symmetry, guess, &shooting(how))?;
    let multipliers = coupled_multipliers(&mut flow, symmetry, &point, how.tangent_steps, how.multipliers)?;
    Ok(BranchPoint { parameter, point, residual, multipliers })
}

/// The orbit at the next value of the parameter; nearer when there is none.
fn second_point(
    family: &dyn Family,
    symmetry: &Symmetry,
    first: &BranchPoint,
    how: &Continuation,
) -> Result<BranchPoint, OrbitError> {
    let mut step = how.first_step;
    loop {
        match at_parameter(family, symmetry, first.parameter + step, &first.point, how) {
            Ok(point) => return Ok(point),
            Err(error) if step.abs() < 1e-3 * how.first_step.abs() => return Err(error),
            Err(_) => step *= 0.25,
        }
    }
}

/// Newton's method on the bordered system around one base point.
struct Corrector<'a> {
    family: &'a dyn Family,
    symmetry: &'a Symmetry,
    how: &'a Continuation,
    base: Unknown,
    metric: Metric,
    /// Unit vector of the plane, packed, and the same as an unknown.
    normal: Vec<f64>,
    direction: Unknown,
    /// Velocity at the base, packed.
    section: Vec<f64>,
    /// Length of the secant that the direction was made from.
    secant_length: f64,
}

impl<'a> Corrector<'a> {
    fn new(
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
    fn solve(&self, arclength: f64, guess: Option<Unknown>) -> Result<(BranchPoint, usize, f64), OrbitError> {
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

/// The fold around the last point but one.
///
/// At the vertex found with one number of time steps an orbit is computed with twice as many in the same plane: the
/// vertex moves a little along the branch, which `p` does not feel.
fn locate_fold(
    family: &dyn Family,
    symmetry: &Symmetry,
    points: &[BranchPoint],
    how: &Continuation,
) -> Result<Fold, OrbitError> {
    let [.., a, b, c] = points else { unreachable!("a fold lies between three points") };
    let [a, b, c] = [a, b, c].map(Unknown::of);
    let secant = c.minus(&a);
    let corrector = Corrector::new(family, symmetry, &a, &secant, how)?;
    let place = |z: &Unknown| dot(&corrector.normal, &corrector.metric.pack(&z.minus(&a)));
    let mut known: Vec<(f64, Unknown)> = [a.clone(), b, c].into_iter().map(|z| (place(&z), z)).collect();
    let (mut change, mut at) = (f64::INFINITY, None::<(f64, BranchPoint)>);
    for _ in 0..MOST_PARABOLAS {
        let s = vertex([0, 1, 2].map(|i| (known[i].0, known[i].1.parameter)));
        let (point, _, _) = corrector.solve(s, Some(quadratic(&known, s)))?;
        change = at.as_ref().map_or(f64::INFINITY, |(_, before)| (before.parameter - point.parameter).abs());
        let settled = change <= FOLD_TOLERANCE * point.parameter.abs();
        known.push((s, Unknown::of(&point)));
        at = Some((s, point));
        if settled {
            break;
        }
        // The three points nearest to the vertex carry the next parabola.
        known.sort_by(|p, q| (p.0 - s).abs().total_cmp(&(q.0 - s).abs()));
        known.truncate(3);
    }
    let (s, coarse) = at.expect("at least one parabola");
    let finer = Continuation { steps: 2 * how.steps, ..*how };
    let corrector = Corrector::new(family, symmetry, &a, &secant, &finer)?;
    let (fine, _, _) = corrector.solve(s, Some(Unknown::of(&coarse)))?;
    let error = (fine.parameter - coarse.parameter).abs() / 15.0 + change;
    Ok(Fold { at: fine, error, behind: points.len() - 1 })
}

/// Where the parabola through three points has its extremum.
fn vertex(points: [(f64, f64); 3]) -> f64 {
    let [(s0, p0), (s1, p1), (s2, p2)] = points;
    let (first, second) = ((p1 - p0) / (s1 - s0), (p2 - p1) / (s2 - s1));
    let curvature = (second - first) / (s2 - s0);
    0.5 * (s0 + s1 - first / curvature)
}

/// The quadratic interpolation of three unknowns at `s`.
fn quadratic(known: &[(f64, Unknown)], s: f64) -> Unknown {
    let weight = |i: usize| -> f64 {
        (0..3).filter(|j| *j != i).map(|j| (s - known[j].0) / (known[i].0 - known[j].0)).product()
    };
    let rest = |i: usize| known[i].1.minus(&known[0].1);
    known[0].1.plus(weight(1), &rest(1)).plus(weight(2), &rest(2))
}
