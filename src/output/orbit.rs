//! The file of a periodic orbit: one period as snapshots, its multipliers, and a branch with its folds.
//!
//! The root has what a run's file has of header, time, nodes and densities, so that a state of an orbit can be read like
//! one of a run, to be the start of another run or one end of a distance. It is written whole.

use super::OutputError;
use super::arrays::{Array, Builder, Values, write_whole};
use super::attribute::{write_bytes, write_number, write_text};
use super::header::{Header, State};
use super::layout::{Layout, coordinate_names};
use super::nexus::write_signal;
use crate::game::Player;
use hdf5::{File, Result};
use num_complex::Complex64;
use std::path::Path;

/// Attribute of `checkpoint`: the key of the branch once more, as bytes that are safe to read.
pub(super) const BRANCH_KEY: &str = "branch_key";

/// One period.
#[derive(Debug, Clone, PartialEq)]
pub struct OrbitRecord {
    /// Densities of x, one row for each time of the layout.
    pub mu: Vec<f64>,
    /// Densities of y.
    pub nu: Vec<f64>,
    /// Duality gap at each time.
    pub nikaido_isoda: Vec<f64>,
    /// `F(mu, nu)` at each time.
    pub energy: Vec<f64>,
    /// Floquet multipliers, largest modulus first.
    pub multipliers: Vec<Complex64>,
    /// Residuals of their eigenvectors.
    pub residuals: Vec<f64>,
    /// Numbers in attributes of the group `orbit`.
    pub attributes: Vec<(&'static str, f64)>,
}

/// An orbit on a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct OrbitRow {
    /// Value of the parameter.
    pub parameter: f64,
    /// Uncertainty of the parameter: 0 where it was chosen, the error bar at a fold.
    pub error: f64,
    /// Period.
    pub period: f64,
    /// `|phi_T(u) - u|/|u|`.
    pub residual: f64,
    /// Whether it attracts.
    pub stable: bool,
    /// Leading coupled multipliers, as many in every row; NaN where fewer were found.
    pub multipliers: Vec<Complex64>,
    /// Node values of x at the section.
    pub mu: Vec<f64>,
    /// Node values of y at the section.
    pub nu: Vec<f64>,
}

/// A branch with its folds.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchRecord {
    /// The key that varies.
    pub key: String,
    /// Orbits in order along the branch.
    pub points: Vec<OrbitRow>,
    /// Folds in order.
    pub folds: Vec<OrbitRow>,
}

/// Writes an orbit, and its branch if there is one.
///
/// The times of `layout` are those of the rows of `orbit`, the first 0.
///
/// # Errors
/// [`OutputError`], as for any output.
pub fn write_orbit(
    path: &Path,
    overwrite: bool,
    header: &Header,
    layout: &Layout,
    orbit: &OrbitRecord,
    branch: Option<&BranchRecord>,
) -> std::result::Result<(), OutputError> {
    let mut arrays = root(header, layout, orbit);
    let mut groups = vec!["checkpoint", "orbit"];
    for (group, rows) in branch.iter().flat_map(|b| [("branch", &b.points), ("fold", &b.folds)]) {
        groups.push(group);
        arrays.extend(rows_of(group, layout, rows));
    }
    write_whole(path, overwrite, &groups, &arrays, |file| {
        let mut axes = vec!["time".to_owned()];
        axes.extend(coordinate_names(Player::X, layout.grid(Player::X).dimension()));
        write_signal(file, "mu", &axes)?;
        describe(file, header, orbit, branch)
    })
}

fn describe(file: &File, header: &Header, orbit: &OrbitRecord, branch: Option<&BranchRecord>) -> Result<()> {
    header.write(file, State::Finished)?;
    let group = file.group("orbit")?;
    orbit.attributes.iter().try_for_each(|(name, value)| write_number(&group, name, *value))?;
    match branch {
        Some(branch) => {
            let checkpoint = file.group("checkpoint")?;
            write_bytes(&checkpoint, BRANCH_KEY, branch.key.as_bytes())?;
            ["branch", "fold"].iter().try_for_each(|name| {
                let group = file.group(name)?;
                write_text(&group, "key", &branch.key)
            })
        }
        None => Ok(()),
    }
}

