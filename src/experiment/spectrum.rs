//! The command `spectrum`: the linearisation at the equilibrium on two odd grids, and what both agree on.

use super::line::LineSummary;
use super::summary::{EquilibriumSummary, GridSummary, PayoffSummary};
use super::{Destination, Discretisation, RunError, discretise};
use crate::game::{Game, GameFile, Player};
use crate::output::{EigenvalueRecord, Header, SpectrumRecord, check_destination, write_spectrum};
use crate::spectrum::{ConfirmedSpectrum, Spectrum, SpectrumError};
use crate::torus::next_fast_odd_size;
use num_complex::Complex64;
use serde::Serialize;

/// The finer grid has so many times the points of the coarser one along each axis: enough for a false eigenvalue to move.
const REFINEMENT: [f64; 2] = [1.2, 1.05];
/// More eigenvalues on the coarser grid: rounding may order nearly equal real parts in another way.
const SPARE: usize = 1;
/// The object of `spectrum --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpectrumReport {
    /// Name of the game.
    pub game: String,
    /// The regulariser.
    pub regulariser: &'static str,
    /// Points per axis that the solver asks for.
    pub grid: GridSummary,
    /// The payoff operator there.
    pub payoff: PayoffSummary,
    /// The pair there and its certificate.
    pub equilibrium: EquilibriumSummary,
    /// The spectrum.
    pub spectrum: SpectrumSummary,
    /// Players on the line: their boxes and tails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineSummary>,
    /// The output file, if one was asked for.
    pub output: Option<String>,
}

/// The spectrum in numbers; errors are absolute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpectrumSummary {
    /// `-max Re lambda`: the rate at which distances decay in the end.
    pub gap: f64,
    /// Error of the gap.
    pub gap_error: f64,
    /// `|Im lambda|` of the leading eigenvalue.
    pub frequency: f64,
    /// Error of the frequency.
    pub frequency_error: f64,
    /// `min(tau_x C_x, eta tau_y C_y)`, never above the gap.
    pub guaranteed_rate: f64,
    /// Error of the guaranteed rate.
    pub guaranteed_rate_error: f64,
    /// Poincare constants `C_x`, `C_y` of the equilibrium densities, inverse squared length; with another regulariser than the
    /// entropy the smallest eigenvalues of `-(1/p) div(p P'(mu*) grad .)`, `p = 1/phi''(mu*)`.
    pub poincare: [f64; 2],
    /// Their errors.
    pub poincare_error: [f64; 2],
    /// Real and imaginary parts, leading first, repeated eigenvalues once.
    pub eigenvalues: Vec<[f64; 2]>,
    /// How many equal eigenvalues each stands for; null where it is not computed.
    pub multiplicities: Vec<Option<usize>>,
    /// Error of each eigenvalue.
    pub errors: Vec<f64>,
    /// Residual of each eigenvalue.
    pub residuals: Vec<f64>,
    /// Bound on the growth of a perturbation in `L2(1/mu*)`, `L2(1/nu*)`; in the tangent norm of W2 at `eta = 1` it is 1.
    pub growth_bound: f64,
    /// The same in the tangent norm of W2: `sqrt(max(1, eta)/min(1, eta))`.
    pub w2_growth_bound: f64,
    /// No eigenvalue turns faster.
    pub largest_frequency: f64,
    /// Whether no eigenvalue can be missing among those listed.
    pub complete: bool,
    /// The grids, coarser first.
    pub grids: [GridSummary; 2],
    /// What else should be known.
    pub notes: Vec<String>,
}

/// The spectrum that two grids agree on, with the finer grid and its own spectrum.
#[derive(Debug, Clone)]
pub struct LinearSpectrum {
    /// What the grids agree on.
    pub confirmed: ConfirmedSpectrum,
    grids: [GridSummary; 2],
    fine: Spectrum,
    discretisation: Discretisation,
}

