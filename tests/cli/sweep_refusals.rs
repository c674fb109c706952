//! Sweep files, shares and journals that are refused: file, line, key and what is allowed, and nothing written.

use crate::workspace::Workspace;

const GAME: &str = "[game]\npayoff = \"c*cos(2*pi*(x - y))\"\ntemperature = 0.1\n[game.parameters]\nc = 1.0\n";
const HEAD: &str = "[sweep]\ngame = \"game.toml\"\nrecord = [\"gap\"]\n";
const AXIS: &str = "[[axis]]\nkey = \"game.temperature\"\nvalues = [0.1, 0.2]\n";

#[test]
fn what_is_wrong_with_a_sweep_file_is_named() {
    let axis = |text: &str| format!("{HEAD}[[axis]]\n{text}\n");
    let head = |text: &str| format!("[sweep]\n{text}\n{AXIS}");
    let cases: Vec<(String, Vec<&str>)> = vec![
        (String::new(), vec!["sweep", "is missing"]),
        (HEAD.to_owned(), vec!["axis", "is missing"]),
        (format!("{HEAD}{AXIS}[more]\n"), vec!["sweep.toml:7", "more", "unknown key"]),
        (head("record = [\"gap\"]"), vec!["sweep.game", "is missing"]),
        (head("game = \"game.toml\""), vec!["sweep.record", "is missing", "gap", "verdict"]),
        (head("game = \"game.toml\"\nrecord = []"), vec!["sweep.record", "at least one"]),
        (head("game = \"game.toml\"\nrecord = [\"gap\", \"gap\"]"), vec!["sweep.toml:3", "twice"]),
        (head("game = \"game.toml\"\nrecord = [\"gaps\"]"), vec!["sweep.record[0]", "`gaps`", "allowed: "]),
        (head("game = \"no.toml\"\nrecord = [\"gap\"]"), vec!["sweep.game", "no.toml"]),
        (head("game = \"rotatoin\"\nrecord = [\"gap\"]"), vec!["sweep.game", "rotatoin"]),
        (head("game = \"../game.toml\"\nrecord = [\"gap\"]"), vec!["sweep.game", "outside the folder"]),
        (head("game = \"/etc/passwd\"\nrecord = [\"gap\"]"), vec!["sweep.game", "outside the folder"]),
        (axis("values = [1]"), vec!["axis[0].key", "is missing", "game.temperature"]),
        (axis("key = \"temperature\"\nvalues = [1]"), vec!["axis[0].key", "is not a key"]),
        (axis("key = \"game.temperatur\"\nvalues = [1]"), vec!["axis[0].values[0]", "game.temperatur", "unknown key"]),
        (axis("key = \"game.temperature\""), vec!["axis[0]", "values", "linspace", "logspace", "random"]),
        (axis("key = \"game.temperature\"\nvalues = []"), vec!["axis[0].values", "has no value"]),
        (
            axis("key = \"game.temperature\"\nvalues = [0.1, -2]"),
            vec!["sweep.toml:6", "axis[0].values[1]", "game.temperature=-2", "positive"],
        ),
        (axis("key = \"game.temperature\"\nvalues = [0.1]\nstep = 2"), vec!["axis[0].step", "unknown key"]),
        (
            axis("key = \"game.temperature\"\nlinspace = { from = 0.1, to = 0.2, points = 1e9 }"),
            vec!["axis[0].linspace.points", "between 1 and 1000000"],
        ),
        (
            axis("key = \"game.temperature\"\nlogspace = { from = 0, to = 0.2, points = 3 }"),
            vec!["axis[0].logspace.from", "positive on a logarithmic scale"],
        ),
        (
            axis("key = \"game.temperature\"\nlinspace = { from = 0.1, to = 0.1, points = 3 }"),
            vec!["axis[0].linspace.to", "must differ"],
        ),
        (
            axis("key = \"game.temperature\"\nrandom = { from = 0.1, to = 1, points = 3, design = \"sobol\" }"),
            vec!["axis[0].random.design", "`sobol`", "latin-hypercube, uniform"],
        ),
        (
            axis("keys = [\"game.temperature\", \"game.parameters.c\"]\nvalues = [[1, 2, 3]]"),
            vec!["axis[0].values[0]", "one value for each of 2 keys, got 3"],
        ),
        (format!("{HEAD}{AXIS}{AXIS}"), vec!["axis[1]", "`temperature` is taken"]),
        (axis("name = \"gap\"\nkey = \"game.temperature\"\nvalues = [1]"), vec!["axis[0]", "`gap` is taken"]),
        (axis("name = \"a/b\"\nkey = \"game.temperature\"\nvalues = [1]"), vec!["axis[0].name", "`a/b` is not a name"]),
        (
            axis(
                "key = \"game.temperature\"\nlinspace = { from = 0.1, to = 1, points = 2000 }\n[[axis]]\n\
                 key = \"game.parameters.c\"\nlinspace = { from = 0.1, to = 1, points = 2000 }",
            ),
            vec!["axis[1]", "4000000 points", "at most 1000000"],
        ),
        (
            axis("key = \"initial.x\"\nvalues = [{ file = \"../up.npy\" }]"),
            vec!["axis[0].values[0]", "outside the folder"],
        ),
        (axis("key = \"game.table\"\nvalues = [\"/etc/passwd\"]"), vec!["axis[0].values[0]", "outside the folder"]),
        (
            head("game = \"game.toml\"\nrecord = [\"time_to_w2\"]\nw2_thresholds = [0.1, -1]"),
            vec!["sweep.w2_thresholds[1]", "positive"],
        ),
    ];
    for (text, words) in cases {
        let workspace = Workspace::new();
        workspace.write("game.toml", GAME);
        workspace.write("sweep.toml", &text);
        workspace.refuses(&["sweep", "sweep.toml", "-o", "out.h5"], &words);
    }
}

