//! A finished file with one damaged byte is refused or read rightly; it never crashes the program.
//!
//! Every [`STRIDE`]-th byte is tried; with `NASHFLOW_EVERY_BYTE=1` in the environment, every one (some minutes).

use crate::workspace::Workspace;

/// Distance between the bytes that are tried: a prime, so that no field of a record is always missed.
const STRIDE: usize = 331;

const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y)) + 0.3*cos(2*pi*x)\"\ntemperature = 0.2\n[initial]\n\
                    x = \"1 + 0.5*cos(2*pi*x)\"\n[solver]\ngrid = 32\ntime = 0.01\ntolerance = 1e-4\n[output]\n\
                    snapshots = 2\n";

/// What must not differ when the damaged file is accepted.
fn answers(summary: &serde_json::Value) -> Vec<&serde_json::Value> {
    ["game", "grid", "time", "initial", "final", "decay", "verdict"].map(|key| &summary[key]).into()
}

#[test]
fn every_damaged_byte_is_refused_or_does_no_harm() {
    let stride = if std::env::var_os("NASHFLOW_EVERY_BYTE").is_some() { 1 } else { STRIDE };
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.write("from.toml", GAME.replace("x = \"1 + 0.5*cos(2*pi*x)\"", "x = { file = \"damaged.h5\" }"));
    workspace.run(&["run", "game.toml", "-o", "good.h5"]).succeeds();
    let good = workspace.read("good.h5");
    let uses = [
        &["run", "game.toml", "-o", "damaged.h5", "--resume", "--json"][..],
        &["run", "from.toml", "-o", "next.h5", "--force", "--json", "--set", "solver.time=0"],
    ];
    workspace.write("damaged.h5", &good);
    let expected = uses.map(|arguments| workspace.run(arguments).succeeds().json());
    for position in (0..good.len()).step_by(stride) {
        let mut bytes = good.clone();
        bytes[position] ^= 0xff;
        workspace.write("damaged.h5", &bytes);
        for (arguments, expected) in uses.iter().zip(&expected) {
            let outcome = workspace.run(arguments);
            match outcome.status {
                Some(0) => assert_eq!(answers(expected), answers(&outcome.json()), "byte {position}, {arguments:?}"),
                Some(2 | 3) => assert!(outcome.json()["error"].is_string(), "byte {position}, {arguments:?}"),
                _ => panic!("byte {position}: {outcome:?}"),
            }
            assert!(!outcome.stderr.contains("panicked"), "byte {position}: {outcome:?}");
            assert!(workspace.read("damaged.h5") == bytes, "byte {position}, {arguments:?}: the file was changed");
        }
    }
}
