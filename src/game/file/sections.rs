//! From the tables of a game file to checked types, one function per table.

use super::document::{Entry, Section};
use super::flow::flow;
use super::regulariser::{check_flow, check_solver, regulariser};
use crate::game::confinement::{Setup, settle};
use crate::game::definition::Game;
use crate::game::domain::Domain;
use crate::game::fault::Fault;
use crate::game::flow_choice::FlowChoice;
use crate::game::settings::{GridChoice, Output, Schedule, Scheme, Solver};
use crate::game::source::{Initial, PayoffSource, Term, coordinate_names};
use crate::game::spelling::advice;
use crate::game::{Expression, Player, Scope};
use std::path::{Path, PathBuf};

/// Names that mean coordinates in one game or another, and so cannot be parameters.
const COORDINATES: [&str; 9] = ["x", "y", "z", "x1", "x2", "y1", "y2", "z1", "z2"];

/// Everything a game file says.
pub(super) struct Contents {
    pub(super) game: Game,
    pub(super) flow: FlowChoice,
    pub(super) solver: Solver,
    pub(super) output: Output,
}

/// Reads all tables. Relative file names are taken from `folder`.
pub(super) fn read(root: &Section<'_>, folder: &Path) -> Result<Contents, Fault> {
    root.allow(&["game", "initial", "flow", "solver", "output"])?;
    let game = root.require("game")?.section()?;
    game.allow(&[
        "name",
        "payoff",
        "terms",
        "kernel",
        "table",
        "temperature",
        "timescale",
        "parameters",
        "domain",
        "regulariser",
        "tsallis_q",
        "reference",
    ])?;
    let scope = parameters(game.subsection("parameters")?)?;
    let (domain, wanted) = domains(game.subsection("domain")?, &scope)?;
    let name = game.get("name").map(|entry| entry.text()).transpose()?.unwrap_or("untitled");
    let source = payoff(&game, &domain, &scope, folder)?;
    check_line(&source, &domain)?;
    let choice = regulariser(&game, &domain, &scope)?;
    let temperature = temperature(&game, &scope)?;
    let initial = initial(root.subsection("initial")?, &domain, &scope, folder)?;
    let timescale = game.get("timescale").map_or(Ok(1.0), |entry| entry.number(&scope))?;
    Game::check_numbers(temperature, timescale)?;
    let setup = Setup { source: &source, temperature, timescale, initial: &initial, domain: &domain, wanted };
    let (domain, tails) = settle(&setup)?;
    let game = Game::unchecked(name, source, temperature, timescale, domain.clone(), initial)
        .with_tails(tails, wanted)
        .regularised(choice)
        .checked()?;
    let solver = Solver::checked([&domain[0], &domain[1]], solver(root.subsection("solver")?, &domain, &scope)?)?;
    let output = Output::checked(&schedule(root.subsection("output")?, &scope)?, &solver)?;
    let flow = flow(root.subsection("flow")?, &scope, &solver)?;
    check_solver(game.regulariser(), &solver)?;
    check_flow(game.regulariser(), &flow)?;
    Ok(Contents { game, flow, solver, output })
}

/// `[game.parameters]`: each may use those above it.
fn parameters(section: Option<Section<'_>>) -> Result<Scope, Fault> {
    let mut scope = Scope::default();
    let Some(section) = section else { return Ok(scope) };
    for name in section.names() {
        let entry = section.require(&name)?;
        let refuse = |message: String| Fault { names_key: true, ..Fault::new(entry.key.clone(), message) };
        if COORDINATES.contains(&name.as_str()) {
            return Err(refuse(format!("`{name}` is a coordinate and cannot be a parameter")));
        }
        let value = entry.number(&scope)?;
        scope.add_parameter(&name, value).map_err(|error| refuse(error.to_string()))?;
    }
    Ok(scope)
}

/// `[game.domain]`, and which boxes on the line are still to be chosen.
fn domains(section: Option<Section<'_>>, scope: &Scope) -> Result<([Domain; 2], [bool; 2]), Fault> {
    if let Some(section) = &section {
        section.allow(&["x", "y"])?;
    }
    let of = |player: Player| {
        let entry = section.as_ref().and_then(|section| section.get(player.letter()));
        domain(entry.map(|entry| entry.section()).transpose()?, scope)
    };
    let ((x, x_free), (y, y_free)) = (of(Player::X)?, of(Player::Y)?);
    Ok(([x, y], [x_free, y_free]))
}

