//! A finished file with one damaged byte is refused or read rightly; it never crashes the program.
//!
//! Every [`STRIDE`]-th byte is tried; in the long form of the tests, every one (some minutes).

use crate::form::tries;
use crate::workspace::Workspace;

/// Distance between the bytes that are tried: a prime, so that no field of a record is always missed.
const STRIDE: usize = 2003;
/// Bytes tried side by side: a program that starts, reads and writes is not often busy.
const SIDE_BY_SIDE: usize = 4;

const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y)) + 0.3*cos(2*pi*x)\"\ntemperature = 0.2\n[initial]\n\
                    x = \"1 + 0.5*cos(2*pi*x)\"\n[solver]\ngrid = 32\ntime = 0.01\ntolerance = 1e-4\n[output]\n\
                    snapshots = 2\n";

/// What must not differ when the damaged file is accepted.
fn answers(summary: &serde_json::Value) -> Vec<&serde_json::Value> {
    ["game", "grid", "time", "initial", "final", "decay", "verdict"].map(|key| &summary[key]).into()
}

/// What the damaged file is used for: going on with it, and starting from its last snapshot.
const USES: [&[&str]; 2] = [
    &["run", "game.toml", "-o", "damaged.h5", "--resume", "--json"],
    &["run", "from.toml", "-o", "next.h5", "--force", "--json", "--set", "solver.time=0"],
];

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.write("from.toml", GAME.replace("x = \"1 + 0.5*cos(2*pi*x)\"", "x = { file = \"damaged.h5\" }"));
    workspace
}

/// Damages these bytes one by one.
fn damage(good: &[u8], expected: &[serde_json::Value], positions: impl Iterator<Item = usize>) {
    let workspace = workspace();
    for position in positions {
        let mut bytes = good.to_vec();
        bytes[position] ^= 0xff;
        workspace.write("damaged.h5", &bytes);
        for (arguments, expected) in USES.iter().zip(expected) {
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

#[test]
fn every_damaged_byte_is_refused_or_does_no_harm() {
    let stride = tries(STRIDE, 1);
    let workspace = workspace();
    workspace.run(&["run", "game.toml", "-o", "good.h5"]).succeeds();
    let good = workspace.read("good.h5");
    workspace.write("damaged.h5", &good);
    let expected = USES.map(|arguments| workspace.run(arguments).succeeds().json());
    std::thread::scope(|scope| {
        for first in 0..SIDE_BY_SIDE {
            let positions = (first * stride..good.len()).step_by(SIDE_BY_SIDE * stride);
            scope.spawn(|| damage(&good, &expected, positions));
        }
    });
}
