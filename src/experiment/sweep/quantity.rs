//! What can be recorded of a point: names, meanings, and where the numbers come from.

use super::point::Findings;
use crate::experiment::comparison::first_time;
use crate::experiment::{CycleSummary, EquilibriumSummary, SpectrumSummary, StateSummary, Summary, Verdict};
use crate::output::Diagnostics;
use std::sync::LazyLock;

/// What has to be computed for a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The equilibrium.
    Equilibrium,
    /// The spectrum of the linearisation.
    Spectrum,
    /// The evolution from the initial state.
    Evolution,
}

/// How a quantity is read off.
#[derive(Clone, Copy)]
pub enum Reading {
    /// A number.
    Number(fn(&Findings) -> Option<f64>),
    /// A whole number that is not negative.
    Code(fn(&Findings) -> Option<usize>),
    /// First times at the thresholds of the distance, or of the duality gap.
    Times(Threshold),
}

/// Of what thresholds are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// W2.
    Distance,
    /// The duality gap.
    DualityGap,
}

impl Threshold {
    /// Both.
    pub const ALL: [Threshold; 2] = [Threshold::Distance, Threshold::DualityGap];

    /// Place in pairs.
    pub fn index(self) -> usize {
        usize::from(self == Threshold::DualityGap)
    }

    /// Name and meaning of the scale.
    pub fn scale(self) -> (&'static str, &'static str) {
        match self {
            Threshold::Distance => ("w2_threshold", "distance to the equilibrium"),
            Threshold::DualityGap => ("nikaido_isoda_threshold", "duality gap"),
        }
    }

    /// First times at or below the thresholds.
    pub fn times(self, snapshots: &[(f64, Diagnostics)], thresholds: &[f64]) -> Vec<Option<f64>> {
        let value = |d: &Diagnostics| if self == Threshold::Distance { d.w2 } else { d.nikaido_isoda };
        let rows: Vec<(f64, f64)> = snapshots.iter().map(|(time, d)| (*time, value(d))).collect();
        thresholds.iter().map(|threshold| first_time(&rows, *threshold)).collect()
    }
}

/// One quantity.
pub struct Quantity {
    /// Its name, in the sweep file and in the result.
    pub name: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// What has to be computed.
    pub stage: Stage,
    /// How it is read off.
    pub reading: Reading,
}

/// Names of arrays beside the quantities.
pub const RESERVED: [&str; 4] = ["status", "message", "w2_threshold", "nikaido_isoda_threshold"];

/// Names of all quantities.
pub static NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| QUANTITIES.iter().map(|quantity| quantity.name).collect());

const fn equilibrium(name: &'static str, meaning: &'static str, read: fn(&Findings) -> Option<f64>) -> Quantity {
    Quantity { name, meaning, stage: Stage::Equilibrium, reading: Reading::Number(read) }
}

const fn spectrum(name: &'static str, meaning: &'static str, read: fn(&Findings) -> Option<f64>) -> Quantity {
    Quantity { name, meaning, stage: Stage::Spectrum, reading: Reading::Number(read) }
}

const fn evolution(name: &'static str, meaning: &'static str, read: fn(&Findings) -> Option<f64>) -> Quantity {
    Quantity { name, meaning, stage: Stage::Evolution, reading: Reading::Number(read) }
}

const fn code(
    stage: Stage,
    name: &'static str,
    meaning: &'static str,
    read: fn(&Findings) -> Option<usize>,
) -> Quantity {
    Quantity { name, meaning, stage, reading: Reading::Code(read) }
}

