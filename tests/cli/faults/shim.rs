//! The program with `shim.c` preloaded: which fault it is to make, and which calls it has counted.

use crate::workspace::{Outcome, Workspace};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What becomes of the calls that change files, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL in the place of the call.
    Kill(usize),
    /// SIGKILL after the first half of what the call writes.
    Tear(usize),
    /// The call fails with this number.
    Once(i32, usize),
    /// The call and all that follow fail with this number; what the first one writes is written by half.
    From(i32, usize),
}

impl Fault {
    fn text(self) -> String {
        match self {
            Fault::Kill(place) => format!("kill:{place}"),
            Fault::Tear(place) => format!("tear:{place}"),
            Fault::Once(number, place) => format!("{number}:{place}"),
            Fault::From(number, place) => format!("{number}:{place}+"),
        }
    }
}

/// A call that changes a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// From 1.
    pub place: usize,
    /// `open`, `pwrite`, `rename`, ..
    pub operation: String,
    /// Name of the file, without its folder.
    pub name: String,
}

/// The compiled shim; the C compiler is the one that links the program.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/faults/shim.c");
        let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("shim-{}.so", std::process::id()));
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let mut command = Command::new(&compiler);
        command.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&library).arg(source);
        let output = command.arg("-ldl").output().unwrap_or_else(|error| panic!("{compiler:?}: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        library
    })
}

/// The program in this folder with the shim, which counts the calls on files of the folder.
pub fn command(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = workspace.command(arguments);
    command.env("LD_PRELOAD", library()).env("FAULT_FOLDER", workspace.folder().canonicalize().unwrap());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program with a fault.
pub fn run(workspace: &Workspace, arguments: &[&str], fault: Fault) -> Outcome {
    Outcome::new(command(workspace, arguments).env("FAULT", fault.text()).output().unwrap(), arguments)
}

/// Runs the program to its end without a fault; the calls it makes.
pub fn calls(workspace: &Workspace, arguments: &[&str]) -> Vec<Call> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let output = command(workspace, arguments).env("FAULT_LOG", log.path()).output().unwrap();
    Outcome::new(output, arguments).succeeds();
    let text = std::fs::read_to_string(log.path()).unwrap();
    let folder = workspace.folder().file_name().unwrap().to_str().unwrap();
    let calls = text.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let name = if words[3] == folder { "." } else { words[3] };
        Call { place: words[0].parse().unwrap(), operation: words[1].to_owned(), name: name.to_owned() }
    });
    let calls: Vec<Call> = calls.collect();
    assert!(calls.iter().enumerate().all(|(index, call)| call.place == index + 1), "calls are counted in order");
    calls
}