/// The `count` leading eigenvalues of a game's linearisation, on two odd grids from these shapes upwards.
///
/// With `count` 1 it is cheap enough for the end of a run: its `gap`, `frequency` and `guaranteed_rate` are what the
/// measured decay is to be compared with. The shapes should be those that resolve the equilibrium; a run's own grid,
/// which resolves its initial state too, may be much finer.
///
/// # Errors
/// [`RunError`] with the reason why there is none.
pub fn linear_spectrum(game: &Game, shapes: &[Vec<usize>; 2], count: usize) -> Result<LinearSpectrum, RunError> {
    linear_spectrum_on(game, shapes, count, Discretisation::new)
}

/// [`linear_spectrum`] with this way to put the game on grids.
pub(super) fn linear_spectrum_on(
    game: &Game,
    shapes: &[Vec<usize>; 2],
    count: usize,
    put_on: impl Fn(&Game, &[Vec<usize>; 2]) -> Result<Discretisation, RunError> + Sync,
) -> Result<LinearSpectrum, RunError> {
    let coarse_shapes = shapes.clone().map(|shape| odd_shape(&shape, 1.0));
    let fine_shapes = coarse_shapes.clone().map(|shape| odd_shape(&shape, REFINEMENT[shape.len() - 1]));
    let solve = |shapes: &[Vec<usize>; 2], count: usize| -> Result<(Discretisation, Spectrum), RunError> {
        let discretisation = put_on(game, shapes)?;
        let spectrum = Spectrum::solve(&discretisation.payoff, &discretisation.equilibrium, game.timescale(), count)?;
        Ok((discretisation, spectrum))
    };
    let (coarse, fine) = rayon::join(|| solve(&coarse_shapes, count + SPARE), || solve(&fine_shapes, count));
    let ((first, coarse), (discretisation, fine)) = (coarse?, fine?);
    let grids = [GridSummary::new(&first), GridSummary::new(&discretisation)];
    Ok(LinearSpectrum { confirmed: ConfirmedSpectrum::new(&coarse, &fine)?, grids, fine, discretisation })
}

/// Computes the leading eigenvalues; with a destination, writes them with their eigenfunctions.
///
/// # Errors
/// [`RunError`]; nothing is written then.
pub fn spectrum(
    file: &GameFile,
    count: usize,
    destination: Option<Destination<'_>>,
) -> Result<SpectrumReport, RunError> {
    RunError::unless_mfl_da("spectrum", file)?;
    if let Some(destination) = &destination {
        check_destination(destination.path, destination.overwrite)?;
    }
    let (linear, mut report) = solve_spectrum(file, count)?;
    if let Some(destination) = destination {
        let header = Header::new(file.text(), destination.command, file.game().name());
        (destination.before_writing)();
        write_spectrum(destination.path, destination.overwrite, &header, &linear.record(&report.spectrum))?;
        report.output = Some(destination.path.display().to_string());
    }
    Ok(report)
}

/// Computes the leading eigenvalues, with what is said of them.
///
/// # Errors
/// [`RunError`].
pub fn solve_spectrum(file: &GameFile, count: usize) -> Result<(LinearSpectrum, SpectrumReport), RunError> {
    RunError::unless_mfl_da("spectrum", file)?;
    let game = file.game();
    let discretisation = discretise(game, file.solver()).map_err(|error| match error {
        RunError::Edge { player } => RunError::Spectrum(SpectrumError::Vacuum { player }),
        other => other,
    })?;
    let linear = linear_spectrum(game, &discretisation.shapes(), count)?;
    let report = SpectrumReport {
        game: game.name().to_owned(),
        regulariser: game.regulariser().name(),
        grid: GridSummary::new(&discretisation),
        payoff: PayoffSummary::new(&discretisation),
        equilibrium: EquilibriumSummary::new(&discretisation),
        spectrum: SpectrumSummary::new(&linear, game, count),
        lines: LineSummary::at_rest(game),
        output: None,
    };
    Ok((linear, report))
}

impl LinearSpectrum {
    /// The finer grid, its equilibrium.
    pub fn discretisation(&self) -> &Discretisation {
        &self.discretisation
    }

