//! Results do not depend on the number of threads.

use crate::contents::assert_same;
use crate::workspace::{CIRCLES, TORI, Workspace};

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let short = TORI.replace("time = 0.05", "time = 0.01");
    for game in [CIRCLES, &short] {
        let workspace = Workspace::new();
        workspace.write("game.toml", game);
        for threads in ["1", "2", "3", "8"] {
            let output = format!("{threads}.h5");
            workspace.run(&["run", "game.toml", "-o", &output, "--threads", threads]).succeeds();
            assert_same(&workspace.path("1.h5"), &workspace.path(&output));
        }
        let mut command = workspace.command(&["run", "game.toml", "-o", "environment.h5"]);
        assert!(command.env("RAYON_NUM_THREADS", "5").output().unwrap().status.success());
        assert_same(&workspace.path("1.h5"), &workspace.path("environment.h5"));
    }
}