/// What a payoff with a player on the line has to be.
fn check_line(source: &PayoffSource, domain: &[Domain; 2]) -> Result<(), Fault> {
    if !domain.iter().any(Domain::is_line) {
        return Ok(());
    }
    if let PayoffSource::Kernel(_) | PayoffSource::Table { .. } = source {
        return Err(Fault::new(source.key(), "is periodic, and a player lives on the line")
            .with_help("write game.payoff or [[game.terms]], a finite sum of products"));
    }
    Ok(())
}

/// A domain, and whether it is a line without a box.
fn domain(section: Option<Section<'_>>, scope: &Scope) -> Result<(Domain, bool), Fault> {
    let Some(section) = section else { return Ok((Domain::checked(&[1.0], &[0.0], "")?, false)) };
    section.allow(&["dim", "period", "origin", "space"])?;
    if let Some(entry) = section.get("space") {
        match entry.text()? {
            "torus" => {}
            "line" => return line(&section, scope),
            other => {
                return Err(
                    Fault::new(entry.key, format!("unknown space `{other}`")).with_help("allowed: \"torus\", \"line\"")
                );
            }
        }
    }
    let dimension = dimension(&section, scope)?;
    let period = numbers(&section, scope, "period", dimension, 1.0)?;
    let origin = numbers(&section, scope, "origin", dimension, 0.0)?;
    Ok((Domain::checked(&period, &origin, &section.key_of(""))?, false))
}

/// The number of axes, if `dim` says so or an array of periods or origins.
fn dimension(section: &Section<'_>, scope: &Scope) -> Result<Option<usize>, Fault> {
    let given = section.get("dim").map(|entry| entry.count(scope)).transpose()?;
    if let Some(dimension) = given.filter(|dimension| !(1..=2).contains(dimension)) {
        let message = format!("must be 1 or 2 in this version, got {dimension}");
        return Err(Fault::new(section.key_of("dim"), message));
    }
    let length = |name: &str| {
        let entry = section.get(name).filter(Entry::is_array)?;
        entry.elements("").ok().map(|elements| elements.len())
    };
    Ok(given.or_else(|| length("period")).or_else(|| length("origin")))
}

/// A number for each axis, the same for all, or `default`.
fn numbers(
    section: &Section<'_>,
    scope: &Scope,
    name: &str,
    dimension: Option<usize>,
    default: f64,
) -> Result<Vec<f64>, Fault> {
    match section.get(name) {
        Some(entry) => entry.per_axis(dimension, |element| element.number(scope)),
        None => Ok(vec![default; dimension.unwrap_or(1)]),
    }
}

/// `space = "line"`, with the box that is given or one that is to be chosen.
fn line(section: &Section<'_>, scope: &Scope) -> Result<(Domain, bool), Fault> {
    let given = dimension(section, scope)?;
    let prefix = section.key_of("");
    if section.get("period").is_none() {
        if section.get("origin").is_some() {
            return Err(Fault::new(section.key_of("origin"), "names a corner of a box that has no period")
                .with_help("name both, or neither to have a box chosen"));
        }
        let axes = given.unwrap_or(1);
        return Ok((Domain::line(&vec![2.0; axes], &vec![-1.0; axes], &prefix)?, true));
    }
    let period = numbers(section, scope, "period", given, 1.0)?;
    let origin = match section.get("origin") {
        Some(entry) => entry.per_axis(Some(period.len()), |element| element.number(scope))?,
        None => period.iter().map(|period| -0.5 * period).collect(),
    };
    Ok((Domain::line(&period, &origin, &prefix)?, false))
}

/// `temperature = 0.1` or `{ x = .., y = .. }`.
fn temperature(game: &Section<'_>, scope: &Scope) -> Result<[f64; 2], Fault> {
    let entry =
        game.require("temperature").map_err(|fault| fault.with_help("add temperature = 0.1, or any number above 0"))?;
    if entry.is_array() {
        return Err(entry.wrong_type("a number or a table").with_help("of two temperatures: { x = 0.1, y = 0.2 }"));
    }
    if !entry.is_table() {
        let both = entry.number(scope)?;
        return Ok([both, both]);
    }
    let section = entry.section()?;
    section.allow(&["x", "y"])?;
    Ok([section.require("x")?.number(scope)?, section.require("y")?.number(scope)?])
}

