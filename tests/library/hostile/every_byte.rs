//! Every byte of a small file of every kind turned over, and every length it can be cut to, through every reader.

use crate::support::form::tries;
use crate::support::hostile::{cloud, originals, output, resume};
use crate::support::limit::{Resource, limit};
use std::process::Command;

/// Distance between the places that are tried, in the short form: a prime, so that no field is always missed.
const STRIDE: usize = 6007;
/// Address space of the process that reads the files.
const MOST_SPACE: u64 = 3_000_000_000;
/// Kilobytes of it that are used at the most: a gigabyte.
const MOST_MEMORY: u64 = 1_000_000;
/// Set for that process.
const LIMITED: &str = "NASHFLOW_TEST_WITHIN_LIMIT";

/// Does the work of the test `name` in a process of its own, so that what it uses can be limited and seen.
fn within_limit(name: &str, work: impl FnOnce()) {
    if std::env::var_os(LIMITED).is_some() {
        work();
        return assert!(peak() < MOST_MEMORY, "{} kB", peak());
    }
    let test = format!("hostile::every_byte::{name}");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&test, "--exact", "--nocapture"]).env(LIMITED, "1");
    limit(&mut command, Resource::AddressSpace, MOST_SPACE);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

/// The most memory that this process has used since it began, in kB. (`getrusage` counts what was there before `exec`.)
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The script of one damage: see `damage.rs`.
fn script(file: usize, order: u8, place: usize, value: u8) -> [u8; 7] {
    let [a, b, c, _] = (place as u32).to_le_bytes();
    [file as u8, order, a, b, c, 0, value]
}

/// Where the files are put: in memory, if there is such a place.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// Gives scripts of every kind and place to these readers; how many there were.
fn try_all(stride: usize, order: u8, value: u8, readers: &[fn(&std::path::Path, &[u8])]) -> usize {
    let folder = folder();
    let mut tried = 0;
    for (file, original) in originals().iter().enumerate() {
        for place in (0..original.bytes.len()).step_by(stride) {
            let script = script(file, order, place, value);
            readers.iter().for_each(|reader| reader(folder.path(), &script));
            tried += 1;
        }
    }
    tried
}

#[test]
fn every_damaged_byte_of_every_kind_comes_back_from_every_reader() {
    within_limit("every_damaged_byte_of_every_kind_comes_back_from_every_reader", || {
        let tried = try_all(tries(STRIDE, 1), 5, 0xff, &[output, cloud]);
        println!("{tried} files with a damaged byte, of {} kinds", originals().len());
    });
}

#[test]
fn every_length_of_every_kind_comes_back_from_every_reader() {
    within_limit("every_length_of_every_kind_comes_back_from_every_reader", || {
        let tried = try_all(tries(STRIDE, 1), 1, 0, &[output, cloud]);
        println!("{tried} files cut short, of {} kinds", originals().len());
    });
}

#[test]
fn unfinished_files_with_any_damaged_byte_are_taken_up_or_refused() {
    let stride = tries(STRIDE, 17);
    let folder = folder();
    let mut tried = 0;
    for (file, original) in originals().iter().enumerate().filter(|(_, original)| original.name.contains("unfinished"))
    {
        for place in (0..original.bytes.len()).step_by(stride) {
            resume(folder.path(), &script(file, 5, place, 0xff));
            tried += 1;
        }
    }
    println!("{tried} unfinished files with a damaged byte");
}
