//! Texts: expressions, game files, sweep files.

use nashflow::experiment::{equilibrium, vocabulary};
use nashflow::game::{Expression, GameFile, Scope, SweepFile};
use std::path::Path;

/// Points at which an expression is evaluated: ordinary ones, and those where things go wrong.
const POINTS: [[f64; 2]; 6] = [[0.25, 0.75], [0.0, -0.0], [-1e300, 1e300], [5e-324, 1.0], [f64::NAN, 0.5], [0.5, 1e-9]];

/// An expression in `x`, `y` and a parameter: parsed, evaluated in every way, differentiated, taken apart, and written.
pub fn expression(_: &Path, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut scope = Scope::new(["x", "y"]);
    scope.add_parameter("alpha", 1.5).expect("a new name");
    let Ok(expression) = Expression::parse(text, &scope) else { return };
    let coordinates = [0, 1].map(|axis| POINTS.map(|point| point[axis]));
    let variables = [&coordinates[0][..], &coordinates[1][..]];
    let mut values = [0.0; POINTS.len()];
    expression.evaluate_many(&variables, &mut values);
    for (point, value) in POINTS.iter().zip(values) {
        let one = expression.evaluate(point);
        assert!(one == value || one.is_nan() && value.is_nan(), "{one} at one point, {value} at many: {text}");
    }
    expression.evaluate_log_many(&variables, &mut values);
    for variable in expression.variables_used() {
        expression.derivative(variable).evaluate_many(&variables, &mut values);
    }
    let _ = expression.separated(1, 8);
    let written = expression.to_string();
    if written.len() <= Expression::MAXIMUM_TEXT {
        Expression::parse(&written, &scope).unwrap_or_else(|error| panic!("{written}: {error}"));
    }
}

/// A game file, its first lines overrides if they begin with `--set`: checked, and when it is in order its equilibrium on few
/// points.
pub fn game(folder: &Path, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (overrides, text) = overrides(text);
    let path = folder.join("game.toml");
    let Ok(file) = GameFile::parse(&path, text, &overrides) else { return };
    let two = file.game().domain(nashflow::game::Player::X).dimension() == 2
        || file.game().domain(nashflow::game::Player::Y).dimension() == 2;
    let grid = if two { "solver.grid=8" } else { "solver.grid=16" };
    let small = [overrides, vec![grid.to_owned()]].concat();
    let Ok(file) = GameFile::parse(&path, text, &small) else { return };
    if let Ok(report) = equilibrium(&file, None) {
        let gap = report.equilibrium.nikaido_isoda;
        assert!(gap.is_finite() && report.max_density.iter().all(|density| density.is_finite()), "{report:?}");
    }
}

/// The lines `--set KEY=VALUE` at the head of a text, and the rest.
fn overrides(mut text: &str) -> (Vec<String>, &str) {
    let mut found = Vec::new();
    while let Some((line, rest)) = text.strip_prefix("--set ").and_then(|line| line.split_once('\n')) {
        found.push(line.to_owned());
        text = rest;
    }
    (found, text)
}

/// A sweep file over bundled games, and the games of its first and last point.
pub fn sweep(folder: &Path, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (overrides, text) = overrides(text);
    let Ok(sweep) = SweepFile::parse(&folder.join("sweep.toml"), text, &overrides, vocabulary()) else { return };
    for point in [0, sweep.len() - 1] {
        let _ = sweep.game_text(point);
        let _ = sweep.game(point);
    }
}
