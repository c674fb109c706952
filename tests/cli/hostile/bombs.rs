//! Texts that blow up when they are read: refused with the place, or answered, in seconds and in little memory.

use super::measured::run_within;
use crate::workspace::Workspace;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
const MOST_MEMORY: u64 = 1_000_000_000;

/// A game with this payoff, in quotes that TOML leaves alone.
fn game(payoff: &str) -> String {
    format!("[game]\npayoff = '{payoff}'\ntemperature = 0.1\n[solver]\ntime = 0\n")
}

/// Puts a text through `equilibrium`: its status, and what it says.
#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let workspace = Workspace::new();
    workspace.write("bomb.toml", text);
    let ran = run_within(MOST_MEMORY, &workspace, &["equilibrium", "bomb.toml"]);
    assert!(ran.time < PATIENCE, "{words:?}: {:?}", ran.time);
    assert!(ran.outcome.stderr.len() < 4096, "{} bytes said", ran.outcome.stderr.len());
    ran.outcome.fails(2, words);
    assert_eq!(workspace.names(), ["bomb.toml"]);
}

#[test]
fn expressions_nested_too_deeply_are_refused_where_they_become_so() {
    for (open, close) in [("(", ")"), ("-(", ")"), ("sin(", ")"), ("min(x,", ")"), ("2^(", ")"), ("1/(", ")")] {
        let count = 100_000;
        let payoff = format!("{}x{}", open.repeat(count), close.repeat(count));
        refused(&game(&payoff), &["bomb.toml:2:", "game.payoff", "200 levels"]);
    }
    for (chain, words) in
        [("2^", "200 levels"), ("(", "200 levels"), ("cos(", "200 levels"), ("-", "200 levels"), ("+", "200 levels")]
    {
        refused(&game(&chain.repeat(100_000)), &["bomb.toml:2:", "game.payoff", words]);
    }
}

#[test]
fn long_chains_are_answered() {
    let workspace = Workspace::new();
    let circle = "cos(2*pi*(x - y))";
    let sums = format!("{circle}{}", " + 0*x".repeat(170_000));
    let product = format!("{circle}{}", "*1".repeat(400_000));
    for (what, payoff) in [("a sum of a million characters", sums), ("a product", product)] {
        workspace.write("long.toml", game(&payoff));
        let ran = run_within(MOST_MEMORY, &workspace, &["equilibrium", "long.toml", "--json"]);
        assert!(ran.time < PATIENCE, "{what}: {:?}", ran.time);
        let gap = ran.outcome.succeeds().json()["equilibrium"]["nikaido_isoda"].as_f64().unwrap();
        assert!(gap.abs() <= 1e-12, "{what}: {gap}");
    }
    // One byte more than is read.
    let payoff = format!("{circle}{}", " ".repeat(1 << 20));
    refused(&game(&payoff), &["game.payoff", "bytes", "1048576"]);
}

#[test]
fn sums_that_are_different_everywhere_are_answered_or_refused_in_time() {
    let waves: Vec<String> = (0..20_000).map(|k| format!("1e-5*cos(2*pi*({}*x-{}*y)+{k})", k % 7, k % 5)).collect();
    let workspace = Workspace::new();
    workspace.write("waves.toml", game(&waves.join("+")));
    let ran = run_within(MOST_MEMORY, &workspace, &["equilibrium", "waves.toml", "--json"]);
    assert!(ran.time < PATIENCE, "{:?}", ran.time);
    let gap = ran.outcome.succeeds().json()["equilibrium"]["nikaido_isoda"].as_f64().unwrap();
    assert!(gap.abs() <= 1e-12, "{gap}");
}

