//! The continuous Wasserstein-2 distance between two band-limited positive densities on a flat torus of dimension 2.
//!
//! ```text
//! x = m - grad phi(m),  y = m + grad phi(m),  nu(y) det(I + D^2 phi) = s mu(x) det(I - D^2 phi),  -I < D^2 phi < I,
//! W2^2(mu, nu) = int |2 grad phi|^2 mu(x) det(I - D^2 phi) dm.
//! ```
//!
//! The usual form `T = x + grad p`, `nu(T) det(I + D^2 p) = mu`, is this one seen from `x`; over the midpoints `m`
//! nothing is steep, whatever the contrast. The scalar `s` is part of the solution (1 up to the resolution). `T` is
//! optimal for its own image as soon as `-I <= D^2 phi <= I` everywhere (Cordero-Erausquin 1999 for the torus); the
//! error bar bounds the distance from that image to the target by one Poisson solve. Both are tested on a grid twice
//! as fine as the one solved on.
//!
//! The way to a number: damped Newton-Krylov on a coarse grid, continuation in the data where that fails, then grids
//! twice as fine until the error bar meets the tolerance. A previous potential is the start of the next solve.
//! Reference for the equation and Newton's method: Loeper & Rapetti, C. R. Acad. Sci. Paris 340 (2005), 319;
//! Saumier, Agueh & Khouider, IMA J. Appl. Math. 80 (2015), 135.
//!
//! Cost: 5 real transforms for every product with the linearised operator, about 10 products a Newton step, 1 to 3
//! steps when warm. It fails, with a reason, when the contrast of the densities makes the map steeper than the finest
//! grid resolves.

mod certificate;
mod continuation;
mod density;
mod failure;
mod gmres;
mod level;
mod newton;
mod off_grid;
mod pair;

use super::{Distance, Method, TransportError};
use crate::torus::{Density, Fourier, Grid, resample};
use certificate::Certificate;
use density::{Densities, OffGridDensity};
use failure::{explain, explain_refusal};
use level::Level;
use newton::{Newton, Work};
use num_complex::Complex64;
use off_grid::OffGrid;
use pair::Pair;

/// Default tolerance: error bar over distance.
const RELATIVE_TOLERANCE: f64 = 1e-9;
/// Newton goes this far below the tolerance, so that the bar on the finer grid can meet it.
const NEWTON_SHARE: f64 = 0.1;
/// First accuracy on a rung: the last digits are worth their price only where the grid can carry them.
const FIRST_TOLERANCE: f64 = 1e-5;
/// A bar below this multiple of the first tolerance says that the grid resolves the map that far.
const RESOLVED: f64 = 10.0;
/// Products times nodes spent with one floor before it is given up: a few seconds.
const MOST_WORK: u64 = 12_000_000;
/// Widths, in nodes of the finer grid, of the Gaussians that make a coarse map convex between its nodes.
const SMOOTHING: [f64; 4] = [0.8, 1.6, 3.2, 6.4];
/// Shares of the largest density below which values are lifted (see the pair's file), tried in this order.
const FLOORS: [f64; 3] = [5e-15, 1e-12, 1e-7];
/// A density whose band-limited reading dips further below zero, as a share of its largest value, is not resolved.
const DEEPEST_DIP: f64 = 1e-7;
/// A residual above this share of the distance, and above what rounding and the floor leave open, is no answer.
const WORST_RELATIVE_RESIDUAL: f64 = 0.05;
/// Grids beyond the data's own on which a solution is sought after all coarser ones failed.
const EXTRA_RUNGS_AFTER_FAILURE: usize = 1;

/// The potential `phi` of the optimal pairs `m -+ grad phi(m)` at the nodes of a grid: the warm start, fit for a
/// checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Potential {
    /// Where the values stand.
    pub grid: Grid,
    /// `phi` at the nodes, row-major, in squared units of length; only its gradient matters.
    pub values: Vec<f64>,
}

/// Work of the last distance: a change in it without a change in the numbers is a loss of efficiency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Newton steps on all grids.
    pub newton_steps: usize,
    /// Products with the linearised operator on all grids.
    pub krylov_products: usize,
}

/// One rung of the ladder with the arrays of its linear solves, which the certifying rung never needs.
#[derive(Debug)]
struct Rung {
    level: Level,
    newton: Option<Newton>,
}