#[test]
fn a_link_out_of_the_folder_is_refused() {
    let workspace = Workspace::new();
    std::fs::create_dir(workspace.path("inside")).unwrap();
    workspace.write("game.toml", GAME);
    std::os::unix::fs::symlink("../game.toml", workspace.path("inside/game.toml")).unwrap();
    workspace.write("inside/sweep.toml", format!("{HEAD}{AXIS}"));
    workspace.refuses(&["sweep", "inside/sweep.toml", "-o", "out.h5"], &["sweep.game", "outside the folder"]);
}

#[test]
fn shares_outputs_and_journals_that_make_no_sense_are_refused() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.write("sweep.toml", format!("{HEAD}{AXIS}"));
    workspace.write("results.jsonl", "{\"point\": 1}\n");
    workspace.write("old.h5", "kept");
    let sweep = |more: &[&'static str]| -> Vec<&'static str> { [&["sweep", "sweep.toml"], more].concat() };
    for (arguments, words) in [
        (sweep(&[]), &["-o", "is missing"][..]),
        (sweep(&["-o", "shares", "--shard", "3/3"]), &["--shard"]),
        (sweep(&["-o", "shares", "--shard", "-1/3"]), &["--shard"]),
        (sweep(&["-o", "out.h5", "--shard", "0/3"]), &["give a folder"]),
        (sweep(&["-o", "old.h5"]), &["old.h5 already exists"]),
        (sweep(&["-o", "no/shares"]), &["the folder no/shares cannot be made"]),
        (sweep(&["-o", "out.h5", "--set", "game.temperatur=1"]), &["game.temperatur"]),
        (vec!["sweep", "--merge", "results.jsonl", "-o", "out.h5"], &["results.jsonl", "not the journal of a sweep"]),
        (vec!["sweep", "--merge", "no-folder", "-o", "out.h5"], &["no-folder"]),
        (vec!["sweep", "--merge", ".", "-o", "out.h5"], &["holds no journal"]),
        (vec!["sweep", "--merge", "results.jsonl", "-o", "folder"], &["ends in .h5"]),
    ] {
        workspace.refuses(&arguments, words);
    }
    assert_eq!(workspace.read("old.h5"), b"kept");
}
