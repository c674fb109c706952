//! The file of a run: killed, resumed, on a full disk, and read by other programs.

mod disk_full;
mod kill;
mod other_programs;
mod resume;
