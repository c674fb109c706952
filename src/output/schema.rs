//! Every dataset of a file: path, shape, axes, description.

use super::layout::{Layout, coordinate_names};
use super::record::Diagnostics;
use crate::game::Player;

/// What a dataset is among the dimensions of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A dimension scale that holds coordinates.
    Scale,
    /// A dimension scale that only has a length: never written, never allocated.
    Length,
    /// An array over the scales named in [`Variable::axes`].
    Array,
}

/// Names and descriptions of what a file holds of a spectrum: its two scales, the eigenvalues, what is known of each.
pub(super) const MODE: (&str, &str) = ("spectrum/mode", "number of the eigenvalue, from 0");
pub(super) const PART: (&str, &str) = ("spectrum/part", "0 real part, 1 imaginary part");
pub(super) const EIGENVALUES: (&str, &str) =
    ("spectrum/eigenvalues", "eigenvalues of the linearisation at the equilibrium, leading first");
pub(super) const EIGENVALUE_ERROR: (&str, &str) = ("spectrum/error", "error of an eigenvalue");
pub(super) const RESIDUAL: (&str, &str) = ("spectrum/residual", "residual");

/// Type of the elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// `f64`, filled with NaN.
    Float,
    /// `i64`.
    Integer,
    /// `u64`.
    Unsigned,
    /// `u8`.
    Byte,
    /// UTF-8 of any length.
    Text,
}

/// One dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    /// Absolute path without the leading slash.
    pub path: String,
    pub long_name: String,
    pub role: Role,
    pub element: Element,
    pub shape: Vec<usize>,
    /// Paths of the scales, one for each axis of an array; empty for a scale.
    pub axes: Vec<String>,
}

/// Everything that decides the shapes.
pub(super) struct Extents<'a> {
    pub layout: &'a Layout,
    pub equilibrium: bool,
    /// Number of eigenvalues; `None` for a file without a spectrum.
    pub spectrum: Option<usize>,
    /// Bytes of the game text.
    pub game: usize,
    /// Room in `/steps`.
    pub steps: usize,
    /// Bytes of a checkpoint slot; 0 for a file without a checkpoint.
    pub slot: usize,
}

/// All datasets, scales first.
pub(super) fn variables(extents: &Extents) -> Vec<Variable> {
    let mut all = scales(extents);
    let lengths: Vec<(String, usize)> = all.iter().map(|scale| (scale.path.clone(), scale.shape[0])).collect();
    let mut array = |path: &str, long_name: &str, element: Element, axes: Vec<String>| {
        let length = |axis: &String| lengths.iter().find(|(path, _)| path == axis).expect("a scale of this file").1;
        all.push(Variable {
            path: path.to_string(),
            long_name: long_name.to_string(),
            role: Role::Array,
            element,
            shape: axes.iter().map(length).collect(),
            axes,
        });
    };
    let time = || vec!["time".to_string()];
    let space = |player: Player| coordinate_names(player, extents.layout.grid(player).dimension());
    for (name, long_name, player) in [("mu", "density of x", Player::X), ("nu", "density of y", Player::Y)] {
        array(name, long_name, Element::Float, [time(), space(player)].concat());
        if extents.equilibrium {
            let long_name = format!("equilibrium {long_name}");
            array(&format!("equilibrium/{name}"), &long_name, Element::Float, space(player));
        }
    }
    for (name, long_name) in Diagnostics::NAMES {
        array(name, long_name, Element::Float, time());
    }
    let accepted = || vec!["steps/accepted".to_string()];
    array("steps/time", "time at the end of an accepted step", Element::Float, accepted());
    array("steps/step", "length of an accepted step", Element::Float, accepted());
    array("steps/error", "estimated error of an accepted step", Element::Float, accepted());
    if extents.spectrum.is_some() {
        let [mode, part] = [MODE, PART].map(|(path, _)| path.to_string());
        array(EIGENVALUES.0, EIGENVALUES.1, Element::Float, vec![mode.clone(), part]);
        for (path, long_name) in [EIGENVALUE_ERROR, RESIDUAL] {
            array(path, long_name, Element::Float, vec![mode.clone()]);
        }
    }
    array("checkpoint/planned_time", "planned snapshot times", Element::Float, time());
    array("checkpoint/game", "the game, UTF-8", Element::Byte, vec!["checkpoint/game_byte".to_string()]);
    if extents.slot > 0 {
        let slot = "checkpoint/slot".to_string();
        array("checkpoint/sequence", "order of the checkpoints, 0 for none", Element::Unsigned, vec![slot.clone()]);
        let byte = "checkpoint/byte".to_string();
        array("checkpoint/state", "what the solver remembers", Element::Byte, vec![slot, byte]);
    }
    all
}

fn scales(extents: &Extents) -> Vec<Variable> {
    let layout = extents.layout;
    let scale = |path: &str, long_name: &str, role: Role, element: Element, length: usize| Variable {
        path: path.to_string(),
        long_name: long_name.to_string(),
        role,
        element,
        shape: vec![length],
        axes: Vec::new(),
    };
    let mut all = vec![scale("time", "time", Role::Scale, Element::Float, layout.times().len())];
    for player in Player::BOTH {
        let grid = layout.grid(player);
        for (axis, name) in coordinate_names(player, grid.dimension()).iter().enumerate() {
            let long_name = format!("coordinate {name} of the grid nodes");
            all.push(scale(name, &long_name, Role::Scale, Element::Float, grid.axis(axis).points));
        }
    }
    let long_name = "number of the accepted step, from 1";
    all.push(scale("steps/accepted", long_name, Role::Scale, Element::Integer, extents.steps));
    if let Some(count) = extents.spectrum {
        for ((path, long_name), length) in [(MODE, count), (PART, 2)] {
            all.push(scale(path, long_name, Role::Scale, Element::Integer, length));
        }
    }
    let long_name = "byte of the game text";
    all.push(scale("checkpoint/game_byte", long_name, Role::Length, Element::Byte, extents.game));
    if extents.slot > 0 {
        all.push(scale("checkpoint/slot", "slot of a checkpoint", Role::Length, Element::Byte, 2));
        all.push(scale("checkpoint/byte", "byte of a checkpoint", Role::Length, Element::Byte, extents.slot));
    }
    all
}

/// Bytes of all arrays of a file: what has to fit on the disk.
pub(super) fn total_bytes(variables: &[Variable]) -> u64 {
    let bytes = |variable: &Variable| {
        let element = if variable.element == Element::Byte { 1 } else { 8 };
        variable.shape.iter().fold(element, |product: u64, &n| product.saturating_mul(n as u64))
    };
    variables.iter().fold(0, |sum, variable| sum.saturating_add(bytes(variable)))
}
