//! The way to a certified distance: rung after rung of ever finer grids.
//!
//! On each rung Newton starts from the last potential; where it fails the continuation in the floor takes over. Every
//! result is certified on the next rung. The climb ends when the error bar meets the tolerance, is rounding, or falls no
//! more.

use super::certificate::Certificate;
use super::continuation::{self, Aim, FIRST_SHARE, Stage};
use super::density::Densities;
use super::failure::{explain, explain_refusal};
use super::level::{Level, Refused};
use super::newton::{Failure, Newton, Work};
use super::off_grid::OffGrid;
use super::pair::Pair;
use super::{Effort, METHOD, Potential};
use crate::torus::{Fourier, Grid, resample};
use crate::transport::TransportError;
use num_complex::Complex64;

/// Newton goes this far below the tolerance, so that the bar on the finer grid can meet it.
const NEWTON_SHARE: f64 = 0.1;
/// First accuracy on a rung: the last digits are worth their price only where the grid can carry them.
const FIRST_TOLERANCE: f64 = 1e-5;
/// A bar below this multiple of the first tolerance says that the grid resolves the map that far.
const RESOLVED: f64 = 10.0;
/// Products times nodes spent on one climb before it ends: a few seconds.
const MOST_WORK: u64 = 24_000_000;
/// Cost of evaluating a map, in products.
const EVALUATION: u64 = 4;
/// Eigenvalues further below zero are not mended by shrinking the potential.
const MENDABLE: f64 = 0.1;
/// Shrinkings of one potential.
const SHRINKINGS: usize = 3;
/// What a shrinking leaves of the eigenvalue, as a share of its defect.
const MARGIN: f64 = 0.1;
/// Widths, in nodes of the finer grid, of the Gaussians that make a coarse map convex between its nodes.
const SMOOTHING: [f64; 4] = [0.8, 1.6, 3.2, 6.4];
/// A residual above this share of the distance, and above what rounding and the floor leave open, is no answer.
const WORST_RELATIVE_RESIDUAL: f64 = 0.05;
/// A floor that leaves more than this share of the distance open is no answer, unless it is that of rounding.
const WORST_RELATIVE_FLOOR: f64 = 0.05;
/// Grids beyond the data's own on which a solution is sought after all coarser ones failed.
const EXTRA_RUNGS_AFTER_FAILURE: usize = 1;

/// One rung with the arrays of its linear solves, which the certifying rung never needs.
#[derive(Debug)]
struct Rung {
    level: Level,
    newton: Option<Newton>,
}

/// All grids of a pair, the densities off the grid, and the work done.
#[derive(Debug)]
pub(super) struct Ladder {
    source: Option<OffGrid>,
    target: OffGrid,
    grids: Vec<Grid>,
    base: usize,
    rungs: Vec<Option<Rung>>,
    pub effort: Effort,
    /// Products times nodes of the present climb.
    spent: u64,
}

/// A certified result.
#[derive(Debug)]
pub(super) struct Candidate {
    pub certificate: Certificate,
    pub potential: Potential,
    /// Whether the floor is the lowest of the pair.
    lowest_floor: bool,
}

/// A stage on its rung, its potential on the next one, and what is known of it there.
type Certified = (Stage, Vec<Complex64>, Result<Certificate, TransportError>);

impl Ladder {
    pub fn new(target: OffGrid) -> Ladder {
        Ladder {
            source: None,
            target,
            grids: Vec::new(),
            base: 0,
            rungs: Vec::new(),
            effort: Effort::default(),
            spent: 0,
        }
    }

    /// Warm, then cold.
    ///
    /// # Errors
    /// [`TransportError`] of the cold climb.
    pub fn solve(
        &mut self,
        pair: &Pair,
        warm: Option<&Potential>,
        tolerance: f64,
    ) -> Result<Candidate, TransportError> {
        self.effort = Effort::default();
        self.set_pair(pair);
        if let Some(warm) = warm {
            let (start, spectrum) = self.warm_spectrum(warm);
            if let Ok(found) = self.climb(pair, start, spectrum, tolerance) {
                return Ok(found);
            }
        }
        let coarse = vec![Complex64::ZERO; self.grids[0].spectrum_len()];
        self.climb(pair, 0, coarse, tolerance)
    }

