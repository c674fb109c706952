//! Ctrl-C and its relatives: status 130, a readable file, and `--resume` gives the file of an uninterrupted run.

use crate::contents::{self, assert_increasing, assert_same};
use crate::form::tries;
use crate::workspace::{Moments, Outcome, TORI, Workspace, signal, wait_until};
use std::process::Stdio;
use std::time::{Duration, Instant};

const LONG: [&str; 7] = ["run", "limit-cycle", "-o", "out.h5", "--quiet", "--set", "solver.time=2"];

#[test]
fn a_signal_at_any_moment_stops_cleanly_and_the_run_can_be_resumed() {
    let workspace = Workspace::new();
    let (mut arguments, output) = (LONG, workspace.path("out.h5"));
    arguments[3] = "whole.h5";
    workspace.run(&arguments).succeeds();
    let snapshots = contents::times(&workspace.path("whole.h5")).len();
    let mut moments = Moments::new(7);
    let (mut stopped, mut times) = (0, Vec::new());
    for number in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP].into_iter().cycle().take(tries(4, 100)) {
        let mut child = workspace.start(&LONG);
        let wanted = 1 + (moments.next() * 0.8 * snapshots as f64) as usize;
        assert!(wait_until(&mut child, || contents::snapshots_so_far(&output) >= wanted), "no {wanted} snapshots");
        let sent = Instant::now();
        if child.try_wait().unwrap().is_none() {
            signal(&child, number);
        }
        let outcome = workspace.finish(child, &LONG);
        times.push(sent.elapsed());
        if outcome.status == Some(130) {
            stopped += 1;
            outcome.fails(130, &["interrupted at time", "out.h5", "--resume"]);
            let written = contents::snapshots_so_far(&output);
            assert!((wanted..snapshots).contains(&written), "{written} of {wanted}..{snapshots}");
            workspace.run(&LONG).fails(2, &["out.h5 already exists", "--resume"]);
        } else {
            outcome.succeeds();
        }
        workspace.run(&[&LONG[..], &["--resume"]].concat()).succeeds();
        assert_same(&workspace.path("whole.h5"), &output);
        assert_increasing(&output);
        assert_eq!(workspace.names(), ["out.h5", "whole.h5"]);
        std::fs::remove_file(&output).unwrap();
    }
    times.sort();
    println!("{stopped} runs stopped, the slowest in {:?}", times[times.len() - 1]);
    // The machine may be busy with other things now and then.
    assert!(times[times.len() / 2] < Duration::from_secs(2), "{times:?}");
    assert!(stopped >= tries(3, 60), "only {stopped} runs were still going on");
}

#[test]
fn json_tells_an_interruption_too() {
    let workspace = Workspace::new();
    let arguments = [&LONG[..], &["--json"]].concat();
    let output = workspace.path("out.h5");
    let mut child = workspace.start(&arguments);
    assert!(wait_until(&mut child, || contents::snapshots_so_far(&output) >= 2));
    signal(&child, libc::SIGINT);
    let outcome = workspace.finish(child, &arguments);
    assert_eq!((outcome.status, outcome.json()["status"].as_u64()), (Some(130), Some(130)));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let workspace = Workspace::new();
    workspace.write("heavy.toml", TORI);
    // Large enough that one step lasts much longer than the time between the signals.
    let arguments = [
        "run",
        "heavy.toml",
        "-o",
        "out.h5",
        "--set",
        "solver.grid=256",
        "--set",
        "solver.scheme=etdrk4",
        "--set",
        "solver.step=1e-4",
    ];
    let output = workspace.path("out.h5");
    let mut child = workspace.start(&arguments);
    assert!(wait_until(&mut child, || output.exists()));
    // Several, as two that meet before they are delivered are one.
    for _ in 0..5 {
        signal(&child, libc::SIGINT);
        std::thread::sleep(Duration::from_millis(20));
    }
    let outcome = workspace.finish(child, &arguments);
    // Without the message of a run that stopped after its step.
    assert_eq!((outcome.status, outcome.stdout.as_str(), outcome.stderr.as_str()), (Some(130), "", ""));
    contents::open(&output);
}