/// Distances from any source to one target.
#[derive(Debug)]
pub struct MongeAmpere {
    density: Density,
    source: Option<OffGridDensity>,
    target: OffGridDensity,
    relative_tolerance: f64,
    warm: Option<Potential>,
    ladder: Vec<Grid>,
    base: usize,
    rungs: Vec<Option<Rung>>,
    effort: Effort,
    /// Products times nodes spent with the current floor.
    spent: u64,
}

/// A certified result on its way up the ladder.
#[derive(Debug)]
struct Candidate {
    certificate: Certificate,
    potential: Potential,
}

impl MongeAmpere {
    /// Prepares the target: its off-grid evaluation costs one transform of twice its points per axis.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] when the torus has not dimension 2.
    pub fn new(target: &Density) -> Result<MongeAmpere, TransportError> {
        let grid = target.grid();
        if grid.dimension() != 2 {
            return Err(TransportError::Dimension {
                method: Method::PeriodicMongeAmpere,
                expected: 2,
                got: grid.dimension(),
            });
        }
        let relative: Vec<f64> = target.values().iter().map(|u| u * grid.volume()).collect();
        let fourier = Fourier::new(grid);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&relative, &mut spectrum, &mut fourier.scratch());
        Ok(MongeAmpere {
            density: target.clone(),
            source: None,
            target: OffGridDensity { function: OffGrid::new(grid, &spectrum), floor: 0.0 },
            relative_tolerance: RELATIVE_TOLERANCE,
            warm: None,
            ladder: Vec::new(),
            base: 0,
            rungs: Vec::new(),
            effort: Effort::default(),
            spent: 0,
        })
    }

    /// The same with another tolerance for the error bar, relative to the distance (default 1e-9).
    ///
    /// # Panics
    /// When the tolerance is not between 0 and 1.
    #[track_caller]
    pub fn with_relative_tolerance(mut self, tolerance: f64) -> MongeAmpere {
        assert!(tolerance > 0.0 && tolerance < 1.0, "a relative tolerance lies between 0 and 1, got {tolerance}");
        self.relative_tolerance = tolerance;
        self
    }

    /// The potential of the last distance.
    pub fn warm_start(&self) -> Option<&Potential> {
        self.warm.as_ref()
    }

    /// Starts the next distance from this potential, or from nothing. The same start gives the same bits.
    ///
    /// # Errors
    /// [`TransportError`] when the potential lives on another torus or its values are unusable.
    pub fn set_warm_start(&mut self, potential: Option<Potential>) -> Result<(), TransportError> {
        if let Some(potential) = &potential {
            self.same_torus(&potential.grid)?;
            let (expected, got) = (potential.grid.len(), potential.values.len());
            if expected != got {
                return Err(TransportError::Length { expected, got });
            }
            if let Some(j) = potential.values.iter().position(|p| !p.is_finite()) {
                return Err(TransportError::NotFinite { index: potential.grid.node(j), value: potential.values[j] });
            }
        }
        self.warm = potential;
        Ok(())
    }

    /// Work of the last distance.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// `W2(source, target)` with its error bar, in the unit of length of the torus. The grids may differ in shape.
    ///
    /// The bar meets the tolerance unless rounding or the finest grid prevents it; what was reached is in the result.
    ///
    /// # Errors
    /// [`TransportError`]: another torus; densities that are not positive or vary too much; no convergence; a map
    /// that is not convex; an error bar too large to be an answer. The warm start is then left as it was.
    pub fn distance(&mut self, source: &Density) -> Result<Distance, TransportError> {
        self.same_torus(source.grid())?;
        self.effort = Effort::default();
        let pair = Pair::new(source, &self.density);
        if pair.is_equal() {
            return Ok(Distance::ZERO);
        }
        let (smallest, largest) = pair.range;
        if smallest < -DEEPEST_DIP * largest {
            return Err(TransportError::Unresolved { method: METHOD, dip: -smallest / largest, allowed: DEEPEST_DIP });
        }
        self.climb_to(&pair);
        let mut failure = None;
        for share in FLOORS {
            self.spent = 0;
            match self.attempt(&pair, pair.floor(share)) {
                Ok(found) => {
                    self.warm = Some(found.potential);
                    let Certificate { value, .. } = found.certificate;
                    return Ok(Distance { value, error: found.certificate.error(), method: METHOD, gap: None });
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.expect("at least one floor was tried"))
    }

    fn same_torus(&self, grid: &Grid) -> Result<(), TransportError> {
        let own = self.density.grid();
        if grid.dimension() != 2 {
            return Err(TransportError::Dimension { method: METHOD, expected: 2, got: grid.dimension() });
        }
        for axis in 0..2 {
            let (a, b) = (own.axis(axis), grid.axis(axis));
            if a.period != b.period {
                return Err(TransportError::Period { axis, expected: a.period, got: b.period });
            }
            if a.origin != b.origin {
                return Err(TransportError::Origin { axis, expected: a.origin, got: b.origin });
            }
        }
        Ok(())
    }

    /// Keeps the rungs of the last pair when the ladder is the same.
    fn climb_to(&mut self, pair: &Pair) {
        let (ladder, base) = pair.ladder();
        if ladder != self.ladder {
            self.rungs = ladder.iter().map(|_| None).collect();
            self.ladder = ladder;
            self.base = base;
        }
    }

    /// Loads the source's off-grid form (its tables are kept while the grid stays) and the floor of both.
    fn set_densities(&mut self, pair: &Pair, floor: f64) {
        let (grid, spectrum) = pair.source_spectrum();
        match &mut self.source {
            Some(source) if source.function.grid() == grid => source.function.set_spectrum(spectrum),
            source => *source = Some(OffGridDensity { function: OffGrid::new(grid, spectrum), floor }),
        }
        self.target.floor = floor;
        self.source.as_mut().expect("just set").floor = floor;
    }

    /// Warm, then cold.
    fn attempt(&mut self, pair: &Pair, floor: f64) -> Result<Candidate, TransportError> {
        self.set_densities(pair, floor);
        if let Some((start, spectrum)) = self.warm_spectrum()
            && let Ok(found) = self.climb(pair, start, spectrum, floor)
        {
            return Ok(found);
        }
        let coarse = vec![Complex64::ZERO; self.ladder[0].spectrum_len()];
        self.climb(pair, 0, coarse, floor)
    }

    /// The warm start on the rung whose grid it has, or resampled to the base grid.
    fn warm_spectrum(&self) -> Option<(usize, Vec<Complex64>)> {
        let warm = self.warm.as_ref()?;
        let fourier = Fourier::new(&warm.grid);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&warm.values, &mut spectrum, &mut fourier.scratch());
        let same = self.ladder[..self.ladder.len() - 1].iter().position(|grid| grid.shape() == warm.grid.shape());
        let start = same.unwrap_or(self.base);
        Some((start, resample(&warm.grid, &self.ladder[start], &spectrum)))
    }

    /// Solves on rung after rung until the error bar meets the tolerance or falls no more.
    fn climb(
        &mut self,
        pair: &Pair,
        start: usize,
        mut potential: Vec<Complex64>,
        floor: f64,
    ) -> Result<Candidate, TransportError> {
        let mut best: Option<Candidate> = None;
        let mut failure = None;
        for index in start..self.ladder.len() - 1 {
            if self.spent > MOST_WORK {
                failure = failure.or(Some(self.exhausted()));
                break;
            }
            if best.is_none() && index > start.max(self.base + EXTRA_RUNGS_AFTER_FAILURE) {
                break;
            }
            self.place(pair, index, floor);
            let last = NEWTON_SHARE * self.relative_tolerance;
            // A warm start is expected to be close, on a grid that is known to be fine enough.
            let first = if index == start && start > 0 { last } else { last.max(FIRST_TOLERANCE) };
            if let Err(error) = self.solve(index, &mut potential, pair, first) {
                if best.is_some() {
                    break;
                }
                failure = Some(error);
                potential = vec![Complex64::ZERO; self.ladder[index + 1].spectrum_len()];
                continue;
            }
            let grid = self.ladder[index].clone();
            let mut finer = resample(&grid, &self.ladder[index + 1], &potential);
            self.place(pair, index + 1, floor);
            let mut certified = self.certify(index + 1, &mut finer, floor);
            let worth_polishing = |c: &Certificate| {
                let relative = c.residual / c.value;
                relative > self.relative_tolerance && relative <= RESOLVED * FIRST_TOLERANCE
            };
            if first > last && certified.as_ref().is_ok_and(worth_polishing) {
                certified = self.solve(index, &mut potential, pair, last).and_then(|()| {
                    finer = resample(&grid, &self.ladder[index + 1], &potential);
                    self.certify(index + 1, &mut finer, floor)
                });
            }
            match certified {
                Err(error) => failure = Some(error),
                Ok(certificate) => {
                    let before = best.as_ref().map_or(f64::INFINITY, |b| b.certificate.error());
                    let stalled = index > self.base && certificate.error() > 0.5 * before;
                    if certificate.error() < before {
                        let values = self.rung(index).level.values_of(&potential);
                        best = Some(Candidate { certificate, potential: Potential { grid, values } });
                    }
                    let met = certificate.error() <= self.relative_tolerance * certificate.value;
                    let limited = certificate.residual <= 0.1 * (certificate.rounding + certificate.floor);
                    if met || limited || stalled {
                        break;
                    }
                }
            }
            potential = finer;
        }
        accept(best, failure, self.relative_tolerance)
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
    fn place(&mut self, pair: &Pair, index: usize, floor: f64) {
        let nodes = pair.nodes(&self.ladder[index], floor);
        match &mut self.rungs[index] {
            Some(rung) => rung.level.nodes = nodes,
            empty => *empty = Some(Rung { level: Level::new(&self.ladder[index], nodes), newton: None }),
        }
    }

    /// Newton from `potential`, and continuation from zero when that fails.
    fn solve(
        &mut self,
        index: usize,
        potential: &mut [Complex64],
        pair: &Pair,
        tolerance: f64,
    ) -> Result<(), TransportError> {
        let rung = self.rungs[index].as_mut().expect("rungs are placed before they are used");
        let newton = rung.newton.get_or_insert_with(|| Newton::new(&rung.level));
        let densities = densities(&self.source, &self.target);
        let nodes = rung.level.grid.len() as u64;
        let allowed = (MOST_WORK.saturating_sub(self.spent) / nodes) as usize;
        let mut work = Work { steps: 0, products: 0, allowed };
        let mut outcome =
            newton.solve(&mut rung.level, densities, potential, tolerance, &mut work).map_err(|f| (0.0, f));
        if outcome.is_err() {
            outcome = continuation::solve(newton, &mut rung.level, densities, potential, tolerance, &mut work);
        }
        self.spent += work.products as u64 * nodes;
        self.effort.newton_steps += work.steps;
        self.effort.krylov_products += work.products;
        outcome.map_err(|(reached, failure)| explain(failure, reached, pair, &work, tolerance))
    }

    /// Evaluates the map on the finer rung. A map that is not convex there is smoothed until it can start Newton.
    fn certify(
        &mut self,
        index: usize,
        potential: &mut [Complex64],
        floor: f64,
    ) -> Result<Certificate, TransportError> {
        let densities = densities(&self.source, &self.target);
        let level = &mut self.rungs[index].as_mut().expect("rungs are placed before they are used").level;
        match level.evaluate(potential, densities) {
            Ok(()) => {
                let certificate = Certificate::of(level, floor);
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

/// The pair as it is.
fn densities<'a>(source: &'a Option<OffGridDensity>, target: &'a OffGridDensity) -> Densities<'a> {
    Densities { source: source.as_ref().expect("the source is set before anything is solved"), target, power: 1.0 }
}

const METHOD: Method = Method::PeriodicMongeAmpere;

/// The best certified result, if what is left of its residual is small. A bar larger than the distance is accepted
/// when the data leave it open: near-empty regions that are rounding cannot say more.
fn accept(
    best: Option<Candidate>,
    failure: Option<TransportError>,
    tolerance: f64,
) -> Result<Candidate, TransportError> {
    let found = best.ok_or_else(|| failure.expect("a ladder has a rung to solve on"))?;
    let Certificate { value, residual, rounding, floor, .. } = found.certificate;
    if residual <= WORST_RELATIVE_RESIDUAL * value + rounding + floor {
        return Ok(found);
    }
    let residual = residual / value;
    Err(TransportError::NotConverged { method: METHOD, stage: "refinement of the grid", steps: 0, residual, tolerance })
}

#[cfg(test)]
mod tests;
