//! The Python that has the readers of tests/requirements.txt.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a script of tests/python; a missing Python fails the test.
#[track_caller]
pub fn run(script: &str, arguments: &[String]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("NASHFLOW_PYTHON").map_or_else(|| root.join(".venv/bin/python"), PathBuf::from);
    let output = Command::new(&python)
        .arg(root.join("tests/python").join(script))
        .args(arguments)
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error}. Set NASHFLOW_PYTHON, or: python3 -m venv .venv && .venv/bin/pip install -r tests/requirements.txt",
                python.display()
            )
        });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{script} {arguments:?}: {}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
}