pub(super) fn expression(entry: &Entry<'_>, scope: &Scope) -> Result<Expression, Fault> {
    Expression::parse(entry.text()?, scope).map_err(|error| Fault::from_expression(entry.key.clone(), error))
}

/// The one payoff of the four forms.
fn payoff(game: &Section<'_>, domain: &[Domain; 2], scope: &Scope, folder: &Path) -> Result<PayoffSource, Fault> {
    let x = coordinate_names("x", domain[0].dimension());
    let y = coordinate_names("y", domain[1].dimension());
    let forms = ["payoff", "terms", "kernel", "table"];
    let given: Vec<Entry<'_>> = forms.iter().filter_map(|name| game.get(name)).collect();
    let [entry] = given.as_slice() else {
        return Err(match given.as_slice() {
            [] => {
                Fault::new(game.key_of("payoff"), "is missing").with_help("write one of payoff, terms, kernel, table")
            }
            [first, second, ..] => {
                Fault::new(second.key.clone(), format!("a game has one payoff, and {} is there too", first.key))
                    .with_help("write one of payoff, terms, kernel, table")
            }
            [_] => unreachable!("one form is the other arm"),
        });
    };
    match entry.key.as_str() {
        "game.payoff" => Ok(PayoffSource::Expression(expression(entry, &scope.with_variables([x, y].concat()))?)),
        "game.kernel" => {
            if domain[0].dimension() != domain[1].dimension() {
                let message = format!(
                    "a kernel of x - y needs the same dimension for both players, got {} and {}",
                    domain[0].dimension(),
                    domain[1].dimension()
                );
                return Err(Fault::new(entry.key.clone(), message));
            }
            let z = coordinate_names("z", domain[0].dimension());
            Ok(PayoffSource::Kernel(expression(entry, &scope.with_variables(z))?))
        }
        "game.table" => Ok(table(entry.text()?, folder)),
        _ => terms(entry, &scope.with_variables(x), &scope.with_variables(y)),
    }
}

/// `file.npy`, `file.h5` or `file.h5:/dataset`.
fn table(text: &str, folder: &Path) -> PayoffSource {
    match text.split_once(":/") {
        Some((file, dataset)) if !file.is_empty() => {
            PayoffSource::Table { path: folder.join(file), dataset: Some(format!("/{dataset}")) }
        }
        _ => PayoffSource::Table { path: folder.join(text), dataset: None },
    }
}

fn terms(entry: &Entry<'_>, x: &Scope, y: &Scope) -> Result<PayoffSource, Fault> {
    let mut terms = Vec::new();
    for element in entry.elements("an array of tables, [[game.terms]]")? {
        let section = element.section()?;
        section.allow(&["coefficient", "x", "y"])?;
        let factor = |name: &str, scope: &Scope| match section.get(name) {
            Some(entry) => expression(&entry, scope),
            None => Ok(Expression::constant(1.0, scope)),
        };
        terms.push(Term {
            coefficient: section.get("coefficient").map_or(Ok(1.0), |entry| entry.number(x))?,
            x: factor("x", x)?,
            y: factor("y", y)?,
        });
    }
    Ok(PayoffSource::Terms(terms))
}

/// `[initial]`.
fn initial(
    section: Option<Section<'_>>,
    domain: &[Domain; 2],
    scope: &Scope,
    folder: &Path,
) -> Result<[Initial; 2], Fault> {
    if let Some(section) = &section {
        section.allow(&["x", "y"])?;
    }
    let of = |player: Player| {
        let names = coordinate_names(player.letter(), domain[player.index()].dimension());
        let scope = scope.with_variables(names);
        match section.as_ref().and_then(|section| section.get(player.letter())) {
            None => Ok(Initial::uniform(&scope)),
            Some(entry) if entry.as_text().is_some() => Ok(Initial::Expression(expression(&entry, &scope)?)),
            Some(entry) if entry.is_table() => state_file(&entry, folder),
            Some(entry) => Err(entry.wrong_type("an expression in quotes, { file = \"..\" } or { cloud = \"..\" }")),
        }
    };
    Ok([of(Player::X)?, of(Player::Y)?])
}

