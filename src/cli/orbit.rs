//! `nashflow orbit`.

use super::arguments::{GameArguments, OrbitArguments};
use super::destination::with_destination;
use super::number::{significant, with_error};
use super::run::{line_rows, load};
use super::table::Table;
use super::{BAD_INPUT, conclude, report_failure};
use crate::experiment::{
    BranchReport, BranchRequest, EdgeReport, OrbitReport, OrbitRequest, OrbitSummary, RunError, edge, orbit,
};
use crate::game::{GameError, GameFile, Player, catalogue, read_text};
use crate::output::{StateIndex, read_game, read_state};
use indicatif::{ProgressBar, ProgressDrawTarget};
use std::path::Path;

/// The exit status of the command.
pub fn main(arguments: &OrbitArguments) -> i32 {
    if let Err(message) = check(arguments) {
        return report_failure(&message, BAD_INPUT, arguments.game.common.json);
    }
    match &arguments.edge {
        Some(files) => conclude(&arguments.game, || solve_edge(arguments, files), render_edge),
        None => conclude(&arguments.game, || solve(arguments), render),
    }
}

fn check(arguments: &OrbitArguments) -> Result<(), String> {
    if let Some(time) = arguments.time.filter(|time| !(time.is_finite() && *time > 0.0)) {
        return Err(format!("--time {time}: must be positive and finite"));
    }
    if !(arguments.width >= 1e-14 && arguments.width < 1.0) {
        return Err(format!("--width {}: must lie between 1e-14 and 1", arguments.width));
    }
    Ok(())
}

fn request(arguments: &OrbitArguments) -> OrbitRequest {
    let branch =
        |key: &String| BranchRequest { key: key.clone(), to: arguments.to, points: usize::from(arguments.points) };
    OrbitRequest {
        multipliers: usize::from(arguments.multipliers),
        time: arguments.time,
        branch: arguments.continuation.as_ref().map(branch),
    }
}

fn solve(arguments: &OrbitArguments) -> Result<OrbitReport, RunError> {
    let file = start(&arguments.game)?;
    let spinner = spinner(arguments.game.common.quiet);
    let result = with_destination(&arguments.game, arguments.output.as_deref(), |destination| {
        orbit(&file, &request(arguments), destination, &mut |now| spinner.set_message(now.to_owned()))
    });
    spinner.finish_and_clear();
    result
}

fn solve_edge(arguments: &OrbitArguments, ends: &[std::path::PathBuf]) -> Result<EdgeReport, RunError> {
    let file = load(&arguments.game)?;
    let [first, second] = [0, 1].map(|i| other_start(&file, &ends[i]));
    let (first, second) = (first?, second?);
    let spinner = spinner(arguments.game.common.quiet);
    spinner.set_message("bisecting");
    let result = with_destination(&arguments.game, arguments.output.as_deref(), |destination| {
        edge([&first, &second], &request(arguments), arguments.width, destination)
    });
    spinner.finish_and_clear();
    result
}

/// A line on stderr that says what is being done; hidden when `quiet` or when stderr is not a terminal.
fn spinner(quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    ProgressBar::with_draw_target(None, target)
}

/// The game, or that of a run with its last state as the initial one.
fn start(arguments: &GameArguments) -> Result<GameFile, RunError> {
    let path = &arguments.game;
    if !is_hdf5(path) {
        return Ok(load(arguments)?);
    }
    let text = read_game(path)?;
    let overrides = [stored_start(path), arguments.overrides.clone()].concat();
    Ok(GameFile::parse(path, &text, &overrides)?)
}

fn is_hdf5(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "h5" || extension == "hdf5")
}

/// Overrides that start from the last state of a file, in its boxes where a player lives on the line.
fn stored_start(path: &Path) -> Vec<String> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let quoted = toml::Value::String(path.to_string_lossy().into_owned());
    let mut overrides = Vec::new();
    for player in Player::BOTH {
        let letter = player.letter();
        overrides.push(format!("initial.{letter}={{ file = {quoted} }}"));
        // What is wrong with the file is said when its state is read.
        if let Ok(stored) = read_state(&path, player, StateIndex::Last)
            && stored.line
        {
            overrides.push(format!("game.domain.{letter}.period={:?}", stored.grid.periods()));
            overrides.push(format!("game.domain.{letter}.origin={:?}", stored.grid.origins()));
        }
    }
    overrides
}

/// The game with the initial state of another file: a game file or a part of one, a bundled game, or an output.
fn other_start(file: &GameFile, path: &Path) -> Result<GameFile, RunError> {
    let overrides = if is_hdf5(path) { stored_start(path) } else { initial_of(path)? };
    Ok(GameFile::parse(file.path(), file.text(), &overrides)?)
}

/// `[initial]` of a file as overrides.
fn initial_of(path: &Path) -> Result<Vec<String>, GameError> {
    let fault = |message: String| GameError::Override { argument: path.display().to_string(), message };
    let bundled = path.to_str().filter(|_| !path.exists()).and_then(|name| catalogue::get(name).ok());
    let text = match bundled {
        Some(game) => game.text.to_owned(),
        None => read_text(path)?,
    };
    let root: toml::Table = text.parse().map_err(|error: toml::de::Error| fault(error.message().to_owned()))?;
    let initial = root.get("initial").and_then(toml::Value::as_table);
    let initial = initial.ok_or_else(|| fault("has no section [initial] with x and y".to_owned()))?;
    ["x", "y"]
        .into_iter()
        .map(|player| match initial.get(player) {
            Some(value) => Ok(format!("initial.{player}={value}")),
            None => Err(fault(format!("has no initial.{player}"))),
        })
        .collect()
}

