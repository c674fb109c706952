//! A writing process is killed at random moments: the file opens, holds every acknowledged snapshot, and a resumed run
//! ends with the file of an uninterrupted one.
//!
//! The writing process is this test program again, told by the environment what to write. It acknowledges by a growing
//! file beside the output.

use crate::support::form::tries;
use crate::support::run_file::{Script, assert_same_datasets, layout, open};
use nashflow::output::RunWriter;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

const OUTPUT: &str = "NASHFLOW_TEST_KILL_OUTPUT";
const SCRIPT: &str = "NASHFLOW_TEST_KILL_SCRIPT";

/// A long run that resumes; one that regrids before every snapshot; one that spends its time finishing.
fn script(name: &str) -> Script {
    match name {
        "snapshots" => Script::new(&layout(&[32], &[48], 3000), 50),
        "regrids" => {
            let mut script = Script::new(&layout(&[8], &[8], 120), 50);
            script.regrids = (1..120).map(|k| (k, layout(&[8 + 2 * k], &[8 + k], 120))).collect();
            script
        }
        "finish" => Script::new(&layout(&[4096], &[4096], 100), 50),
        other => panic!("no script {other}"),
    }
}

/// Not a test by itself: the body of the writing process.
#[test]
fn writing_process() {
    let (Ok(output), Ok(name)) = (std::env::var(OUTPUT), std::env::var(SCRIPT)) else { return };
    let output = PathBuf::from(output);
    let script = script(&name);
    let mut acknowledgements = std::fs::File::create(acknowledged_path(&output)).unwrap();
    let last = script.snapshots() - 1;
    script
        .complete(&output, |writer, k| {
            // For this script the interesting moments come after the last snapshot.
            if name != "finish" || k == last {
                writer.flush().unwrap();
                acknowledgements.write_all(&vec![b'.'; k + 1 - acknowledged(&output)]).unwrap();
            }
        })
        .unwrap();
}

fn acknowledged_path(output: &Path) -> PathBuf {
    output.with_extension("acknowledged")
}

fn acknowledged(output: &Path) -> usize {
    std::fs::metadata(acknowledged_path(output)).map_or(0, |metadata| metadata.len() as usize)
}

fn start(output: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "output::kill::writing_process"])
        .env(OUTPUT, output)
        .env(SCRIPT, name)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills the process a random moment after it has acknowledged more than `after` snapshots. Returns whether it was
/// still running.
fn kill_after(mut child: Child, output: &Path, after: usize, microseconds: u64) -> bool {
    while acknowledged(output) <= after && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(Duration::from_micros(microseconds));
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(running || status.success(), "the writing process failed: {status}");
    running
}

/// Checks the file with this program's HDF5; another one is left to Python.
fn check(output: &Path) {
    let time = open(output).dataset("time").unwrap().read_raw::<f64>().unwrap();
    let written = time.iter().filter(|time| time.is_finite()).count();
    assert!(time[..written].iter().all(|time| time.is_finite()), "a hole in the times");
    assert!(written >= acknowledged(output), "{written} snapshots, {} acknowledged", acknowledged(output));
}

/// A generator of our own: the tests ask for no quality, only for the same moments in every run.
struct Moments(u64);

impl Moments {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Kills runs of a script `kills` times, resuming them until they are finished, then starting new ones.
fn kill_often(name: &str, kills: usize, microseconds: u64) {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.h5");
    let script = script(name);
    script.complete(&whole, |_, _| {}).unwrap();
    let mut moments = Moments(kills as u64);
    let (mut killed, mut runs, mut copies) = (0, 0, vec![name.to_string()]);
    while killed < kills {
        let output = folder.path().join(format!("run{runs}.h5"));
        let mut reached = 0;
        loop {
            let stride = moments.below(1 + script.snapshots() as u64 / 8) as usize;
            let after = if name == "finish" { script.snapshots() - 1 } else { reached + stride };
            // What was acknowledged before a resume may be after the checkpoint, and is then written again.
            let _ = std::fs::remove_file(acknowledged_path(&output));
            let mut child = start(&output, name);
            if killed >= kills {
                assert!(child.wait().unwrap().success());
                break;
            }
            let running = kill_after(child, &output, after, moments.below(microseconds));
            if !output.exists() {
                assert_eq!(acknowledged(&output), 0);
                continue;
            }
            check(&output);
            killed += usize::from(running);
            let copy = folder.path().join(format!("killed{}.h5", copies.len()));
            std::fs::copy(&output, &copy).unwrap();
            copies.push(format!("{}={}", copy.display(), acknowledged(&output)));
            let Some(resumed) = RunWriter::resume(&output).unwrap() else { panic!("nothing to resume") };
            if resumed.finished {
                break;
            }
            reached = resumed.snapshots.len();
        }
        assert_same_datasets(&whole, &output);
        runs += 1;
    }
    crate::support::python::run("read_killed.py", &copies);
}

#[test]
fn a_run_killed_while_it_writes_snapshots_loses_none() {
    kill_often("snapshots", tries(5, 400), 3000);
}

#[test]
fn a_run_killed_while_it_regrids_leaves_the_old_or_the_new_file() {
    kill_often("regrids", tries(3, 100), 3000);
}

#[test]
fn a_run_killed_while_it_finishes_leaves_the_old_or_the_new_file() {
    kill_often("finish", tries(3, 100), 60_000);
}
