//! npz archives that are bombs, that lie about their members, or whose members would climb out of a folder.

use super::measured::run_within;
use crate::form::tries;
use crate::workspace::Workspace;
use ndarray::array;
use ndarray_npy::write_npy;
use std::io::Write;
use zip::CompressionMethod::{Deflated, Stored};

/// What the program may have had when it is done with a small or a false archive.
const MOST_MEMORY: u64 = 200_000_000;

fn npy_header(descr: &str, shape: &str) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [&b"\x93NUMPY\x01\x00"[..], &length, header.as_bytes()].concat()
}

fn points(values: &[f64]) -> Vec<u8> {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>();
    [npy_header("<f8", &format!("({},)", values.len())), bytes].concat()
}

/// The bytes of an archive of these members.
fn archive(method: zip::CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The same bytes with every occurrence of one text replaced by another of its length.
fn forged(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let mut found = 0;
    for place in 0..bytes.len() - from.len() {
        if bytes[place..].starts_with(from) {
            bytes[place..place + to.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found > 0, "{from:?} is not there");
    bytes
}

/// A folder in a folder, so that what climbs out can be seen, with a good cloud.
fn folder() -> Workspace {
    let workspace = Workspace::new();
    std::fs::create_dir(workspace.path("inner")).unwrap();
    write_npy(workspace.path("inner/good.npy"), &array![0.25, 0.75]).unwrap();
    workspace
}

#[track_caller]
fn run(workspace: &Workspace, bytes: &[u8], member: &str) -> crate::workspace::Outcome {
    workspace.write("inner/bad.npz", bytes);
    let ran =
        run_within(MOST_MEMORY, workspace, &["w2", &format!("inner/bad.npz{member}"), "inner/good.npy", "--json"]);
    assert!(ran.time.as_secs() < 5, "{:?}", ran.time);
    assert_eq!(workspace.names(), ["inner"]);
    assert_eq!(workspace.names_in("inner"), ["bad.npz", "good.npy"]);
    ran.outcome
}

#[track_caller]
fn refused(workspace: &Workspace, bytes: &[u8], member: &str, words: &[&str]) {
    let outcome = run(workspace, bytes, member);
    assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
    let message = outcome.json()["error"].as_str().unwrap().to_owned();
    words.iter().for_each(|word| assert!(message.contains(word), "no {word:?} in {message}"));
}

#[test]
fn bombs_are_refused_or_unpacked_no_further_than_they_say() {
    let workspace = folder();
    let zeros = vec![0; 300 << 20];
    // 300 MB of zeros behind a header of two points: two are read.
    let long = [points(&[0.25, 0.75]), zeros.clone()].concat();
    let outcome = run(&workspace, &archive(Deflated, &[("x.npy", &long)]), "");
    assert_eq!(outcome.json()["w2"], 0.0, "{}", outcome.stdout);
    // Their number announced, in a member that says it is larger than any array.
    let announced = [npy_header("<f8", "(39321600,)"), zeros].concat();
    let bomb = archive(Deflated, &[("x.npy", &announced)]);
    assert!(bomb.len() * 100 < announced.len());
    let size = (announced.len() as u32).to_le_bytes();
    refused(&workspace, &forged(&bomb, &size, &0xffff_fff0_u32.to_le_bytes()), "", &["bad.npz", "bytes", "allowed"]);
    // And in one that says it is smaller than it is: what lies beyond is not unpacked.
    let outcome = run(&workspace, &forged(&bomb, &size, &1000_u32.to_le_bytes()), "");
    assert_eq!(outcome.status, Some(2), "{}", outcome.stdout);
}

#[test]
fn members_with_climbing_names_are_names_and_nothing_more() {
    let workspace = folder();
    let cloud = points(&[0.25, 0.75]);
    for name in ["../x.npy", "/tmp/x.npy", "..\\x.npy", "C:\\x.npy", "a/../../x.npy", "\u{202e}x.npy"] {
        let outcome = run(&workspace, &archive(Stored, &[(name, &cloud)]), "");
        assert_eq!(outcome.json()["w2"], 0.0, "{name}: {}", outcome.stdout);
        refused(&workspace, &archive(Stored, &[(name, &cloud)]), ":x", &["no array x"]);
    }
    // A folder and an empty name hold no array.
    refused(&workspace, &archive(Stored, &[("x.npy/", b"")]), "", &["bad.npz"]);
    refused(&workspace, &archive(Stored, &[("x", &cloud)]), "", &["no arrays"]);
}

#[test]
fn two_members_of_one_name_are_refused() {
    let workspace = folder();
    let (first, second) = (points(&[0.25, 0.75]), points(&[0.1, 0.2]));
    let twice = forged(&archive(Stored, &[("x.npy", &first), ("y.npy", &second)]), b"y.npy", b"x.npy");
    refused(&workspace, &twice, "", &["bad.npz", "one name"]);
    refused(&workspace, &twice, ":x", &["bad.npz", "one name"]);
}

#[test]
fn archives_that_lie_are_refused() {
    let workspace = folder();
    let cloud = points(&[0.25, 0.75]);
    let good = archive(Deflated, &[("x.npy", &cloud)]);
    // A sum that is not that of the contents, methods that numpy does not write, members that are locked.
    let mut wrong = good.clone();
    let place = wrong.windows(5).position(|window| window == b"x.npy").unwrap() + 8;
    wrong[place] ^= 0x10;
    assert_ne!(run(&workspace, &wrong, "").status, None);
    let too_many: Vec<(String, &[u8])> = (0..1001).map(|k| (format!("a{k}.npy"), &cloud[..])).collect();
    let too_many: Vec<(&str, &[u8])> = too_many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    refused(&workspace, &archive(Stored, &too_many), ":a5", &["1001 members", "at most 1000"]);
    for length in (0..good.len()).step_by(tries(5, 1)) {
        let outcome = run(&workspace, &good[..length], "");
        assert_eq!(outcome.status, Some(2), "cut at {length}: {}", outcome.stdout);
    }
    refused(&workspace, &archive(Stored, &[("x.npy", &good)]), "", &["not an npy file"]);
}

#[test]
fn objects_are_never_unpickled() {
    let workspace = folder();
    // Pickle of `os.system("touch inner/owned")`.
    let pickle = b"cposix\nsystem\n(S'touch inner/owned'\ntR.";
    let object = [npy_header("|O", "(1,)"), pickle.to_vec()].concat();
    refused(&workspace, &archive(Stored, &[("x.npy", &object)]), "", &["bad.npz", "never unpickled"]);
    for descr in ["|V8", "<U4", "|S4", "<c16", "<M8[ns]", "|b1", "<f2", "<f16", ">O8"] {
        let bytes = [npy_header(descr, "(1,)"), vec![0; 16]].concat();
        refused(&workspace, &archive(Stored, &[("x.npy", &bytes)]), "", &["expected real numbers", descr]);
    }
    let fields = [npy_header("', [('a', '<f8')], '", "(1,)"), vec![0; 16]].concat();
    refused(&workspace, &archive(Stored, &[("x.npy", &fields)]), "", &["expected real numbers"]);
}
