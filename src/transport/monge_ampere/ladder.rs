//! The way to a certified distance: rung after rung of ever finer grids.
//!
//! On each rung Newton starts from the last potential; where it fails the continuation in the floor takes over. Every
//! result is certified on the next rung. The climb ends when the error bar meets the tolerance, is rounding, or falls no
//! more.

use super::certificate::Certificate;
use super::continuation::{self, Aim, FIRST_SHARE};
use super::density::Densities;
use super::failure::{explain, explain_refusal};
use super::level::Level;
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
/// Products times nodes spent on one climb before it is given up: a few seconds.
const MOST_WORK: u64 = 30_000_000;
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

/// Where a climb stands: the potential on the present rung and the floor it belongs to, as a share of the largest density
/// (0: the lowest floor).
struct Position {
    potential: Vec<Complex64>,
    share: f64,
}

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
        let mut position = Position { potential, share: 0.0 };
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
                        position = Position { potential, share: FIRST_SHARE };
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

    /// One rung: a first solve, its certificate, and the last digits where the grid carries them. The position moves to
    /// the next rung once there is a map; an error before that leaves it where it was.
    fn solve_and_certify(
        &mut self,
        pair: &Pair,
        index: usize,
        position: &mut Position,
        warm: bool,
        tolerance: f64,
    ) -> Result<Candidate, TransportError> {
        let last = NEWTON_SHARE * tolerance;
        // A warm start is expected to be close, on a grid that is known to be fine enough.
        let first = if warm { last } else { last.max(FIRST_TOLERANCE) };
        self.find(pair, index, position, Aim { relative: first, tolerance })?;
        let floor = pair.floor(position.share);
        let (coarse, fine) = (self.grids[index].clone(), self.grids[index + 1].clone());
        self.place(pair, index + 1);
        let mut finer = resample(&coarse, &fine, &position.potential);
        let mut certified = self.certify(index + 1, &mut finer, floor, pair.noise);
        let worth_polishing = |c: &Certificate| {
            let relative = c.residual / c.value;
            relative > tolerance && relative <= RESOLVED * FIRST_TOLERANCE
        };
        if first > last && certified.as_ref().is_ok_and(worth_polishing) {
            certified = self.newton(pair, index, position, last).and_then(|()| {
                finer = resample(&coarse, &fine, &position.potential);
                self.certify(index + 1, &mut finer, floor, pair.noise)
            });
        }
        let coarse_potential = std::mem::replace(&mut position.potential, finer);
        let certificate = certified?;
        let values = self.rung(index).level.values_of(&coarse_potential);
        let potential = Potential { grid: coarse, values };
        Ok(Candidate { certificate, potential, lowest_floor: floor <= pair.floor(0.0) })
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

    /// Finds a map on a rung: by Newton from the position, else by continuation in the floor from there, else from zero.
    fn find(&mut self, pair: &Pair, index: usize, position: &mut Position, aim: Aim) -> Result<(), TransportError> {
        let start = position.potential.clone();
        if position.share == 0.0 {
            if self.newton(pair, index, position, aim.relative).is_ok() {
                return Ok(());
            }
            position.potential.copy_from_slice(&start);
            position.share = FIRST_SHARE;
        }
        let mut outcome = self.follow(pair, index, position, aim);
        if outcome.is_err() && start.iter().any(|c| *c != Complex64::ZERO) {
            position.potential.fill(Complex64::ZERO);
            position.share = FIRST_SHARE;
            outcome = self.follow(pair, index, position, aim);
        }
        outcome
    }

    fn newton(
        &mut self,
        pair: &Pair,
        index: usize,
        position: &mut Position,
        relative: f64,
    ) -> Result<(), TransportError> {
        let floor = pair.floor(position.share);
        self.with_budget(index, pair, |newton, level, densities, work| {
            newton.solve(level, Densities { floor, ..densities }, &mut position.potential, relative, work)
        })
    }

    fn follow(&mut self, pair: &Pair, index: usize, position: &mut Position, aim: Aim) -> Result<(), TransportError> {
        let Position { potential, share } = position;
        *share = self.with_budget(index, pair, |newton, level, densities, work| {
            continuation::solve(newton, level, (pair, densities), potential, (*share, aim), work)
        })?;
        Ok(())
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

    /// Evaluates the map on the finer rung. A map that is not convex there is smoothed until it can start Newton.
    fn certify(
        &mut self,
        index: usize,
        potential: &mut [Complex64],
        floor: f64,
        noise: f64,
    ) -> Result<Certificate, TransportError> {
        let densities = Densities { floor, ..unlifted(&self.source, &self.target) };
        let level = &mut self.rungs[index].as_mut().expect("rungs are placed before they are used").level;
        match level.evaluate(potential, densities) {
            Ok(()) => {
                let certificate = Certificate::of(level, floor, noise);
                if certificate.convexity > 0.0 {
                    return Ok(certificate);
                }
                Err(TransportError::NotConvex { method: METHOD, smallest: certificate.convexity })
            }
            Err(refused) => {
                let spacing = level.grid.axis(0).spacing().max(level.grid.axis(1).spacing());
                for width in SMOOTHING {
                    level.smooth(potential, width * spacing);
                    if level.evaluate(potential, densities).is_ok() {
                        break;
                    }
                }
                Err(explain_refusal(refused))
            }
        }
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
    let stage = if residual > WORST_RELATIVE_RESIDUAL * value + rounding + floor {
        "refinement of the grid"
    } else if !found.lowest_floor && floor > WORST_RELATIVE_FLOOR * value {
        "lowering of the floor under the almost empty regions"
    } else {
        return Ok(found);
    };
    let residual = found.certificate.error() / value;
    Err(TransportError::NotConverged { method: METHOD, stage, steps: 0, residual, tolerance })
}
