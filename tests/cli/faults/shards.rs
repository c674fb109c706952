//! Promise 20: shards of a sweep killed at random and resumed merge to the file of one uninterrupted sweep.

use crate::form::tries;
use crate::sweep::{command, run};
use crate::workspace::{Moments, Workspace};
use std::time::Instant;

const GAME: &str = "[game]\npayoff = \"c*cos(2*pi*(x - y))\"\ntemperature = 0.1\n[game.parameters]\nc = 1.0\n\
    [initial]\nx = \"exp(cos(2*pi*x))\"\ny = \"1 + 0.5*sin(2*pi*y)\"\n[solver]\ntime = 0.2\ngrid = 32\n\
    [output]\nsnapshots = 2\n";
const SWEEP: &str = "[sweep]\nname = \"small\"\ngame = \"game.toml\"\nrecord = [\"gap\", \"w2\", \"steps\"]\n\
    [[axis]]\nkey = \"game.temperature\"\nlinspace = { from = 0.1, to = 0.3, points = 12 }\n\
    [[axis]]\nkey = \"game.parameters.c\"\nvalues = [0.5, 2.0]\n";
const SHARDS: usize = 3;

#[test]
fn killed_shards_merge_to_the_file_of_one_uninterrupted_sweep() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.write("sweep.toml", SWEEP);
    run(&workspace, &["sweep", "sweep.toml", "-o", "whole.h5", "--quiet"]).succeeds();
    let whole = workspace.read("whole.h5");
    let mut moments = Moments::new(20);
    let (rounds, kills) = (tries(1, 10), tries(2, 12));
    let mut met = 0;
    for _ in 0..rounds {
        for shard in 0..SHARDS {
            let name = format!("{shard}/{SHARDS}");
            let arguments = ["sweep", "sweep.toml", "-o", "shares", "--shard", &name, "--resume", "--quiet"];
            let started = Instant::now();
            run(&workspace, &arguments).succeeds();
            let life = started.elapsed();
            std::fs::remove_file(workspace.path(&format!("shares/shard-{shard}-of-{SHARDS}.jsonl"))).unwrap();
            for _ in 0..kills {
                let mut child = command(&workspace, &arguments).spawn().unwrap();
                std::thread::sleep(life.mul_f64(0.8 * moments.next()));
                met += usize::from(child.try_wait().unwrap().is_none());
                child.kill().unwrap();
                child.wait().unwrap();
                // One that was finished begins anew.
                let _ = std::fs::remove_file(workspace.path(&format!("shares/shard-{shard}-of-{SHARDS}.jsonl")));
            }
            run(&workspace, &arguments).succeeds();
        }
        run(&workspace, &["sweep", "--merge", "shares", "-o", "merged.h5", "--force"]).succeeds();
        assert!(workspace.read("merged.h5") == whole);
        std::fs::remove_dir_all(workspace.path("shares")).unwrap();
    }
    assert!(met >= rounds * SHARDS, "only {met} kills met a running shard");
    println!("{met} of {} kills met a running shard", rounds * SHARDS * kills);
}

#[test]
fn a_shard_that_is_there_twice_is_one_and_points_that_contradict_each_other_are_named() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.write("sweep.toml", SWEEP);
    run(&workspace, &["sweep", "sweep.toml", "-o", "whole.h5", "--quiet"]).succeeds();
    for shard in ["0/3", "1/3", "2/3"] {
        run(&workspace, &["sweep", "sweep.toml", "-o", "shares", "--shard", shard, "--quiet"]).succeeds();
    }
    run(&workspace, &["sweep", "sweep.toml", "-o", "again", "--shard", "1/3", "--quiet"]).succeeds();
    run(&workspace, &["sweep", "--merge", "shares", "again", "-o", "merged.h5"]).succeeds();
    assert!(workspace.read("merged.h5") == workspace.read("whole.h5"));
    // The same point with another last digit, in a line that is whole.
    let journal = String::from_utf8(workspace.read("again/shard-1-of-3.jsonl")).unwrap();
    let changed: Vec<String> = journal.lines().map(with_another_digit).collect();
    workspace.write("again/shard-1-of-3.jsonl", changed.join("\n") + "\n");
    let merge = ["sweep", "--merge", "shares", "again", "-o", "other.h5"];
    let words = ["point 1", "shares/shard-1-of-3.jsonl", "again/shard-1-of-3.jsonl"];
    run(&workspace, &merge).fails(2, &words);
    assert!(!workspace.path("other.h5").exists());
}

/// The line of point 1 with another value and the hash that belongs to it; others as they are.
fn with_another_digit(line: &str) -> String {
    let rest = line.split_once("\",").unwrap().1;
    let Some((before, values)) = rest.split_once("\"values\":[\"").filter(|_| rest.starts_with("\"index\":1,")) else {
        return line.to_owned();
    };
    let digit = values.find('.').unwrap() + 1;
    let other = if values.as_bytes()[digit] == b'7' { "8" } else { "7" };
    let rest = format!("{before}\"values\":[\"{}{other}{}", &values[..digit], &values[digit + 1..]);
    format!("{{\"check\":\"{:016x}\",{rest}", fnv(rest.as_bytes()))
}

/// FNV-1a over words of eight bytes, as in docs/output-format.md.
fn fnv(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let start = 0xcbf2_9ce4_8422_2325_u64.wrapping_mul(PRIME);
    let mixed = bytes.chunks(8).fold(start, |state, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (state ^ u64::from_le_bytes(word)).wrapping_mul(PRIME).rotate_left(29)
    });
    mixed ^ bytes.len() as u64
}
