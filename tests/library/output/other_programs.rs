//! h5py, xarray (both engines, datasets and trees) and ncdump read the file of a run, during it and after, without a
//! warning, with the right dimensions and the same numbers.

use crate::support::run_file::{Script, layout};
use nashflow::output::{Header, RunWriter};
use std::path::PathBuf;

#[test]
fn other_programs_read_the_file_during_and_after_a_run() {
    let folder = tempfile::tempdir().unwrap();
    // 100 kB, longer than a fixed-length attribute may be.
    let mut game = "[game]\nname = \"Überspiel ∮\"\n".to_string();
    while game.len() < 100_000 {
        game.push_str("[[game.terms]]\ncoefficient = 0.5\nx = \"cos(2*pi*x)\"\ny = \"sin(2*pi*y)\"\n");
    }
    let game_path = folder.path().join("game.toml");
    std::fs::write(&game_path, &game).unwrap();
    let header = Header::new(&game, "nashflow run \"Überspiel ∮.toml\"", "Überspiel ∮");
    // 101 snapshots on 101 points for both players: nothing but the scales tells the axes apart.
    let shapes: [(&[usize], &[usize]); 4] =
        [(&[101], &[101]), (&[8, 12], &[8, 12]), (&[101], &[9, 9]), (&[6, 5], &[7])];
    let scripts = shapes.map(|(x, y)| Script::new(&layout(x, y, 101), 20));
    let paths = [0, 1, 2, 3].map(|i| folder.path().join(format!("Überspiel ∮ {i}.h5")));
    // One start of Python for all files.
    let check = |state: &str, written: usize| {
        let words = |path: &PathBuf| {
            let [path, game] = [path, &game_path].map(|path| path.to_str().unwrap().to_string());
            [path, state.to_string(), written.to_string(), game]
        };
        crate::support::python::run("read_run.py", &paths.iter().flat_map(words).collect::<Vec<_>>());
    };
    let mut writers = Vec::new();
    for (script, path) in scripts.iter().zip(&paths) {
        let mut writer = RunWriter::create(path, &header, &script.layout, false).unwrap();
        script.begin(&mut writer).unwrap();
        script.play(&mut writer, 64, |_, _| {}).unwrap();
        writer.flush().unwrap();
        writers.push(writer);
    }
    check("running", 64);
    for (script, mut writer) in scripts.iter().zip(writers) {
        script.play(&mut writer, 101, |_, _| {}).unwrap();
        writer.checkpoint(script.checkpoint(&writer)).unwrap();
        writer.finish().unwrap();
    }
    check("finished", 101);
}

#[test]
fn a_file_of_one_snapshot_without_steps_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let game_path = folder.path().join("game.toml");
    std::fs::write(&game_path, "").unwrap();
    let script = Script::new(&layout(&[8], &[8], 1), 20);
    let path = folder.path().join("one.h5");
    let header = Header::new("", "nashflow run", "Überspiel ∮");
    let mut writer = RunWriter::create(&path, &header, &script.layout, false).unwrap();
    script.begin(&mut writer).unwrap();
    script.play(&mut writer, 1, |_, _| {}).unwrap();
    writer.finish().unwrap();
    let [path, game] = [&path, &game_path].map(|path| path.to_str().unwrap().to_string());
    crate::support::python::run("read_run.py", &[path, "finished".to_string(), "1".to_string(), game]);
}