fn complex([re, im]: [f64; 2]) -> String {
    match im {
        0.0 => significant(re, 6),
        _ => format!("{} {} {}i", significant(re, 6), if im < 0.0 { "-" } else { "+" }, significant(im.abs(), 6)),
    }
}

/// How far a multiplier is from 1, where its first digits do not show it.
fn next_to_one(multiplier: [f64; 2]) -> String {
    let [re, im] = multiplier;
    let off = (re - 1.0).hypot(im);
    if off < 1e-5 { format!("1 {} {off:.1e}", if re < 1.0 { "-" } else { "+" }) } else { complex(multiplier) }
}

fn rows(table: &mut Table, orbit: &OrbitSummary) {
    let multipliers = orbit.multipliers.iter().zip(&orbit.multiplier_blocks).map(|(m, block)| match *block {
        "coupled" => next_to_one(*m),
        mirror => format!("{} ({mirror})", next_to_one(*m)),
    });
    table
        .row("period", with_error(orbit.period, orbit.period_error.max(1e-13 * orbit.period)))
        .row(
            "amplitude",
            format!(
                "{} (x), {} (y)",
                with_error(orbit.amplitude.x, orbit.amplitude_error.x),
                with_error(orbit.amplitude.y, orbit.amplitude_error.y)
            ),
        )
        .row("averages", format!("duality gap {}, energy {:.3e}", significant(orbit.nikaido_isoda, 8), orbit.energy))
        .row("multipliers", multipliers.collect::<Vec<_>>().join(", "))
        .row("verdict", if orbit.stable { "stable" } else { "unstable" })
        .row(
            "residual",
            format!(
                "{} of the return map, {} Newton steps, {} time steps a period",
                significant(orbit.residual, 2),
                orbit.iterations,
                orbit.steps
            ),
        );
    if orbit.nearly_conserved > 0 {
        let text = format!(
            "{} multipliers next to 1 belong to the exchange of mass with mirror images",
            orbit.nearly_conserved
        );
        table.row("note", text);
    }
}

fn symmetry_rows(table: &mut Table, symmetry: &[String]) {
    if !symmetry.is_empty() {
        table.row("note", format!("no force changes under {}; the orbit is the invariant one", symmetry.join(", ")));
    }
}

fn render(report: &OrbitReport) -> String {
    let mut table = Table::new();
    table.row("grid", format!("{:?} x {:?}, tail {}", report.grid.x, report.grid.y, significant(report.tail, 1)));
    line_rows(&mut table, &report.lines);
    rows(&mut table, &report.orbit);
    symmetry_rows(&mut table, &report.symmetry);
    if let Some(output) = &report.output {
        table.row("output", output.as_str());
    }
    let branch = report.branch.as_ref().map(render_branch).unwrap_or_default();
    format!("{}\n{}{branch}", report.game, table.render())
}

fn render_branch(branch: &BranchReport) -> String {
    let mut text = format!("\nBranch in {}\n  {:>13}  {:>12}  {:8}  multipliers\n", branch.key, "value", "period", "");
    for point in &branch.points {
        let multipliers: Vec<String> = point.multipliers.iter().map(|m| next_to_one(*m)).collect();
        let stable = if point.stable { "stable" } else { "unstable" };
        text +=
            &format!("  {:>13.8}  {:>12.8}  {stable:8}  {}\n", point.parameter, point.period, multipliers.join(", "));
    }
    let mut table = Table::new();
    for fold in &branch.folds {
        let place = with_error(fold.parameter, fold.error.max(1e-12));
        table.row("fold", format!("{} = {place}, period {}", branch.key, significant(fold.period, 7)));
    }
    table.row("end", branch.end.as_str());
    text + &table.render()
}

fn render_edge(report: &EdgeReport) -> String {
    let mut table = Table::new();
    let [low, high] = report.interval;
    table
        .row("grid", format!("{:?} x {:?}", report.grid.x, report.grid.y))
        .row("boundary", format!("between the shares {low:.12} and {high:.12} of the second state"))
        .row("distance", format!("{} between these two states", significant(report.distance, 2)))
        .row(
            "equilibrium",
            format!("from the {} state", ["first", "second"][usize::from(report.equilibrium_from) - 1]),
        );
    if let (Some(time), Some(miss)) = (report.lingers_at, report.lingering_miss) {
        table
            .row("lingering", format!("at t = {time:.2} a return misses by {} of the amplitude", significant(miss, 2)));
    }
    symmetry_rows(&mut table, &report.symmetry);
    if let Some(output) = &report.output {
        table.row("output", output.as_str());
    }
    let mut text = format!("{}\n{}", report.game, table.render());
    for (name, orbit) in [("Cycle", Some(&report.cycle)), ("Edge state", report.edge.as_ref())] {
        if let Some(orbit) = orbit {
            let mut table = Table::new();
            rows(&mut table, orbit);
            text += &format!("\n{name}\n{}", table.render());
        }
    }
    match &report.edge_failure {
        Some(reason) => format!("{text}\nEdge state: none found: {reason}\n"),
        None => text,
    }
}
