//! What a report shows of a run, read from its file.

use crate::experiment::{ConcludedRun, RunError, Summary, conclude_run};
use crate::game::Player;
use crate::output::{Header, RunReader};
use crate::report::ReportError;
use crate::report::drawing::style::tick;
use crate::report::motion::{Drift, Frames, rows_in_memory};
use std::path::Path;
use std::sync::Arc;

/// A run as it is shown.
pub(super) struct Record {
    pub header: Header,
    pub finished: bool,
    pub times: Vec<f64>,
    pub w2: Vec<f64>,
    pub w2_error: Vec<f64>,
    pub nikaido_isoda: Vec<f64>,
    pub relative_entropy: [Vec<f64>; 2],
    /// Ends and lengths.
    pub steps: [Vec<f64>; 2],
    /// The snapshots whose densities are shown.
    pub frames: Frames,
    /// The conclusions, or why there are none.
    pub conclusions: Result<Arc<ConcludedRun>, String>,
}

impl Record {
    /// Reads a file. Conclusions that cannot be drawn, because the run is not finished or files of its game are gone, are no
    /// error: the page says why they are missing.
    ///
    /// # Errors
    /// [`ReportError`] when the file is not that of a run, is damaged, or holds no snapshot.
    pub fn read(path: &Path) -> Result<Record, ReportError> {
        let reader = RunReader::open(path)?;
        let times = reader.times().to_vec();
        if times.is_empty() {
            return Err(ReportError::Empty { path: path.to_path_buf() });
        }
        let grids = Player::BOTH.map(|player| reader.grid(player).clone());
        let rows = rows_in_memory(&grids, times.len());
        let mut densities = [Vec::new(), Vec::new()];
        for player in Player::BOTH {
            for &row in &rows {
                densities[player.index()].push(reader.density(player, row)?);
            }
        }
        let conclusions = match reader.is_finished() {
            true => match conclude_run(path) {
                Ok(run) => Ok(Arc::new(run)),
                Err(RunError::NotARun { .. }) => Err("the file holds an equilibrium, which is no run".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            false => Err("the run is not finished".to_owned()),
        };
        let still = [reader.equilibrium(Player::X)?, reader.equilibrium(Player::Y)?];
        let reference = match still {
            [Some(x), Some(y)] => Some(("the equilibrium", [vec![x], vec![y]])),
            _ => None,
        };
        let frames = Frames {
            names: ["density mu", "density nu"],
            grids,
            times: rows.iter().map(|row| times[*row]).collect(),
            densities,
            reference,
            drift: conclusions.as_ref().ok().and_then(drift),
            closes: false,
            cells: false,
        };
        Ok(Record {
            header: reader.header().clone(),
            finished: reader.is_finished(),
            w2: reader.diagnostic("w2")?,
            w2_error: reader.diagnostic("w2_error")?,
            nikaido_isoda: reader.diagnostic("nikaido_isoda")?,
            relative_entropy: [reader.diagnostic("kl_x")?, reader.diagnostic("kl_y")?],
            steps: reader.steps()?,
            frames,
            conclusions,
            times,
        })
    }

    /// The last time of an axis, which is not empty even when there is one snapshot.
    pub fn end(&self) -> f64 {
        let last = self.times[self.times.len() - 1];
        if last > 0.0 { last } else { 1.0 }
    }

    /// The sum of both relative entropies.
    pub fn entropies(&self) -> Vec<f64> {
        self.relative_entropy[0].iter().zip(&self.relative_entropy[1]).map(|(a, b)| a + b).collect()
    }

    /// The summary, when there is one.
    pub fn summary(&self) -> Option<&Summary> {
        self.conclusions.as_ref().ok().map(|run| &run.summary)
    }

    /// Exponentials with the rates of the linearisation, through the distance where its decay was measured last.
    pub fn slopes(&self) -> Vec<Slope> {
        let Some(spectrum) = self.summary().and_then(|summary| summary.spectrum.as_ref()) else { return Vec::new() };
        let measured_to = self.summary().and_then(|summary| summary.decay.as_ref()).map_or(f64::INFINITY, |d| d.to);
        let anchor =
            self.times.iter().zip(&self.w2).rfind(|(t, w2)| **t <= measured_to && **w2 > 0.0 && w2.is_finite());
        let Some((&start, &height)) = anchor else { return Vec::new() };
        const POINTS: usize = 200;
        let line = |rate: f64| {
            (0..=POINTS)
                .map(|k| self.end() * k as f64 / POINTS as f64)
                .map(|t| (t, height * (-rate * (t - start)).exp()))
                .collect()
        };
        let slope =
            |name: &str, rate, dash| Slope { name: format!("{name} {}", tick(rate)), points: line(rate), rate, dash };
        vec![
            slope("at the spectral gap", spectrum.gap, 10),
            slope("at the guaranteed rate", spectrum.guaranteed_rate, 3),
        ]
    }
}

/// An exponential beside the distance.
pub(super) struct Slope {
    pub name: String,
    /// Times and values.
    pub points: Vec<(f64, f64)>,
    /// It falls at.
    pub rate: f64,
    /// Length of its dashes.
    pub dash: u32,
}

/// The drift of the mean-field Langevin flow: `-grad V[nu]`, or `eta grad U[mu]`; `None` for other dynamics.
fn drift(run: &Arc<ConcludedRun>) -> Option<Box<Drift>> {
    if !run.file.flow().is_mfl_da() {
        return None;
    }
    let run = Arc::clone(run);
    Some(Box::new(move |player, opponent: &[f64]| {
        let payoff = &run.discretisation.payoff;
        let mut work = payoff.work();
        let factor = match player {
            Player::X => -1.0,
            Player::Y => run.file.game().timescale(),
        };
        let grid = run.discretisation.grid(player);
        let along = |axis: usize| {
            let mut out = vec![0.0; grid.len()];
            payoff.gradient(player, axis, opponent, &mut out, &mut work);
            out.iter_mut().for_each(|v| *v *= factor);
            out
        };
        (0..grid.dimension()).map(along).collect()
    }))
}
