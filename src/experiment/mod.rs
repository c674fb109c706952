//! What the commands do: from a game file to a result. The loop holds the model; nothing below this room knows of it.

mod advice;
mod cells;
mod checkpoint;
mod comparison;
mod converge;
mod crew;
mod cycle;
mod discretisation;
mod equilibrium;
mod error;
mod grid_growth;
mod line;
mod measurement;
mod notes;
mod orbit;
mod particles;
mod positivity;
mod rates;
mod resumption;
mod run;
mod seam;
mod session;
mod simulation;
mod spectrum;
mod summary;
mod sweep;
mod time_stepping;
mod validation;
mod verdict;
mod w2;
mod workplace;

pub use comparison::{ComparisonReport, ComparisonRequest, ContestantReport, Crossing, compare, split_dynamics};
pub use converge::{
    AlongReport, BarsReport, Behaviour, ConvergenceLadder, ConvergenceReport, ConvergenceRequest, ExtrapolationReport,
    FitReport, FitsReport, QuantityReport, RungReport, SufficientReport, converge,
};
pub use cycle::CycleSummary;
pub use discretisation::{Discretisation, discretise, discretise_with_initial};
pub use equilibrium::{Destination, EquilibriumReport, equilibrium, solve_equilibrium};
pub use error::RunError;
pub use line::LineSummary;
pub use measurement::Measurement;
pub use orbit::{
    BranchReport, BranchRequest, EdgeReport, FoldReport, OrbitReport, OrbitRequest, OrbitSummary, RowReport, edge,
    orbit,
};
#[cfg(test)]
pub(crate) use particles::mean_field;
pub use particles::{
    DistanceSummary, Exit, ExitGrowth, LadderReport, LadderRequest, ParticleCounts, ParticleOutput, ParticleReport,
    ParticleRequest, PerPlayer, Power, Rung, RungDecay, RungExit, SnapshotSummary, StepBias, ladder, particles,
};
pub use rates::RateComparison;
pub use resumption::{ConcludedRun, conclude_run};
pub use run::{Progress, RunOptions, run};
pub use simulation::{Clock, Simulation, Stretch};
pub use spectrum::{LinearSpectrum, SpectrumReport, SpectrumSummary, linear_spectrum, solve_spectrum, spectrum};
pub use summary::{EquilibriumSummary, GridSummary, PayoffSummary, StateSummary, Summary};
pub use sweep::{
    FailureReport, MergeReport, MergeRequest, Shard, SweepAxisReport, SweepProgress, SweepReport, SweepRequest,
    is_journal_name, merge, slurm_script, sweep, vocabulary,
};
pub use validation::{
    BiasReport, ChiSquareReport, CloudArrays, CloudSource, FloorReport, LargestScoreReport, PlayerReport,
    ReplicaReport, RunArrays, RunSource, TimeChoice, TimeReport, Times, ValidationError, ValidationReport,
    ValidationRequest, validate,
};
pub use verdict::Verdict;
pub use w2::{W2Error, W2Operand, W2Report, W2Request, w2};