    /// Keeps the rungs and the source's tables of the last pair when the grids are the same.
    fn set_pair(&mut self, pair: &Pair) {
        let (grids, base) = pair.ladder();
        if grids != self.grids {
            self.rungs = grids.iter().map(|_| None).collect();
            self.grids = grids;
            self.base = base;
        }
        let (grid, spectrum) = pair.source_spectrum();
        match &mut self.source {
            Some(source) if source.grid() == grid => source.set_spectrum(spectrum),
            source => *source = Some(OffGrid::new(grid, spectrum)),
        }
    }

    /// The warm start on the rung whose grid it has, or resampled to the base grid.
    fn warm_spectrum(&self, warm: &Potential) -> (usize, Vec<Complex64>) {
        let fourier = Fourier::new(&warm.grid);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&warm.values, &mut spectrum, &mut fourier.scratch());
        let same = self.grids[..self.grids.len() - 1].iter().position(|grid| grid.shape() == warm.grid.shape());
        let start = same.unwrap_or(self.base);
        (start, resample(&warm.grid, &self.grids[start], &spectrum))
    }

    /// Solves on rung after rung.
    fn climb(
        &mut self,
        pair: &Pair,
        start: usize,
        potential: Vec<Complex64>,
        tolerance: f64,
    ) -> Result<Candidate, TransportError> {
        self.spent = 0;
        let mut position = Stage { potential, share: 0.0 };
        let mut best: Option<Candidate> = None;
        let mut failure = None;
        for index in start..self.grids.len() - 1 {
            if self.spent > MOST_WORK {
                failure = failure.or(Some(self.exhausted()));
                break;
            }
            if best.is_none() && index > start.max(self.base + EXTRA_RUNGS_AFTER_FAILURE) {
                break;
            }
            self.place(pair, index);
            let warm = index == start && start > 0;
            match self.solve_and_certify(pair, index, &mut position, warm, tolerance) {
                Err(error) if best.is_some() => {
                    failure = Some(error);
                    break;
                }
                Err(error) => {
                    failure = Some(error);
                    if position.potential.len() != self.grids[index + 1].spectrum_len() {
                        let potential = vec![Complex64::ZERO; self.grids[index + 1].spectrum_len()];
                        position = Stage { potential, share: FIRST_SHARE };
                    }
                }
                Ok(found) => {
                    let certificate = found.certificate;
                    let before = best.as_ref().map_or(f64::INFINITY, |b| b.certificate.error());
                    let stalled = index > self.base && certificate.error() > 0.5 * before;
                    let met = certificate.error() <= tolerance * certificate.value;
                    let limited = found.lowest_floor && certificate.is_limited();
                    if certificate.error() < before {
                        best = Some(found);
                    }
                    if met || limited || stalled {
                        break;
                    }
                }
            }
        }
        accept(best, failure, tolerance)
    }

    /// One rung: a first solve, its certificate, and the last digits where the grid carries them. A map that is not
    /// convex between the nodes gives way to the one with the next higher floor. The position moves to the next rung
    /// once there is a map; an error before that leaves it where it was.
    fn solve_and_certify(
        &mut self,
        pair: &Pair,
        index: usize,
        position: &mut Stage,
        warm: bool,
        tolerance: f64,
    ) -> Result<Candidate, TransportError> {
        let last = NEWTON_SHARE * tolerance;
        // A warm start is expected to be close, on a grid that is known to be fine enough.
        let first = if warm { last } else { last.max(FIRST_TOLERANCE) };
        let stages = self.find(pair, index, position, Aim { relative: first, tolerance })?;
        self.place(pair, index + 1);
        let (mut stage, mut finer, mut certified) = self.certified_stage(pair, index, stages);
        let worth_polishing = |c: &Certificate| {
            let relative = c.residual / c.value;
            relative > tolerance && relative <= RESOLVED * FIRST_TOLERANCE
        };
        let floor = pair.floor(stage.share);
        if first > last && certified.as_ref().is_ok_and(worth_polishing) {
            certified = self
                .newton(pair, index, &mut stage, last)
                .and_then(|()| self.certify(index, &mut stage.potential, &mut finer, floor, pair.noise));
        }
        *position = Stage { potential: finer, share: stage.share };
        let certificate = certified?;
        let values = self.rung(index).level.values_of(&stage.potential);
        let potential = Potential { grid: self.grids[index].clone(), values };
        Ok(Candidate { certificate, potential, lowest_floor: pair.is_lowest(floor) })
    }

    /// The stage with the smallest error bar, from the lowest floor upwards until the bars widen.
    fn certified_stage(&mut self, pair: &Pair, index: usize, mut stages: Vec<Stage>) -> Certified {
        let mut best: Option<(f64, Certified)> = None;
        while let Some(mut stage) = stages.pop() {
            let mut finer = Vec::new();
            let floor = pair.floor(stage.share);
            let certificate = self.certify(index, &mut stage.potential, &mut finer, floor, pair.noise);
            let error = certificate.as_ref().map_or(f64::INFINITY, Certificate::error);
            let before = best.as_ref().map_or(f64::INFINITY, |(error, _)| *error);
            if before < f64::INFINITY && error >= before {
                break;
            }
            let resolved = certificate.as_ref().is_ok_and(|c| c.residual <= FIRST_TOLERANCE * c.value);
            best = Some((error, (stage, finer, certificate)));
            if resolved {
                break;
            }
        }
        best.expect("at least one stage is offered").1
    }

    fn exhausted(&self) -> TransportError {
        TransportError::NotConverged {
            method: METHOD,
            stage: "the bounded work on all grids",
            steps: self.effort.newton_steps,
            residual: self.spent as f64,
            tolerance: MOST_WORK as f64,
        }
    }

    fn rung(&mut self, index: usize) -> &mut Rung {
        self.rungs[index].as_mut().expect("rungs are placed before they are used")
    }

    /// Puts the pair on a rung.
    fn place(&mut self, pair: &Pair, index: usize) {
        let nodes = pair.nodes(&self.grids[index]);
        match &mut self.rungs[index] {
            Some(rung) => rung.level.nodes = nodes,
            empty => *empty = Some(Rung { level: Level::new(&self.grids[index], nodes), newton: None }),
        }
    }

    /// Finds maps on a rung: by Newton from the position, else by continuation in the floor from there, else from zero.
    fn find(&mut self, pair: &Pair, index: usize, position: &Stage, aim: Aim) -> Result<Vec<Stage>, TransportError> {
        let mut start = position.clone();
        if start.share == 0.0 {
            if self.newton(pair, index, &mut start, aim.relative).is_ok() {
                return Ok(vec![start]);
            }
            start = Stage { share: FIRST_SHARE, potential: position.potential.clone() };
        }
        let cold = start.potential.iter().all(|c| *c == Complex64::ZERO);
        let outcome = self.follow(pair, index, start, aim);
        if outcome.is_ok() || cold {
            return outcome;
        }
        let potential = vec![Complex64::ZERO; position.potential.len()];
        self.follow(pair, index, Stage { share: FIRST_SHARE, potential }, aim)
    }

    fn newton(&mut self, pair: &Pair, index: usize, stage: &mut Stage, relative: f64) -> Result<(), TransportError> {
        let floor = pair.floor(stage.share);
        self.with_budget(index, pair, |newton, level, densities, work| {
            newton.solve(level, Densities { floor, ..densities }, &mut stage.potential, relative, work)
        })
    }

    fn follow(&mut self, pair: &Pair, index: usize, start: Stage, aim: Aim) -> Result<Vec<Stage>, TransportError> {
        self.with_budget(index, pair, |newton, level, densities, work| {
            continuation::solve(newton, level, (pair, densities), (start, aim), work)
        })
    }

    /// Runs a solver on a rung with what is left of the budget, and books what it spent.
    fn with_budget<T>(
        &mut self,
        index: usize,
        pair: &Pair,
        run: impl FnOnce(&mut Newton, &mut Level, Densities<'_>, &mut Work) -> Result<T, Failure>,
    ) -> Result<T, TransportError> {
        let rung = self.rungs[index].as_mut().expect("rungs are placed before they are used");
        let newton = rung.newton.get_or_insert_with(|| Newton::new(&rung.level));
        let densities = unlifted(&self.source, &self.target);
        let nodes = rung.level.grid.len() as u64;
        let allowed = (MOST_WORK.saturating_sub(self.spent) / nodes) as usize;
        let mut work = Work { steps: 0, products: 0, allowed };
        let outcome = run(newton, &mut rung.level, densities, &mut work);
        self.spent += work.products as u64 * nodes;
        self.effort.newton_steps += work.steps;
        self.effort.krylov_products += work.products;
        outcome.map_err(|failure| explain(failure, pair, &work))
    }

    /// Evaluates the map of a potential of rung `index` on the next one, where it is left in `finer`. A potential that is
    /// not quite convex there is shrunk on both; one far from convex is smoothed until it can start Newton.
    fn certify(
        &mut self,
        index: usize,
        potential: &mut [Complex64],
        finer: &mut Vec<Complex64>,
        floor: f64,
        noise: f64,
    ) -> Result<Certificate, TransportError> {
        *finer = resample(&self.grids[index], &self.grids[index + 1], potential);
        let densities = Densities { floor, ..unlifted(&self.source, &self.target) };
        let level = &mut self.rungs[index + 1].as_mut().expect("rungs are placed before they are used").level;
        let mut error = None;
        for _ in 0..=SHRINKINGS {
            self.spent += EVALUATION * level.grid.len() as u64;
            let smallest = match level.evaluate(finer, densities) {
                Ok(()) => {
                    let certificate = Certificate::of(level, floor, noise);
                    if certificate.convexity > 0.0 {
                        return Ok(certificate);
                    }
                    certificate.convexity
                }
                Err(Refused::NotConvex(smallest)) if smallest >= -MENDABLE => smallest,
                Err(refused) => {
                    error = Some(explain_refusal(refused));
                    break;
                }
            };
            let factor = 1.0 / (1.0 - (1.0 + MARGIN) * smallest);
            finer.iter_mut().chain(potential.iter_mut()).for_each(|c| *c *= factor);
            error = Some(explain_refusal(Refused::NotConvex(smallest)));
        }
        let spacing = level.grid.axis(0).spacing().max(level.grid.axis(1).spacing());
        for width in SMOOTHING {
            if level.evaluate(finer, densities).is_ok() {
                break;
            }
            level.smooth(finer, width * spacing);
        }
        Err(error.expect("a certificate would have been returned"))
    }
}

/// The pair without a floor.
fn unlifted<'a>(source: &'a Option<OffGrid>, target: &'a OffGrid) -> Densities<'a> {
    Densities { source: source.as_ref().expect("the source is set before anything is solved"), target, floor: 0.0 }
}

/// The best certified result, if what it leaves open is small. A bar as large as the distance is accepted when the data
/// leave it open: near-empty regions that are rounding cannot say more.
fn accept(
    best: Option<Candidate>,
    failure: Option<TransportError>,
    tolerance: f64,
) -> Result<Candidate, TransportError> {
    let found = best.ok_or_else(|| failure.expect("a ladder has a rung to solve on"))?;
    let Certificate { value, residual, rounding, floor, .. } = found.certificate;
    let limited = found.certificate.is_limited();
    let stage = if !limited && residual > WORST_RELATIVE_RESIDUAL * value + rounding + floor {
        "refinement of the grid"
    } else if !found.lowest_floor && floor > WORST_RELATIVE_FLOOR * value {
        "lowering of the floor under the almost empty regions"
    } else {
        return Ok(found);
    };
    let residual = found.certificate.error() / value;
    Err(TransportError::NotConverged { method: METHOD, stage, steps: 0, residual, tolerance })
}
