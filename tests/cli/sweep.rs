//! `nashflow sweep`: what it records, its shares and their merging, kills and resumption.

use crate::contents;
use crate::form::tries;
use crate::readers::python;
use crate::workspace::{Moments, Outcome, Workspace, signal, wait_until};
use hdf5::types::VarLenUnicode;
use serde_json::Value;
use std::f64::consts::PI;
use std::path::Path;
use std::process::{Command, Stdio};

const GAME: &str = "[game]\npayoff = \"c*cos(2*pi*(x - y))\"\ntemperature = 0.1\n[game.parameters]\nc = 1.0\n\
    [initial]\nx = \"exp(cos(2*pi*x))\"\ny = \"1 + 0.5*sin(2*pi*y)\"\n[solver]\ntime = 0.2\ngrid = 64\n\
    [output]\nsnapshots = 4\n";

const SWEEP: &str = "[sweep]\nname = \"small\"\ngame = \"game.toml\"\n\
    record = [\"gap\", \"guaranteed_rate\", \"w2\", \"verdict\", \"time_to_w2\", \"steps\"]\nw2_thresholds = [0.1, 0.05]\n\
    [[axis]]\nkey = \"game.temperature\"\nlinspace = { from = 0.1, to = 0.3, points = 3 }\n\
    [[axis]]\nname = \"coupling\"\nkey = \"game.parameters.c\"\nvalues = [0.5, 2.0]\n";

/// A folder with a game and a sweep over it.
fn small() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.write("sweep.toml", SWEEP);
    workspace
}

