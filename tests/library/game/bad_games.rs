//! Every file of data/bad fails with the message its first line records.

use nashflow::game::{GameError, GameFile};
use std::path::{Path, PathBuf};

fn bad_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/bad");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_bad_game_fails_with_its_recorded_message() {
    let files = bad_files();
    assert!(files.len() >= 45, "{} files", files.len());
    let mut mismatches = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let expected = text.lines().next().unwrap().strip_prefix("# expect: ").expect("the first line is the message");
        let message = match GameFile::load(path, &[]) {
            Ok(_) => "no error".to_owned(),
            Err(error) => error.to_string(),
        };
        let headline = message.lines().next().unwrap().replace(path.to_str().unwrap(), "FILE");
        if headline != expected {
            mismatches.push(format!("GOT\t{}\t{headline}", path.file_stem().unwrap().display()));
        }
    }
    assert!(mismatches.is_empty(), "{} mismatches:\n{}", mismatches.len(), mismatches.join("\n"));
}

#[test]
fn every_bad_game_shows_the_line_and_a_caret() {
    for path in bad_files() {
        let error = GameFile::load(&path, &[]).expect_err("a bad game");
        let GameError::File(diagnostic) = &error else { panic!("{error}") };
        let message = error.to_string();
        let lines: Vec<&str> = message.lines().collect();
        assert!(lines[2].starts_with(&format!("{} | ", diagnostic.line)), "{message}");
        assert!(lines[3].contains('^'), "{message}");
        assert!(message.len() < 2000, "{} bytes: {message}", message.len());
    }
}
