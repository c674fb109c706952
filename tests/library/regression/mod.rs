//! What once failed, here or in public reports, and every bundled game run short: through the binary.

mod arrival;
mod examples;
mod unstable;
