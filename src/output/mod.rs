//! The output file of a run (HDF5): what it holds, how it survives, how it is read.
//!
//! [`RunWriter`] is given an empty file before the computing starts and everything the run produces after; it writes in
//! a thread of its own. At every moment the file can be opened by others and holds every snapshot written before; after
//! a kill [`RunWriter::resume`] goes on from the last [`Checkpoint`]. When the run ends the file is replaced at once by
//! a compressed one. The schema is in `schema.rs`, the layout that makes this work in `blank.rs` and `work_file.rs`.

mod array_reader;
mod arrays;
mod attribute;
mod blank;
mod checkpoint;
mod comparison;
mod contents;
mod convergence;
mod destination;
mod error;
mod header;
mod journal;
mod layout;
mod lock;
mod nexus;
mod orbit;
mod orbit_reader;
mod own_dataset;
mod particle_writer;
mod particles;
mod place;
mod plan;
mod reader;
mod record;
mod resume;
mod row;
mod run_reader;
mod scale;
mod schema;
mod source;
mod spectrum;
mod sweep;
mod validation;
mod work_file;
mod worker;
mod writer;

pub use array_reader::{ArrayReader, FileKind};
pub use checkpoint::{Checkpoint, digest, fingerprint};
pub use comparison::{ComparisonRecord, write_comparison};
pub use convergence::{ConvergenceRecord, LadderRecord, write_convergence};
pub use destination::{check_destination, stored_plan};
pub use error::OutputError;
pub use header::Header;
pub use journal::{Journal, JournalHeader, JournalStart, PointRow, read_journal};
pub use layout::{Layout, LineRecord};
pub use orbit::{BranchRecord, OrbitRecord, OrbitRow, write_orbit};
pub use orbit_reader::{BranchColumns, OrbitReader, StoredBranch};
pub use particle_writer::{CheckpointSize, ParticleCheckpoint, ParticleWriter, ResumedParticles};
pub use particles::{ParticleColumn, ParticleRecord};
pub use plan::{PlanHeader, PlanPoints, PlanRecord, write_plan};
pub use reader::{StateIndex, StoredState, embedded_game, read_game, read_state, read_times};
pub use record::{Diagnostics, EigenvalueRecord, EquilibriumRecord, Snapshot, StepRecord};
pub use resume::{Resumed, finished_run};
pub use run_reader::RunReader;
pub use source::{Source, StoredArray};
pub use spectrum::{SpectrumRecord, write_spectrum};
pub use sweep::{SweepAxisRecord, SweepColumn, SweepRecord, SweepValues, write_sweep};
pub use validation::{JudgedCloud, JudgedColumn, ValidationRecord, write_validation};
pub use writer::RunWriter;
