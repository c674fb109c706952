//! Input that means harm: bombs, forged sizes, archives and links that reach out, numbers that are none, names that are code.

mod archives;
mod bombs;
mod every_kind;
mod measured;
mod memory;
mod names;
mod numbers;
mod reach;