/// All quantities.
pub const QUANTITIES: &[Quantity] = &[
    equilibrium("equilibrium_nikaido_isoda", "duality gap of the computed equilibrium", |f| {
        of_pair(f, |e| e.nikaido_isoda)
    }),
    equilibrium("equilibrium_residual", "largest residual of its log-densities", |f| of_pair(f, |e| e.residual)),
    equilibrium("equilibrium_energy", "F(mu*, nu*)", |f| of_pair(f, |e| e.energy)),
    equilibrium("equilibrium_tail", "largest spectral tail of the equilibrium", |f| of_pair(f, |e| e.tail)),
    code(Stage::Equilibrium, "nodes_x", "nodes of the grid of x", |f| f.nodes.map(|nodes| nodes[0])),
    code(Stage::Equilibrium, "nodes_y", "nodes of the grid of y", |f| f.nodes.map(|nodes| nodes[1])),
    spectrum("gap", "spectral gap: rate of decay in the end", |f| of_spectrum(f, |s| s.gap)),
    spectrum("gap_error", "error of the gap", |f| of_spectrum(f, |s| s.gap_error)),
    spectrum("frequency", "imaginary part of the leading eigenvalue", |f| of_spectrum(f, |s| s.frequency)),
    spectrum("frequency_error", "error of the frequency", |f| of_spectrum(f, |s| s.frequency_error)),
    spectrum("guaranteed_rate", "min(tau_x C_x, eta tau_y C_y)", |f| of_spectrum(f, |s| s.guaranteed_rate)),
    spectrum("guaranteed_rate_error", "error of the guaranteed rate", |f| of_spectrum(f, |s| s.guaranteed_rate_error)),
    spectrum("poincare_x", "Poincare constant C_x of mu*", |f| of_spectrum(f, |s| s.poincare[0])),
    spectrum("poincare_x_error", "error of C_x", |f| of_spectrum(f, |s| s.poincare_error[0])),
    spectrum("poincare_y", "Poincare constant C_y of nu*", |f| of_spectrum(f, |s| s.poincare[1])),
    spectrum("poincare_y_error", "error of C_y", |f| of_spectrum(f, |s| s.poincare_error[1])),
    code(Stage::Evolution, "verdict", "0 undecided, 1 converged, 2 periodic, -1 none", |f| {
        summary(f).map(|s| match s.verdict {
            Verdict::Undecided => 0,
            Verdict::Converged => 1,
            Verdict::Periodic => 2,
        })
    }),
    evolution("initial_w2", "distance of the first state to the equilibrium", |f| first(f, |s| s.w2)),
    evolution("initial_w2_error", "error bar of initial_w2", |f| first(f, |s| s.w2_error)),
    evolution("initial_nikaido_isoda", "duality gap of the first state", |f| first(f, |s| s.nikaido_isoda)),
    evolution("w2", "distance of the last state to the equilibrium", |f| last(f, |s| s.w2)),
    evolution("w2_x", "distance of the last mu to mu*", |f| last(f, |s| s.w2_x)),
    evolution("w2_y", "distance of the last nu to nu*", |f| last(f, |s| s.w2_y)),
    evolution("w2_error", "error bar of w2", |f| last(f, |s| s.w2_error)),
    evolution("nikaido_isoda", "duality gap of the last state", |f| last(f, |s| s.nikaido_isoda)),
    evolution("energy", "F(mu, nu) of the last state", |f| last(f, |s| s.energy)),
    evolution("kl_x", "relative entropy of the last mu to mu*", |f| diagnostics(f).map(|d| d.kl_x)),
    evolution("kl_y", "relative entropy of the last nu to nu*", |f| diagnostics(f).map(|d| d.kl_y)),
    evolution("mass_error", "larger deviation of the last masses from 1", |f| last(f, |s| s.mass_error)),
    evolution("min_density", "smallest node value of the last state", |f| last(f, |s| s.min_density)),
    evolution("tail", "largest spectral tail of the last state", |f| last(f, |s| s.tail)),
    evolution("decay_rate", "rate at which W2 decays, where it does", |f| summary(f)?.decay.map(|d| d.rate)),
    evolution("decay_error", "error of the decay rate", |f| summary(f)?.decay.map(|d| d.error)),
    evolution("period", "period of the cycle that the run ends on", |f| cycle(f, |c| c.period)),
    evolution("period_error", "error of the period", |f| cycle(f, |c| c.period_error)),
    evolution("amplitude_x", "amplitude of mu on the cycle", |f| cycle(f, |c| c.amplitude[0])),
    evolution("amplitude_y", "amplitude of nu on the cycle", |f| cycle(f, |c| c.amplitude[1])),
    evolution("contraction", "factor by which the distance to the cycle shrinks in one turn", |f| {
        cycle(f, |c| c.contraction)
    }),
    code(Stage::Evolution, "steps", "accepted steps", |f| summary(f).map(|s| s.steps)),
    code(Stage::Evolution, "rejected", "rejected steps", |f| summary(f).map(|s| s.rejected)),
    Quantity {
        name: "time_to_w2",
        meaning: "first time at which W2 is at the threshold or below",
        stage: Stage::Evolution,
        reading: Reading::Times(Threshold::Distance),
    },
    Quantity {
        name: "time_to_nikaido_isoda",
        meaning: "first time at which the duality gap is at the threshold or below",
        stage: Stage::Evolution,
        reading: Reading::Times(Threshold::DualityGap),
    },
];

fn summary(findings: &Findings) -> Option<&Summary> {
    findings.recorded.as_ref().map(|recorded| &recorded.summary)
}

fn of_pair(findings: &Findings, read: fn(&EquilibriumSummary) -> f64) -> Option<f64> {
    findings.equilibrium.as_ref().map(read)
}

fn of_spectrum(findings: &Findings, read: fn(&SpectrumSummary) -> f64) -> Option<f64> {
    findings.spectrum.as_ref().map(read)
}

fn first(findings: &Findings, read: fn(&StateSummary) -> Option<f64>) -> Option<f64> {
    read(&summary(findings)?.initial)
}

fn last(findings: &Findings, read: fn(&StateSummary) -> Option<f64>) -> Option<f64> {
    read(&summary(findings)?.last)
}

fn diagnostics(findings: &Findings) -> Option<&Diagnostics> {
    findings.recorded.as_ref()?.snapshots.last().map(|(_, diagnostics)| diagnostics)
}

fn cycle(findings: &Findings, read: fn(&CycleSummary) -> f64) -> Option<f64> {
    summary(findings)?.cycle.as_ref().map(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_there_once_and_none_is_reserved() {
        let mut names: Vec<&str> = NAMES.iter().chain(&RESERVED).copied().collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    }
}