fn state_file(entry: &Entry<'_>, folder: &Path) -> Result<Initial, Fault> {
    let section = entry.section()?;
    section.allow(&["file", "cloud"])?;
    let path = |entry: Entry<'_>| -> Result<PathBuf, Fault> {
        match entry.text()? {
            "" => Err(Fault::new(entry.key, "the file name is empty")),
            name => Ok(folder.join(name)),
        }
    };
    match (section.get("file"), section.get("cloud")) {
        (Some(file), None) => Ok(Initial::File(path(file)?)),
        (None, Some(cloud)) => Ok(Initial::Cloud(path(cloud)?)),
        _ => Err(Fault::new(entry.key.clone(), "expected either file or cloud")),
    }
}

/// `[solver]`, not yet checked.
fn solver(section: Option<Section<'_>>, domain: &[Domain; 2], scope: &Scope) -> Result<Solver, Fault> {
    let mut grid = GridChoice::Auto;
    let (mut scheme, mut step) = (Scheme::Adaptive, None);
    let (mut tolerance, mut time) = (Solver::DEFAULT_TOLERANCE, Solver::DEFAULT_TIME);
    if let Some(section) = section {
        section.allow(&["grid", "scheme", "step", "tolerance", "time"])?;
        let number = |name: &str| section.get(name).map(|entry| entry.number(scope)).transpose();
        if let Some(entry) = section.get("grid") {
            grid = grid_choice(&entry, domain, scope)?;
        }
        if let Some(entry) = section.get("scheme") {
            scheme = scheme_named(&entry)?;
        }
        step = number("step")?;
        tolerance = number("tolerance")?.unwrap_or(tolerance);
        time = number("time")?.unwrap_or(time);
    }
    Ok(Solver::unchecked(grid, scheme, step, tolerance, time))
}

fn scheme_named(entry: &Entry<'_>) -> Result<Scheme, Fault> {
    let name = entry.text()?;
    Scheme::ALL.into_iter().find(|scheme| scheme.name() == name).ok_or_else(|| {
        let known: Vec<&str> = Scheme::ALL.iter().map(|scheme| scheme.name()).collect();
        Fault::new(entry.key.clone(), format!("unknown scheme `{name}`")).with_help(advice(name, "allowed", &known))
    })
}

/// `"auto"`, `256`, or `{ x = [256, 256], y = 128 }`.
fn grid_choice(entry: &Entry<'_>, domain: &[Domain; 2], scope: &Scope) -> Result<GridChoice, Fault> {
    if entry.as_text() == Some("auto") {
        return Ok(GridChoice::Auto);
    }
    let allowed = "allowed: \"auto\", a number of points, { x = .., y = .. }";
    if entry.is_array() {
        return Err(entry.wrong_type("a table or a number").with_help(allowed));
    }
    if !entry.is_table() {
        let points = entry.count(scope).map_err(|fault| fault.with_help(allowed))?;
        return Ok(GridChoice::Fixed([0, 1].map(|player: usize| vec![points; domain[player].dimension()])));
    }
    let section = entry.section()?;
    section.allow(&["x", "y"])?;
    let points = |player: Player| {
        let dimension = domain[player.index()].dimension();
        section.require(player.letter())?.per_axis(Some(dimension), |element| element.count(scope))
    };
    Ok(GridChoice::Fixed([points(Player::X)?, points(Player::Y)?]))
}

/// `[output]`: one of three ways to name the snapshot times.
fn schedule(section: Option<Section<'_>>, scope: &Scope) -> Result<Schedule, Fault> {
    let Some(section) = section else { return Ok(Schedule::Snapshots(Output::DEFAULT_SNAPSHOTS as f64)) };
    let forms = ["snapshots", "every", "times"];
    section.allow(&forms)?;
    let given: Vec<Entry<'_>> = forms.iter().filter_map(|name| section.get(name)).collect();
    match given.as_slice() {
        [] => Ok(Schedule::Snapshots(Output::DEFAULT_SNAPSHOTS as f64)),
        [entry] => match entry.key.as_str() {
            "output.snapshots" => Ok(Schedule::Snapshots(entry.number(scope)?)),
            "output.every" => Ok(Schedule::Every(entry.number(scope)?)),
            _ => {
                let elements = entry.elements("an array of times")?;
                Ok(Schedule::Times(elements.iter().map(|time| time.number(scope)).collect::<Result<_, _>>()?))
            }
        },
        [first, second, ..] => {
            Err(Fault::new(second.key.clone(), format!("excludes {}, which is there too", first.key))
                .with_help("write one of snapshots, every, times"))
        }
    }
}
