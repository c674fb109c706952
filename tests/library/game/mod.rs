//! The game file: what is read and what is refused.

mod bad_games;
mod file;
