//! Damaged and cut files of every kind through the commands that read them: refused, or read, never a crash, and the file is
//! left as it is. Every byte of every kind goes through the readers in `tests/library/hostile/every_byte.rs`.

use super::measured::run_within;
use crate::form::tries;
use crate::workspace::Workspace;
use std::time::Duration;

const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y)) + 0.3*cos(2*pi*x)\"\ntemperature = 0.6\n[initial]\n\
                    x = \"1 + 0.5*cos(2*pi*x)\"\n[solver]\ngrid = 20\ntime = 0.01\ntolerance = 1e-2\n[output]\nsnapshots = 2\n";
const SWEEP: &str = "[sweep]\ngame = \"game.toml\"\nrecord = [\"verdict\", \"energy\"]\n[[axis]]\nkey = \"game.temperature\"\n\
                     values = [0.6, 0.7]\n";
/// Damages of one kind: short form, long form.
const DAMAGES: [usize; 2] = [3, 1200];
const PATIENCE: Duration = Duration::from_secs(30);
const MOST_MEMORY: u64 = 1_000_000_000;

/// How a file is made, and the commands that read it under the name `bad.h5`.
struct Kind {
    made_by: &'static [&'static str],
    read_by: &'static [&'static [&'static str]],
}

const REPORT: &[&str] = &["report", "bad.h5", "-o", "shown", "--format", "svg", "--force"];

const KINDS: [Kind; 9] = [
    Kind {
        made_by: &["run", "game.toml"],
        read_by: &[
            REPORT,
            &["run", "game.toml", "-o", "bad.h5", "--resume"],
            &["validate", "x=points.csv", "--time", "0", "--against", "bad.h5", "--samples", "39"],
            &["w2", "bad.h5@0.01", "bad.h5:/equilibrium"],
            &["run", "game.toml", "-o", "next.h5", "--force", "--set", "initial.x={file=\"bad.h5\"}"],
        ],
    },
    Kind { made_by: &["equilibrium", "game.toml"], read_by: &[REPORT, &["w2", "bad.h5:/equilibrium/mu", "expr:1"]] },
    Kind { made_by: &["spectrum", "game.toml", "-k", "2"], read_by: &[REPORT] },
    Kind { made_by: &["sweep", "sweep.toml"], read_by: &[REPORT] },
    Kind {
        made_by: &["particles", "game.toml", "-n", "4"],
        read_by: &[
            REPORT,
            &["validate", "bad.h5", "--against", "good-run.h5", "--samples", "39"],
            &["w2", "bad.h5:/particles/x@0.01", "expr:1"],
        ],
    },
    Kind { made_by: &["validate", "particles.h5", "--against", "good-run.h5"], read_by: &[REPORT] },
    Kind { made_by: &["compare", "game.toml", "--dynamics", "mfl-da,fisher-rao"], read_by: &[REPORT] },
    Kind {
        made_by: &["converge", "game.toml", "--grids", "20,22,24", "--tolerances", "1e-2,1e-3,1e-4"],
        read_by: &[REPORT],
    },
    Kind {
        made_by: &["orbit", "limit-cycle", "--set", "game.temperature=0.14", "--set", "solver.grid=240"],
        read_by: &[REPORT, &["orbit", "bad.h5", "--time", "1"]],
    },
];

/// The damaged bytes number `k` of `count`: one byte turned over, or cut, in turn, at places spread over the file.
fn damaged(good: &[u8], k: usize, count: usize) -> Vec<u8> {
    let mut bytes = good.to_vec();
    // A stride that is no multiple of any record.
    let place = (k * (good.len() / count).max(1) + 97 * k) % good.len();
    match k % 3 {
        0 => bytes.truncate(place),
        1 => bytes[place] ^= 0xff,
        _ => bytes[place] ^= 1 << (k % 8),
    }
    bytes
}

#[test]
fn damaged_files_of_every_kind_are_refused_or_read_by_every_command() {
    let count = tries(DAMAGES[0], DAMAGES[1]);
    let mut ends = std::collections::BTreeMap::<_, usize>::new();
    for kind in &KINDS {
        let workspace = Workspace::new();
        workspace.write("game.toml", GAME);
        workspace.write("sweep.toml", SWEEP);
        workspace.write("points.csv", "0.1\n0.4\n0.8\n");
        if matches!(kind.made_by[0], "particles" | "validate") {
            workspace.run(&["run", "game.toml", "-o", "good-run.h5"]).succeeds();
            workspace.run(&["particles", "game.toml", "-n", "4", "-o", "particles.h5"]).succeeds();
        }
        workspace.run(&[kind.made_by, &["-o", "good.h5", "--quiet"]].concat()).succeeds();
        let good = workspace.read("good.h5");
        for k in 0..count {
            let bytes = damaged(&good, k, count);
            for command in kind.read_by {
                workspace.write("bad.h5", &bytes);
                let ran = run_within(MOST_MEMORY, &workspace, &[*command, &["--json"]].concat());
                let what = format!("{:?}, damage {k} of {count}, {command:?}: {:?}", kind.made_by, ran.outcome);
                assert!(matches!(ran.outcome.status, Some(0 | 2 | 3)), "{what}");
                let object = ran.outcome.json();
                assert!(ran.outcome.status == Some(0) || object["error"].is_string(), "{what}");
                assert!(!ran.outcome.stderr.contains("panicked"), "{what}");
                assert!(ran.time < PATIENCE, "{:?}: {what}", ran.time);
                assert!(workspace.read("bad.h5") == bytes, "the file was changed: {what}");
                *ends.entry(ran.outcome.status.unwrap()).or_default() += 1;
            }
        }
    }
    println!("status of damaged files: {ends:?}");
}
