//! Results do not depend on the number of threads, nor on how busy the machine is.

use crate::contents::assert_same;
use crate::form::tries;
use crate::workspace::{CIRCLES, TORI, Workspace};
use std::sync::atomic::{AtomicBool, Ordering};

fn games() -> [String; 2] {
    [CIRCLES.to_owned(), TORI.replace("time = 0.05", "time = 0.005").replace("snapshots = 10", "snapshots = 2")]
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for game in games() {
        let workspace = Workspace::new();
        workspace.write("game.toml", game);
        for threads in ["1", "2", "3", "8", "64"].into_iter().step_by(tries(2, 1)) {
            let output = format!("{threads}.h5");
            workspace.run(&["run", "game.toml", "-o", &output, "--threads", threads]).succeeds();
            assert_same(&workspace.path("1.h5"), &workspace.path(&output));
        }
        let mut command = workspace.command(&["run", "game.toml", "-o", "environment.h5"]);
        assert!(command.env("RAYON_NUM_THREADS", "5").output().unwrap().status.success());
        assert_same(&workspace.path("1.h5"), &workspace.path("environment.h5"));
    }
}

#[test]
fn repeated_runs_on_a_busy_machine_give_the_same_bytes() {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let repeated = || {
            for game in games() {
                let workspace = Workspace::new();
                workspace.write("game.toml", game);
                workspace.run(&["run", "game.toml", "-o", "first.h5", "--threads", "4"]).succeeds();
                for _ in 0..tries(1, 20) {
                    workspace.run(&["run", "game.toml", "-o", "again.h5", "--threads", "4", "--force"]).succeeds();
                    assert_same(&workspace.path("first.h5"), &workspace.path("again.h5"));
                }
            }
        };
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(repeated));
        done.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}
