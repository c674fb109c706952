//! Promise 21: clocks and zones change nothing but the time of creation and the wall time that is told.

use super::shim;
use crate::contents::{assert_same, open};
use crate::workspace::{CIRCLES, Outcome, Workspace};
use hdf5::types::VarLenUnicode;

const RUN: [&str; 5] = ["run", "game.toml", "-o", "out.h5", "--json"];

/// Runs the game in an environment; its folder and what it said, without the wall time.
fn run(variables: &[(&str, &str)]) -> (Workspace, String) {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    let mut command = shim::command(&workspace, &RUN);
    command.env_remove("SOURCE_DATE_EPOCH").envs(variables.iter().copied());
    let said = Outcome::new(command.output().unwrap(), &RUN).succeeds();
    assert!(said.json()["wall_seconds"].as_f64().unwrap() >= 0.0, "{said:?}");
    let lines = said.stdout.lines().filter(|line| !line.contains("\"wall_seconds\""));
    let said = lines.collect::<Vec<_>>().join("\n");
    (workspace, said)
}

fn created(workspace: &Workspace) -> String {
    let attribute = open(&workspace.path("out.h5")).attr("created").unwrap();
    attribute.read_scalar::<VarLenUnicode>().unwrap().to_string()
}

#[test]
fn clocks_and_zones_change_nothing_but_the_time_of_creation() {
    let (plain, expected) = run(&[]);
    let (fixed, said) = run(&[("SOURCE_DATE_EPOCH", "1")]);
    assert_eq!(created(&fixed), "1970-01-01T00:00:01Z");
    assert_ne!(created(&plain), created(&fixed));
    assert_eq!(said, expected);
    assert_same(&plain.path("out.h5"), &fixed.path("out.h5"));
    let whole = fixed.read("out.h5");
    for zone in ["Pacific/Chatham", "America/St_Johns", ":/nowhere", "XYZ+25:61", "", "UTC-14"] {
        let (other, said) = run(&[("SOURCE_DATE_EPOCH", "1"), ("TZ", zone)]);
        assert!(other.read("out.h5") == whole && said == expected, "{zone:?}");
        assert_same(&plain.path("out.h5"), &run(&[("TZ", zone)]).0.path("out.h5"));
    }
    // A clock that steps back at every look, with checkpoints that would be due by it and without.
    let (back, said) = run(&[("FAULT_CLOCK", "BACK")]);
    assert_eq!(said, expected);
    assert!(created(&back) < created(&plain), "{} {}", created(&back), created(&plain));
    assert_same(&plain.path("out.h5"), &back.path("out.h5"));
    let (back, said) = run(&[("FAULT_CLOCK", "BACK"), ("SOURCE_DATE_EPOCH", "1")]);
    assert!(back.read("out.h5") == whole && said == expected);
}