/// The program with a fixed time of creation, so that files can be compared as bytes.
pub fn command(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = workspace.command(arguments);
    command.env("SOURCE_DATE_EPOCH", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    Outcome::new(command(workspace, arguments).output().unwrap(), arguments)
}

fn numbers(workspace: &Workspace, file: &str, name: &str) -> Vec<f64> {
    contents::open(&workspace.path(file)).dataset(name).unwrap().read_raw::<f64>().unwrap()
}

fn whole_numbers(workspace: &Workspace, file: &str, name: &str) -> Vec<i64> {
    contents::open(&workspace.path(file)).dataset(name).unwrap().read_raw::<i64>().unwrap()
}

#[test]
fn points_hold_what_the_commands_say_of_their_games() {
    let workspace = small();
    let report = run(&workspace, &["sweep", "sweep.toml", "-o", "out.h5", "--json"]).succeeds().json();
    assert_eq!(workspace.names(), ["game.toml", "out.h5", "sweep.toml"]);
    let count = |key: &str| report[key].as_u64().unwrap();
    assert_eq!((count("points"), count("computed"), count("reused")), (6, 6, 0));
    assert_eq!(report["axes"][1]["name"], "coupling");
    let file = contents::open(&workspace.path("out.h5"));
    assert_eq!(numbers(&workspace, "out.h5", "temperature"), [0.1, 0.2, 0.3]);
    assert_eq!(numbers(&workspace, "out.h5", "coupling"), [0.5, 2.0]);
    assert_eq!(file.dataset("time_to_w2").unwrap().shape(), [3, 2, 2]);
    let gaps = numbers(&workspace, "out.h5", "gap");
    for (point, gap) in gaps.iter().enumerate() {
        let expected = 4.0 * PI * PI * 0.1 * (1 + point / 2) as f64;
        assert!((gap - expected).abs() <= 1e-10 * expected, "point {point}: {gap}");
    }
    // Point 3: the second temperature, the second coupling.
    let set = ["--set", "game.temperature=0.2", "--set", "game.parameters.c=2.0"];
    let single = workspace.run(&[&["run", "game.toml", "-o", "one.h5", "--json"], &set[..]].concat()).succeeds().json();
    assert_eq!(numbers(&workspace, "out.h5", "w2")[3], single["final"]["w2"].as_f64().unwrap());
    assert_eq!(whole_numbers(&workspace, "out.h5", "steps")[3], single["steps"].as_i64().unwrap());
    assert_eq!(whole_numbers(&workspace, "out.h5", "verdict"), [0; 6]);
    assert_eq!(whole_numbers(&workspace, "out.h5", "status"), [0; 6]);
    let spectrum = workspace.run(&[&["spectrum", "game.toml", "--json"], &set[..]].concat()).succeeds().json();
    let rate = spectrum["spectrum"]["guaranteed_rate"].as_f64().unwrap();
    let found = numbers(&workspace, "out.h5", "guaranteed_rate")[3];
    assert!((found - rate).abs() <= 1e-12 * rate, "{found} {rate}");
    // First times are between snapshots: the distance before is larger, after it smaller.
    let times = numbers(&workspace, "out.h5", "time_to_w2");
    let (run_times, distances) = (numbers(&workspace, "one.h5", "time"), numbers(&workspace, "one.h5", "w2"));
    for (time, threshold) in times[6..8].iter().zip([0.1, 0.05]) {
        let first = distances.iter().position(|w2| *w2 <= threshold).expect("a distance below the threshold");
        assert!(*time <= run_times[first] && (first == 0 || *time > run_times[first - 1]), "{time} for {threshold}");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/open_sweep.py");
    let output = Command::new(python()).arg(script).arg(workspace.path("out.h5")).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let people = run(&workspace, &["sweep", "sweep.toml", "-o", "other.h5"]).succeeds().stdout;
    assert!(people.contains("3 temperature x 2 coupling") && people.contains("0 failed"), "{people}");
    assert_eq!(workspace.read("out.h5"), workspace.read("other.h5"));
}

#[test]
fn any_shares_and_any_threads_give_the_same_file() {
    let workspace = small();
    run(&workspace, &["sweep", "sweep.toml", "-o", "whole.h5", "--threads", "1"]).succeeds();
    run(&workspace, &["sweep", "sweep.toml", "-o", "two.h5", "--threads", "2"]).succeeds();
    let whole = workspace.read("whole.h5");
    assert!(whole == workspace.read("two.h5"), "threads");
    for of in ["1", "3", "8"] {
        let folder = format!("shares-of-{of}");
        let task = |number: usize| format!("{number}/{of}");
        for number in (0..of.parse().unwrap()).rev() {
            run(&workspace, &["sweep", "sweep.toml", "-o", &folder, "--shard", &task(number)]).succeeds();
        }
        let merged = format!("merged-{of}.h5");
        run(&workspace, &["sweep", "--merge", &folder, "-o", &merged]).succeeds();
        assert!(whole == workspace.read(&merged), "{of} shares");
        // Once more, over it: nothing changes.
        run(&workspace, &["sweep", "--merge", &folder, "-o", &merged, "--force"]).succeeds();
        assert!(whole == workspace.read(&merged), "{of} shares, merged again");
    }
    // A task of a job array knows its share.
    for task in ["0", "1"] {
        let mut array = command(&workspace, &["sweep", "sweep.toml", "-o", "array"]);
        array.envs([("SLURM_ARRAY_TASK_ID", task), ("SLURM_ARRAY_TASK_MIN", "0")]);
        array.envs([("SLURM_ARRAY_TASK_MAX", "1"), ("SLURM_ARRAY_TASK_COUNT", "2")]);
        Outcome::new(array.output().unwrap(), &["array"]).succeeds();
    }
    run(&workspace, &["sweep", "--merge", "array", "-o", "array.h5"]).succeeds();
    assert!(whole == workspace.read("array.h5"), "job array");
}

#[test]
fn a_lost_shard_is_named_and_may_be_left_out() {
    let workspace = small();
    for shard in ["0/3", "2/3"] {
        run(&workspace, &["sweep", "sweep.toml", "-o", "shares", "--shard", shard]).succeeds();
    }
    let merge = ["sweep", "--merge", "shares", "-o", "out.h5"];
    run(&workspace, &merge).fails(2, &["2 of 6 points are missing: 1, 4", "the shards 1/3", "--partial"]);
    assert!(!workspace.path("out.h5").exists());
    let report = run(&workspace, &[&merge[..], &["--partial", "--json"]].concat()).succeeds().json();
    assert_eq!(report["missing"], serde_json::json!([1, 4]));
    let gaps = numbers(&workspace, "out.h5", "gap");
    assert!(gaps.iter().enumerate().all(|(point, gap)| gap.is_nan() == (point % 3 == 1)), "{gaps:?}");
    assert_eq!(whole_numbers(&workspace, "out.h5", "status"), [0, -1, 0, 0, -1, 0]);
    // The same points from a sweep of another base game belong to another sweep.
    workspace.write("game.toml", GAME.replace("time = 0.2", "time = 0.1"));
    run(&workspace, &["sweep", "sweep.toml", "-o", "others", "--shard", "1/3"]).succeeds();
    let both = ["sweep", "--merge", "shares", "others", "-o", "both.h5"];
    run(&workspace, &both).fails(2, &["shard-1-of-3.jsonl", "its base game"]);
    assert!(!workspace.path("both.h5").exists());
}

#[test]
fn a_point_that_fails_says_why_and_the_others_go_on() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    let sweep = SWEEP.replace("linspace = { from = 0.1, to = 0.3, points = 3 }", "values = [1e-5, 0.1]");
    workspace.write("sweep.toml", sweep);
    let report = run(&workspace, &["sweep", "sweep.toml", "-o", "out.h5", "--json"]).succeeds().json();
    let failures = report["failures"].as_array().unwrap();
    // The density of a temperature of 1e-5 is fine here, uniform; that of its steps is not resolved on 64 nodes.
    let failed: Vec<u64> = failures.iter().map(|failure| failure["point"].as_u64().unwrap()).collect();
    assert_eq!(failed, [0, 1], "{report}");
    let status = whole_numbers(&workspace, "out.h5", "status");
    assert_eq!(status, [3, 3, 0, 0]);
    let messages = contents::open(&workspace.path("out.h5")).dataset("message").unwrap();
    let messages: Vec<VarLenUnicode> = messages.read_raw().unwrap();
    for (message, failure) in messages.iter().zip(failures) {
        assert_eq!(message.as_str(), failure["message"].as_str().unwrap());
        assert!(message.contains("evolution: "), "{message}");
    }
    let w2 = numbers(&workspace, "out.h5", "w2");
    assert!(w2[..2].iter().all(|w2| w2.is_nan()) && w2[2..].iter().all(|w2| *w2 > 0.0), "{w2:?}");
    assert!(failures[0]["settings"][0].as_str().unwrap().contains("game.temperature"));
}

#[test]
fn a_killed_sweep_goes_on_and_ends_in_the_same_file() {
    let workspace = small();
    let long = SWEEP.replace("points = 3", "points = 12");
    workspace.write("sweep.toml", &long);
    let sweep = ["sweep", "sweep.toml", "-o", "out.h5", "--resume", "--quiet"];
    let whole = ["sweep", "sweep.toml", "-o", "whole.h5", "--json"];
    let started = std::time::Instant::now();
    run(&workspace, &whole).succeeds();
    let duration = started.elapsed();
    let mut moments = Moments::new(31);
    let mut killed = 0;
    for _ in 0..tries(6, 100) {
        let mut child = command(&workspace, &sweep).spawn().unwrap();
        std::thread::sleep(duration.mul_f64(0.7 * moments.next()));
        let is_over = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        if is_over {
            assert!(workspace.read("whole.h5") == workspace.read("out.h5"));
            std::fs::remove_file(workspace.path("out.h5")).unwrap();
        } else {
            killed += 1;
        }
    }
    assert!(killed >= 3, "only {killed} sweeps were still going on");
    let report = run(&workspace, &[&sweep[..], &["--json"]].concat()).succeeds().json();
    assert_eq!(report["computed"].as_u64().unwrap() + report["reused"].as_u64().unwrap(), 24);
    assert!(
        workspace.read("whole.h5") == workspace.read("out.h5"),
        "the file of a sweep that was killed {killed} times"
    );
    assert_eq!(workspace.names(), ["game.toml", "out.h5", "sweep.toml", "whole.h5"]);
}

#[test]
fn an_interrupted_sweep_keeps_its_points_and_a_changed_one_those_that_are_still_in_it() {
    let workspace = small();
    // Long enough to be interrupted.
    workspace.write("game.toml", GAME.replace("time = 0.2", "time = 3").replace("grid = 64", "grid = 128"));
    let sweep = ["sweep", "sweep.toml", "-o", "out.h5", "--json", "--threads", "1"];
    let mut child = command(&workspace, &sweep).spawn().unwrap();
    let lines = || std::fs::read_to_string(workspace.path("out.h5.part")).map_or(0, |text| text.lines().count());
    assert!(wait_until(&mut child, || lines() >= 3), "no two points");
    signal(&child, libc::SIGTERM);
    let outcome = workspace.finish(child, &sweep);
    assert_eq!((outcome.status, outcome.json()["status"].as_u64()), (Some(130), Some(130)), "{outcome:?}");
    assert!(outcome.stderr.contains("out.h5.part") && outcome.stderr.contains("--resume"), "{outcome:?}");
    let finished = lines() as u64 - 1;
    run(&workspace, &sweep).fails_as_json(2, "--resume");
    // Another temperature is added before the others: points have other numbers then.
    let more = "values = [0.05, 0.1, 0.2, 0.3]";
    workspace.write("sweep.toml", SWEEP.replace("linspace = { from = 0.1, to = 0.3, points = 3 }", more));
    let report = run(&workspace, &[&sweep[..], &["--resume"]].concat()).succeeds().json();
    assert_eq!(report["reused"].as_u64().unwrap(), finished);
    assert_eq!(report["computed"].as_u64().unwrap(), 8 - finished);
    run(&workspace, &["sweep", "sweep.toml", "-o", "whole.h5"]).succeeds();
    assert!(workspace.read("whole.h5") == workspace.read("out.h5"));
    assert_eq!(workspace.names(), ["game.toml", "out.h5", "sweep.toml", "whole.h5"]);
}

#[test]
fn the_script_of_a_job_array_computes_the_shares() {
    let workspace = small();
    let script = run(&workspace, &["sweep", "sweep.toml", "-o", "shares", "--print-slurm", "3"]).succeeds().stdout;
    assert!(script.starts_with("#!/bin/bash\n#SBATCH --job-name=small\n#SBATCH --array=0-2\n"), "{script}");
    assert!(script.contains("--signal=B:TERM@60") && script.contains("\nexec "), "{script}");
    assert_eq!(workspace.names(), ["game.toml", "sweep.toml"]);
    workspace.write("job.sh", &script);
    for task in ["2", "0", "1"] {
        let mut shell = Command::new("bash");
        shell.arg("job.sh").current_dir(workspace.path(".")).env("SLURM_ARRAY_TASK_ID", task);
        let output = shell.env("SOURCE_DATE_EPOCH", "1").output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let merge = script.lines().find(|line| line.contains("--merge")).unwrap().trim_start_matches('#').trim();
    let mut shell = Command::new("bash");
    shell.args(["-c", merge]).current_dir(workspace.path(".")).env("SOURCE_DATE_EPOCH", "1");
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    run(&workspace, &["sweep", "sweep.toml", "-o", "whole.h5"]).succeeds();
    assert!(workspace.read("whole.h5") == workspace.read("shares.h5"));
}

impl Outcome {
    /// This status in the object of `--json`, and these words in its error.
    #[track_caller]
    fn fails_as_json(self, status: i32, words: &str) {
        let object: Value = self.json();
        assert_eq!((self.status, object["status"].as_i64()), (Some(status), Some(status.into())), "{self:?}");
        assert!(object["error"].as_str().unwrap().contains(words), "{object}");
    }
}