#[test]
fn expressions_without_a_value_or_a_meaning_say_which() {
    for (payoff, words) in [
        ("9^9^9^9", &["game.payoff"][..]),
        ("x/0", &["game.payoff"]),
        ("0/0", &["game.payoff"]),
        ("1e999", &["bomb.toml:2:", "1e999"]),
        ("1e999*cos(2*pi*x)", &["bomb.toml:2:", "1e999"]),
        ("exp(exp(exp(x)))", &["game.payoff", "periodic"]),
        ("exp(exp(exp(9*cos(2*pi*x))))", &["game.payoff"]),
        ("sqrt(-1)", &["game.payoff"]),
        ("sqrt(cos(2*pi*x) - 2)", &["game.payoff"]),
        ("log(0)", &["game.payoff"]),
        ("tan(pi*x)", &["game.payoff"]),
        ("sin(1/(1 - cos(2*pi*x)))", &["game.payoff"]),
        ("2x", &["bomb.toml:2:", "2*x"]),
        ("x y", &["bomb.toml:2:", "game.payoff"]),
        ("x**2", &["bomb.toml:2:", "write ^"]),
        ("cos(2*pi*ξ)", &["bomb.toml:2:", "ξ"]),
        ("cos(2*pi*x\u{202e})", &["bomb.toml:2:", "game.payoff"]),
        ("cos(2*pi*x)\u{0}", &["bomb.toml:2:"]),
        ("__import__(\"os\").system(\"true\")", &["bomb.toml:2:", "game.payoff"]),
        ("cos(2*pi*x", &["bomb.toml:2:", "`)`"]),
        ("cos()", &["bomb.toml:2:", "game.payoff"]),
        ("min(x)", &["bomb.toml:2:", "min"]),
        (",", &["bomb.toml:2:", "game.payoff"]),
    ] {
        refused(&game(payoff), words);
    }
}

#[test]
fn toml_nested_a_hundred_thousand_deep_is_refused() {
    let head = "[game]\npayoff = \"cos(2*pi*(x - y))\"\ntemperature = 0.1\n";
    let count = 100_000;
    for (what, text) in [
        ("arrays", format!("{head}name = {}1{}\n", "[".repeat(count), "]".repeat(count))),
        ("open arrays", format!("{head}name = {}\n", "[".repeat(count))),
        ("tables", format!("{head}name = {}1{}\n", "{a=".repeat(count), "}".repeat(count))),
        ("a key of many parts", format!("{head}{}b = 1\n", "a.".repeat(count))),
        ("a section of many parts", format!("{head}[{}b]\n", "a.".repeat(count))),
        ("sections in brackets", format!("{head}{}\n", "[".repeat(count))),
        ("quoted parts", format!("{head}{}b = 1\n", "\"a\".".repeat(count))),
    ] {
        let workspace = Workspace::new();
        workspace.write("bomb.toml", &text);
        let ran = run_within(MOST_MEMORY, &workspace, &["run", "bomb.toml"]);
        assert!(ran.time < PATIENCE, "{what}: {:?}", ran.time);
        ran.outcome.fails(2, &["bomb.toml:"]);
        assert_eq!(workspace.names(), ["bomb.toml"], "{what}");
    }
    // The same behind --set, and in a sweep file.
    let workspace = Workspace::new();
    workspace.write("game.toml", head);
    let deep = format!("game.temperature={}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let dotted = format!("{}b=1", "a.".repeat(20_000));
    for set in [&deep, &dotted] {
        let ran = run_within(MOST_MEMORY, &workspace, &["run", "game.toml", "--set", set]);
        assert!(ran.time < PATIENCE, "{:?}", ran.time);
        ran.outcome.fails(2, &[]);
    }
    let sweep = format!(
        "[sweep]\ngame = \"game.toml\"\nrecord = [\"gap\"]\n[[axis]]\nkey = \"game.temperature\"\nvalues = {}\n",
        "[".repeat(count)
    );
    workspace.write("sweep.toml", sweep);
    let ran = run_within(MOST_MEMORY, &workspace, &["sweep", "sweep.toml", "-o", "out.h5"]);
    assert!(ran.time < PATIENCE, "{:?}", ran.time);
    ran.outcome.fails(2, &["sweep.toml:"]);
    assert_eq!(workspace.names(), ["game.toml", "sweep.toml"]);
}