fn root(header: &Header, layout: &Layout, orbit: &OrbitRecord) -> Vec<Array> {
    let mut builder = Builder::new("");
    builder.push("time", "time since the section", &[], Values::Float(layout.times().to_vec()));
    let [x, y] = Player::BOTH.map(|player| nodes(&mut builder, layout, player));
    let over = |names: &[String]| -> Vec<String> { [vec!["time".to_owned()], names.to_vec()].concat() };
    for (name, long_name, axes, values) in [
        ("mu", "density of x", over(&x), &orbit.mu),
        ("nu", "density of y", over(&y), &orbit.nu),
        ("nikaido_isoda", "duality gap", over(&[]), &orbit.nikaido_isoda),
        ("energy", "F(mu, nu)", over(&[]), &orbit.energy),
    ] {
        let axes: Vec<&str> = axes.iter().map(String::as_str).collect();
        builder.push(name, long_name, &axes, Values::Float(values.clone()));
    }
    let game = header.game.as_bytes().to_vec();
    builder.push("checkpoint/game_byte", "byte of the game text", &[], Values::Length(game.len()));
    builder.push("checkpoint/game", "the game, UTF-8", &["checkpoint/game_byte"], Values::Bytes(game));
    builder.count("orbit/multiplier", "number of the multiplier, from 0", orbit.multipliers.len());
    builder.count("orbit/part", "0 real part, 1 imaginary part", 2);
    let axes = ["orbit/multiplier", "orbit/part"];
    builder.push("orbit/multipliers", "Floquet multipliers", &axes, parts(&orbit.multipliers));
    let residuals = Values::Float(orbit.residuals.clone());
    builder.push("orbit/residuals", "residuals of the eigenvectors of the multipliers", &axes[..1], residuals);
    builder.arrays
}

fn nodes(builder: &mut Builder<'_>, layout: &Layout, player: Player) -> Vec<String> {
    builder.nodes(player, layout.grid(player), |axis| layout.axis_attributes(player, axis))
}

fn parts(values: &[Complex64]) -> Values {
    Values::Float(values.iter().flat_map(|m| [m.re, m.im]).collect())
}

fn rows_of(group: &str, layout: &Layout, rows: &[OrbitRow]) -> Vec<Array> {
    let mut builder = Builder::new(group);
    let count = rows.first().map_or(0, |row| row.multipliers.len());
    builder.count("point", "number along the branch, from 0", rows.len());
    builder.count("multiplier", "number of the multiplier, from 0", count);
    builder.count("part", "0 real part, 1 imaginary part", 2);
    let [x, y] = Player::BOTH.map(|player| nodes(&mut builder, layout, player));
    let column = |pick: fn(&OrbitRow) -> f64| Values::Float(rows.iter().map(pick).collect());
    for (name, long_name, values) in [
        ("parameter", "value of the parameter", column(|row| row.parameter)),
        ("parameter_error", "uncertainty of the parameter, 0 where it was chosen", column(|row| row.error)),
        ("period", "period", column(|row| row.period)),
        ("residual", "relative residual of the return map", column(|row| row.residual)),
        ("stable", "1 where the orbit attracts, 0 where not", column(|row| f64::from(u8::from(row.stable)))),
    ] {
        builder.push(name, long_name, &["point"], values);
    }
    let multipliers: Vec<Complex64> = rows.iter().flat_map(|row| row.multipliers.clone()).collect();
    builder.push("multipliers", "leading coupled multipliers", &["point", "multiplier", "part"], parts(&multipliers));
    for (name, long_name, axes, pick) in [
        ("mu", "density of x at the section", &x, (|row| &row.mu) as fn(&OrbitRow) -> &Vec<f64>),
        ("nu", "density of y at the section", &y, |row| &row.nu),
    ] {
        let axes: Vec<&str> = std::iter::once("point").chain(axes.iter().map(String::as_str)).collect();
        let values = rows.iter().flat_map(|row| pick(row).clone()).collect();
        builder.push(name, long_name, &axes, Values::Float(values));
    }
    builder.arrays
}
