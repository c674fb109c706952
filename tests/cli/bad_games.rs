//! Every file of data/bad through the program: status 2, its recorded message, nothing else, nothing written.

use crate::workspace::Workspace;
use std::path::{Path, PathBuf};

fn bad_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/bad");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    assert!(files.len() >= 45, "{} files", files.len());
    files
}

/// The message that the first line of a file records, with the file as it is called here.
fn recorded(file: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().next().unwrap().strip_prefix("# expect: ").expect("the first line is the message");
    format!("error: {}", line.replace("FILE", name))
}

#[test]
fn every_bad_game_ends_with_status_2_and_its_message_and_writes_nothing() {
    for file in bad_files() {
        let workspace = Workspace::new();
        let name = file.file_name().unwrap().to_str().unwrap();
        std::fs::copy(&file, workspace.path(name)).unwrap();
        for command in ["run", "equilibrium"] {
            let outcome = workspace.run(&[command, name]).fails(2, &[]);
            assert_eq!(outcome.stderr.lines().next().unwrap(), recorded(&file, name));
        }
        assert_eq!(workspace.names(), [name]);
    }
}

#[test]
fn with_json_a_bad_game_gives_one_object_with_error_and_status() {
    for file in bad_files() {
        let workspace = Workspace::new();
        let outcome = workspace.run(&["run", file.to_str().unwrap(), "--json", "-o", "out.h5"]);
        assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
        let object = outcome.json();
        assert_eq!(object.as_object().unwrap().len(), 2, "{object}");
        assert_eq!(object["status"], 2);
        let message = recorded(&file, file.to_str().unwrap());
        assert_eq!(format!("error: {}", object["error"].as_str().unwrap().lines().next().unwrap()), message);
        assert_eq!(outcome.stderr.lines().next().unwrap(), message);
        assert!(workspace.names().is_empty(), "{:?}", workspace.names());
    }
}