/// What a message says to type next, typed.
fn follow_advice(workspace: &Workspace, message: &str) -> Outcome {
    let command = message.split("continue with: ").nth(1).unwrap_or_else(|| panic!("no advice in {message}")).trim();
    let output =
        std::process::Command::new("sh").args(["-c", command]).current_dir(workspace.folder()).output().unwrap();
    Outcome::new(output, &[command])
}

#[test]
fn an_interrupted_run_says_where_it_is_and_the_command_it_advises_works() {
    let workspace = Workspace::new();
    let mut arguments = LONG;
    arguments[3] = "whole.h5";
    workspace.run(&arguments).succeeds();
    // First a new file, then one that replaces an older, finished one.
    for (options, work_file) in [(&[][..], "out.h5"), (&["--force"][..], "out.h5.part")] {
        let arguments = [&LONG[..], options].concat();
        let path = workspace.path(work_file);
        let mut child = workspace.start(&arguments);
        assert!(wait_until(&mut child, || contents::snapshots_so_far(&path) >= 3));
        signal(&child, libc::SIGINT);
        let message = workspace.finish(child, &arguments).fails(130, &["interrupted at time"]).stderr;
        assert!(message.contains(&format!("{work_file} holds a checkpoint")), "{message}");
        assert!(workspace.names().contains(&work_file.to_owned()));
        follow_advice(&workspace, &message).succeeds();
        assert_same(&workspace.path("whole.h5"), &workspace.path("out.h5"));
        assert_eq!(workspace.names(), ["out.h5", "whole.h5"]);
    }
}

/// Whether the process of this status file has a handler for a signal.
fn catches(status: &str, number: i32) -> bool {
    let status = std::fs::read_to_string(status).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0").trim();
    u64::from_str_radix(mask, 16).unwrap() >> (number - 1) & 1 == 1
}

#[test]
fn the_equilibrium_stops_at_once_and_leaves_nothing() {
    let workspace = Workspace::new();
    // Its set-up alone takes seconds.
    let game = "[game]\npayoff = \"exp(sin(2*pi*(x1-y1))*cos(2*pi*(x2+y2))) + 0.3*cos(2*pi*(x1-2*y2))*sin(2*pi*x2)\"\n\
                temperature = 0.002\n[game.domain]\nx = { dim = 2 }\ny = { dim = 2 }\n[solver]\ngrid = 256\n";
    workspace.write("long.toml", game);
    for command in ["equilibrium", "run", "spectrum"] {
        for number in [libc::SIGINT, libc::SIGTERM] {
            let arguments = [command, "long.toml", "-o", "out.h5", "--json"];
            let mut child = workspace.start(&arguments);
            let status = format!("/proc/{}/status", child.id());
            assert!(wait_until(&mut child, || catches(&status, number)), "it ended without a handler");
            // Past the look at the destination.
            std::thread::sleep(Duration::from_millis(100));
            signal(&child, number);
            let outcome = workspace.finish(child, &arguments);
            assert_eq!((outcome.status, outcome.json()["status"].as_u64()), (Some(130), Some(130)), "{outcome:?}");
            assert!(outcome.stderr.contains("nothing was written"), "{outcome:?}");
            assert_eq!(workspace.names(), ["long.toml"]);
        }
    }
}

#[test]
fn a_comparison_stops_at_once_and_leaves_nothing() {
    let workspace = Workspace::new();
    let dynamics = "mfl-da,best-response";
    let long = "solver.time=1e6";
    let arguments = ["compare", "limit-cycle", "--dynamics", dynamics, "-o", "out.h5", "--json", "--set", long];
    // The files of its runs are in a temporary folder.
    let mut command = workspace.command(&arguments);
    command.env("TMPDIR", workspace.path(".")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    assert!(wait_until(&mut child, || workspace.names().len() == 1), "no run has begun");
    signal(&child, libc::SIGINT);
    let outcome = workspace.finish(child, &arguments);
    assert_eq!((outcome.status, outcome.json()["status"].as_u64()), (Some(130), Some(130)), "{outcome:?}");
    assert!(outcome.stderr.contains("interrupted"), "{outcome:?}");
    assert_eq!(workspace.names(), [""; 0]);
}
