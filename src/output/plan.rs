//! The file of a transport plan: who goes where, with dimension scales, written whole and put in place by one rename.
//!
//! A plan between point masses is a list of arcs `(source, target, mass)` beside both lists of points; a map is a
//! displacement at every node of the grid of the source.

use super::OutputError;
use super::arrays::{Array, Builder, Values, write_whole};
use super::attribute::{write_number, write_text};
use super::header::write_origin;
use crate::torus::Grid;
use hdf5::{File, Result};
use std::path::Path;

/// Root attribute `format`.
const FORMAT: &str = "nashflow plan";
/// Root attribute `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;

/// What the file says of the distance.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanHeader<'a> {
    /// The command line.
    pub command: &'a str,
    /// The source as typed.
    pub source: &'a str,
    /// The target as typed.
    pub target: &'a str,
    /// How the distance was found.
    pub method: &'a str,
    /// The distance.
    pub w2: f64,
    /// Its error bar.
    pub error: f64,
}

/// Point masses.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanPoints {
    /// Coordinates, row-major, one row for each point.
    pub points: Vec<f64>,
    /// Masses, sum 1.
    pub masses: Vec<f64>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanRecord {
    /// Point masses to point masses.
    Arcs {
        /// Periods of the torus.
        periods: Vec<f64>,
        /// Where mass comes from.
        source: PlanPoints,
        /// Where it goes to.
        target: PlanPoints,
        /// `(source index, target index, mass)`.
        arcs: Vec<(usize, usize, f64)>,
    },
    /// Mass spread over intervals of a circle.
    Parcels {
        /// Period of the circle.
        period: f64,
        /// Both ends of the interval that each parcel comes from, equal for a point.
        source: Vec<f64>,
        /// Both ends of the interval that it goes to, on the side of the circle that it takes.
        target: Vec<f64>,
        /// Masses, sum 1.
        masses: Vec<f64>,
    },
    /// A map: the node `x` goes to `x + displacement(x)`.
    Map {
        /// The grid of the source.
        grid: Grid,
        /// One array of node values for each axis.
        displacement: Vec<Vec<f64>>,
        /// Density of the source at the nodes, integral 1.
        density: Vec<f64>,
    },
    /// Point masses, each spread over a cell of a density.
    Cells {
        /// Periods of the torus.
        periods: Vec<f64>,
        /// The point masses.
        atoms: PlanPoints,
        /// Weight of each atom in the power diagram: `x` belongs to the atom of least `d(x, y)^2 - weight`.
        weights: Vec<f64>,
        /// Barycentre of the density in the cell of each atom, row-major.
        barycentres: Vec<f64>,
    },
}

/// Writes plans, each to a group of this name (the root for an empty one).
///
/// # Errors
/// [`OutputError`], as for any output.
pub fn write_plan(
    path: &Path,
    overwrite: bool,
    header: &PlanHeader<'_>,
    plans: &[(&str, PlanRecord)],
) -> std::result::Result<(), OutputError> {
    let arrays: Vec<Array> = plans.iter().flat_map(|(group, plan)| plan.arrays(group)).collect();
    let groups: Vec<&str> = plans.iter().map(|(group, _)| *group).filter(|group| !group.is_empty()).collect();
    write_whole(path, overwrite, &groups, &arrays, |file| describe(file, header))
}

impl Builder<'_> {
    fn axes(&mut self, periods: &[f64]) {
        self.count("axis", "axis of the torus, from 0", periods.len());
        self.push("period", "period of the torus", &["axis"], Values::Float(periods.to_vec()));
    }

    fn points(&mut self, name: &str, points: &PlanPoints) {
        let index = format!("{name}_index");
        self.count(&index, &format!("number of the {name} point, from 0"), points.masses.len());
        let at = [index.as_str(), "axis"];
        self.push(&format!("{name}_point"), &format!("{name} points"), &at, Values::Float(points.points.clone()));
        let masses = Values::Float(points.masses.clone());
        self.push(&format!("{name}_mass"), &format!("masses of the {name} points, sum 1"), &at[..1], masses);
    }
}

impl PlanRecord {
    fn arrays(&self, group: &str) -> Vec<Array> {
        let mut builder = Builder::new(group);
        match self {
            PlanRecord::Arcs { periods, source, target, arcs } => {
                builder.axes(periods);
                builder.points("source", source);
                builder.points("target", target);
                builder.count("arc", "number of the arc, from 0", arcs.len());
                let column = |pick: fn(&(usize, usize, f64)) -> usize| {
                    Values::Index(arcs.iter().map(|arc| pick(arc) as i64).collect())
                };
                builder.push("source", "number of the source point of an arc", &["arc"], column(|arc| arc.0));
                builder.push("target", "number of the target point of an arc", &["arc"], column(|arc| arc.1));
                let masses = Values::Float(arcs.iter().map(|arc| arc.2).collect());
                builder.push("mass", "mass that goes along an arc", &["arc"], masses);
            }
            PlanRecord::Parcels { period, source, target, masses } => {
                builder.axes(&[*period]);
                builder.count("parcel", "number of the parcel, from 0", masses.len());
                builder.count("end", "end of an interval: 0 begins, 1 ends it", 2);
                let long_name = "interval that the mass comes from";
                builder.push("source", long_name, &["parcel", "end"], Values::Float(source.clone()));
                let long_name = "interval that the mass goes to";
                builder.push("target", long_name, &["parcel", "end"], Values::Float(target.clone()));
                builder.push("mass", "mass of the parcel, sum 1", &["parcel"], Values::Float(masses.clone()));
            }
            PlanRecord::Map { grid, displacement, density } => {
                let names: Vec<String> = match grid.dimension() {
                    1 => vec!["x".to_owned()],
                    dimension => (1..=dimension).map(|axis| format!("x{axis}")).collect(),
                };
                for (name, axis) in names.iter().zip(grid.axes()) {
                    let long_name = format!("coordinate {name} of the nodes of the source");
                    builder.push(name, &long_name, &[], Values::Float(axis.coordinates()));
                    let scale = builder.arrays.last_mut().expect("just pushed");
                    scale.attributes = vec![("period", axis.period), ("origin", axis.origin)];
                }
                let axes: Vec<&str> = names.iter().map(String::as_str).collect();
                for (name, values) in names.iter().zip(displacement) {
                    let long_name = format!("how far the mass at a node goes along {name}");
                    builder.push(&format!("displacement_{name}"), &long_name, &axes, Values::Float(values.clone()));
                }
                builder.push(
                    "source_density",
                    "density of the source, integral 1",
                    &axes,
                    Values::Float(density.clone()),
                );
            }
            PlanRecord::Cells { periods, atoms, weights, barycentres } => {
                builder.axes(periods);
                builder.points("atom", atoms);
                let long_name = "weight of the atom: a point belongs to the atom of least distance^2 - weight";
                builder.push("weight", long_name, &["atom_index"], Values::Float(weights.clone()));
                let barycentres = Values::Float(barycentres.clone());
                let long_name = "barycentre of the density in the cell of the atom";
                builder.push("barycentre", long_name, &["atom_index", "axis"], barycentres);
            }
        }
        builder.arrays
    }
}

fn describe(file: &File, header: &PlanHeader<'_>) -> Result<()> {
    write_origin(file, FORMAT, FORMAT_VERSION)?;
    let texts =
        [("command", header.command), ("source", header.source), ("target", header.target), ("method", header.method)];
    texts.iter().try_for_each(|(name, text)| write_text(file, name, text))?;
    write_number(file, "w2", header.w2)?;
    write_number(file, "error", header.error)
}
