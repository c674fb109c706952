//! `nashflow games list | show | copy`.

use crate::workspace::Workspace;
use std::path::Path;

fn bundled(what: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(what);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn list_names_every_bundled_game_with_its_purpose() {
    let workspace = Workspace::new();
    let table = workspace.run(&["games", "list"]).succeeds().stdout;
    let object = workspace.run(&["games", "list", "--json"]).succeeds().json();
    for (what, before) in [("games", ""), ("sweeps", "sweep ")] {
        let entries = object[what].as_array().unwrap();
        let mut listed: Vec<&str> = entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        listed.sort();
        assert_eq!(listed, bundled(what));
        for entry in entries {
            let (name, summary) = (entry["name"].as_str().unwrap(), entry["summary"].as_str().unwrap());
            let line = table.lines().find(|line| line.trim_start().starts_with(&format!("{before}{name} ")));
            assert!(
                summary.len() > 20 && line.is_some_and(|line| line.contains(summary)),
                "{name}: {summary}\n{table}"
            );
        }
    }
}

#[test]
fn show_and_copy_give_the_file_of_the_game_byte_for_byte() {
    let workspace = Workspace::new();
    let all = ["games", "sweeps"].map(|what| bundled(what).into_iter().map(move |name| (what, name)));
    for (what, name) in all.into_iter().flatten() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/{what}/{name}.toml"));
        let text = std::fs::read_to_string(file).unwrap();
        assert_eq!(workspace.run(&["games", "show", &name]).succeeds().stdout, text);
        let said = workspace.run(&["games", "copy", &name]).succeeds().stdout;
        assert_eq!(said, format!("{name}.toml\n"));
        assert_eq!(workspace.read(&said[..said.len() - 1]), text.as_bytes());
    }
}

#[test]
fn copy_goes_where_it_is_told_and_replaces_nothing_unasked() {
    let workspace = Workspace::new();
    std::fs::create_dir(workspace.path("folder")).unwrap();
    workspace.run(&["games", "copy", "rotation", "folder"]).succeeds();
    assert!(workspace.path("folder/rotation.toml").is_file());
    workspace.write("mine.toml", "mine");
    workspace.run(&["games", "copy", "rotation", "mine.toml"]).fails(2, &["mine.toml already exists", "--force"]);
    assert_eq!(workspace.read("mine.toml"), b"mine");
    workspace.run(&["games", "copy", "rotation", "mine.toml", "--force"]).succeeds();
    assert!(workspace.read("mine.toml").len() > 100);
    workspace.run(&["games", "copy", "rotation", "missing/mine.toml"]).fails(2, &["missing/mine.toml"]);
    workspace.run(&["games", "copy", "rotations"]).fails(2, &["`rotations`", "limit-cycle"]);
    workspace.run(&["games", "show", "../games/rotation"]).fails(2, &["no bundled game"]);
    assert_eq!(workspace.names(), ["folder", "mine.toml"]);
}

#[test]
fn every_bundled_game_has_an_equilibrium() {
    let workspace = Workspace::new();
    for name in bundled("games") {
        let object = workspace.run(&["equilibrium", &name, "--json"]).succeeds().json();
        let gap = object["equilibrium"]["nikaido_isoda"].as_f64().unwrap();
        assert!((0.0..1e-13).contains(&gap), "{name}: {gap}");
    }
    assert!(workspace.names().is_empty());
}
