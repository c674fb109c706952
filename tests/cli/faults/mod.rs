//! Faults of the system below the program: kills and failing disks at every write, limits, locks, clocks, processors.
//!
//! They are made by `shim.c`, preloaded into the program, and by limits of the system. The counts of the short form and the
//! long one (`NASHFLOW_LONG_TESTS=1`), with what came of them, are in docs/reliability.md.

mod clock;
mod disk;
mod enumeration;
mod kills;
mod limits;
mod locks;
mod memory;
mod old_output;
mod processor;
mod shards;
mod shim;
