//! Bytes that nobody has looked at, fed into the library where it takes files and texts: every function here must come back
//! from any input, and soon. The fuzz targets of `fuzz/` are these functions; the test command feeds them the inputs kept in
//! `fuzz/corpus`.

mod arrays;
mod damage;
mod originals;
mod output;
mod texts;

pub use originals::originals;

pub use arrays::{cloud, npy, npz, text};
pub use output::{output, resume};
pub use texts::{expression, game, sweep};

use std::path::Path;

/// A function that takes bytes, and a folder for files.
pub type Way = fn(&Path, &[u8]);

/// All of them, by the names of their targets.
pub const WAYS: [(&str, Way); 9] = [
    ("expression", expression),
    ("game", game),
    ("sweep", sweep),
    ("npy", npy),
    ("npz", npz),
    ("text", text),
    ("cloud", cloud),
    ("output", output),
    ("resume", resume),
];