    /// The eigenfunctions on the finer grid, in the order of the eigenvalues: complex values at the nodes of x, then of y.
    pub fn eigenfunctions(&self) -> &[[Vec<Complex64>; 2]] {
        &self.fine.eigenfunctions[..self.confirmed.eigenvalues.len()]
    }

    fn record(&self, summary: &SpectrumSummary) -> SpectrumRecord<'_> {
        SpectrumRecord {
            grids: Player::BOTH.map(|player| self.discretisation.grid(player)),
            equilibrium: self.discretisation.equilibrium.densities(),
            rows: summary.record(),
            eigenfunctions: &self.fine.eigenfunctions[..summary.eigenvalues.len()],
        }
    }
}

impl SpectrumSummary {
    /// The numbers of a spectrum of which `count` eigenvalues were asked for.
    pub fn new(linear: &LinearSpectrum, game: &Game, count: usize) -> SpectrumSummary {
        let c = &linear.confirmed;
        let eta = game.timescale();
        SpectrumSummary {
            gap: c.gap.value,
            gap_error: c.gap.error,
            frequency: c.frequency.value,
            frequency_error: c.frequency.error,
            guaranteed_rate: c.guaranteed_rate.value,
            guaranteed_rate_error: c.guaranteed_rate.error,
            poincare: c.poincare.map(|e| e.value),
            poincare_error: c.poincare.map(|e| e.error),
            eigenvalues: c.eigenvalues.iter().map(|v| [v.re, v.im]).collect(),
            multiplicities: c.multiplicities.clone(),
            errors: c.errors.clone(),
            residuals: c.residuals.clone(),
            growth_bound: c.growth_bound,
            w2_growth_bound: eta.max(1.0 / eta).sqrt(),
            largest_frequency: c.largest_frequency,
            complete: c.complete,
            grids: linear.grids.clone(),
            notes: notes(c, count),
        }
    }

    /// What a file holds of it.
    pub fn record(&self) -> EigenvalueRecord {
        EigenvalueRecord {
            eigenvalues: self.eigenvalues.clone(),
            errors: self.errors.clone(),
            residuals: self.residuals.clone(),
            attributes: vec![
                ("gap", self.gap),
                ("gap_error", self.gap_error),
                ("frequency", self.frequency),
                ("frequency_error", self.frequency_error),
                ("guaranteed_rate", self.guaranteed_rate),
                ("guaranteed_rate_error", self.guaranteed_rate_error),
                ("poincare_x", self.poincare[0]),
                ("poincare_y", self.poincare[1]),
                ("growth_bound", self.growth_bound),
            ],
        }
    }
}

fn notes(confirmed: &ConfirmedSpectrum, count: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let found = confirmed.eigenvalues.len();
    if confirmed.unconfirmed > 0 {
        notes.push(format!(
            "{} more eigenvalues are left out because the grids do not agree on them; a finer solver.grid would",
            confirmed.unconfirmed
        ));
    } else if found < count {
        notes.push(format!("only {found} of {count} eigenvalues converged"));
    }
    if !confirmed.complete {
        notes.push(format!(
            "eigenvalues may be missing, above all such as turn fast (up to {:.1e}): they have not been searched to the end",
            confirmed.largest_frequency
        ));
    }
    notes
}

/// The next shape of odd sizes with at least `factor` times the points; in two dimensions, sizes of fast transforms.
fn odd_shape(shape: &[usize], factor: f64) -> Vec<usize> {
    let next = |points: &usize| {
        let least = (*points as f64 * factor).ceil() as usize;
        if shape.len() == 1 { least | 1 } else { next_fast_odd_size(least) }
    };
    shape.iter().map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_have_odd_sizes_and_grow() {
        assert_eq!(odd_shape(&[64], 1.0), [65]);
        assert_eq!(odd_shape(&[65], 1.2), [79]);
        assert_eq!(odd_shape(&[64, 128], 1.0), [75, 135]);
        assert_eq!(odd_shape(&[75, 135], 1.05), [81, 147]);
    }
}
