//! Every call of one run that changes a file, one after the other: what is tried at each, and the folders it is tried in.

use super::shim::{Call, calls};
use crate::form::tries;
use crate::readers::python;
use crate::workspace::Workspace;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A run of 130 snapshots: more than HDF5 puts into one node of its index, the splitting of which is not atomic.
pub const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y)) + 0.3*cos(2*pi*x)\"\ntemperature = 0.1\n[initial]\n\
                        x = \"1 + 0.5*cos(2*pi*x)\"\n[solver]\ngrid = 32\ntime = 0.3\nscheme = \"etdrk4\"\n\
                        step = 0.01\n[output]\nsnapshots = 129\n";
/// Checkpoints after every step, so that the calls are the same each time.
pub const RUN: [&str; 7] = ["run", "game.toml", "-o", "out.h5", "--checkpoint-seconds", "0", "--quiet"];
pub const RESUME: [&str; 6] = ["run", "game.toml", "-o", "out.h5", "--quiet", "--resume"];

/// Tried side by side.
const SIDE_BY_SIDE: usize = 2;

/// A folder with the game and the uninterrupted `whole.h5`.
pub fn folder() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.run(&["run", "game.toml", "-o", "whole.h5", "--quiet"]).succeeds();
    workspace
}

/// The calls of [`RUN`] with these options, which must be the same each time.
pub fn calls_of_run(prepare: impl Fn(&Workspace), options: &[&str]) -> Vec<Call> {
    let one = || {
        let workspace = Workspace::new();
        workspace.write("game.toml", GAME);
        prepare(&workspace);
        calls(&workspace, &[&RUN[..], options].concat())
    };
    let calls = one();
    assert!(calls == one(), "the calls of a run are not the same each time");
    assert!(calls.len() > 20 * 130, "only {} calls", calls.len());
    calls
}

/// All calls in the long form; in the short one about this many writes and some of the others.
pub fn chosen(calls: &[Call], short: usize) -> Vec<&Call> {
    let others = calls.iter().filter(|call| call.operation != "pwrite");
    let writes: Vec<&Call> = calls.iter().filter(|call| call.operation == "pwrite").collect();
    let rare = others.clone().filter(|call| call.operation != "fsync");
    let stride = tries(writes.len() / short + 1, 1);
    let mut chosen: Vec<&Call> = writes.into_iter().step_by(stride).chain(rare.step_by(tries(2, 1))).collect();
    chosen.extend(others.filter(|call| call.operation == "fsync").step_by(tries(20, 1)));
    chosen.sort_by_key(|call| call.place);
    chosen
}

/// The calls at which the fault of this number, of so many, is tried: all in the long form, in the short one each has its own.
pub fn share<'a>(chosen: &[&'a Call], number: usize, of: usize) -> Vec<&'a Call> {
    let (first, stride) = (tries(number, 0), tries(of, 1));
    chosen.iter().skip(first).step_by(stride).copied().collect()
}

/// Tries something at each of these calls, in folders of its own for every thread; what came of it, in their order.
pub fn at_each<T: Send>(chosen: &[&Call], what: impl Fn(&mut Bench, &Call) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                let mut bench = Bench::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(call) = chosen.get(index) else { return };
                    let result = what(&mut bench, call);
                    results.lock().unwrap().push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, _)| *index);
    assert_eq!(results.len(), chosen.len());
    results.into_iter().map(|(_, result)| result).collect()
}

/// A folder and a reader of its files.
pub struct Bench {
    pub workspace: Workspace,
    reader: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Bench {
    pub fn new() -> Bench {
        let workspace = folder();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_faulty.py");
        let mut command = Command::new(python());
        command.arg(script).arg(workspace.path("whole.h5")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut reader = command.spawn().unwrap();
        let (questions, answers) = (reader.stdin.take().unwrap(), BufReader::new(reader.stdout.take().unwrap()));
        Bench { workspace, reader, questions, answers }
    }

    /// Snapshots that h5py sees in a file, each of them as in the uninterrupted one; 0 when there is no file.
    #[track_caller]
    pub fn readable(&mut self, name: &str) -> usize {
        let path = self.workspace.path(name);
        if !path.exists() {
            return 0;
        }
        writeln!(self.questions, "{}", path.display()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().parse().unwrap_or_else(|_| panic!("h5py on {name}: {answer}"))
    }

    /// Removes everything but the game and the uninterrupted file.
    pub fn clear(&self) {
        for name in self.workspace.names() {
            if !["game.toml", "whole.h5"].contains(&name.as_str()) {
                std::fs::remove_file(self.workspace.path(&name)).unwrap();
            }
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.reader.kill();
        let _ = self.reader.wait();
    }
}
