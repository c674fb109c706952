//! The map from the density to the atoms, read off a solution.

use super::field::Field;
use super::newton::State;
use super::power_diagram::{Facet, PowerDiagram, Weighted};
use super::sites::Sites;
use crate::torus::Axis;

/// The map from the density to the atoms: `x` goes to the atom `a` of least `d(x, y_a)^2 - w_a`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// `w_a` of each atom of the cloud, in squared length, mean 0 over the atoms of positive weight. Coincident atoms share
    /// a cell and its weight; an atom without weight has one so low that its cell is empty.
    pub weights: Vec<f64>,
    /// Barycentre of the density in the cell of each atom, two coordinates in `[origin, origin + period)`; of an atom
    /// without weight its own place.
    pub barycentres: Vec<f64>,
}

impl Cells {
    /// The cells of a solved state, for each atom of the cloud with these positions (shares of the periods).
    pub(super) fn read(state: &State, sites: &Sites, field: &Field, axes: &[Axis], positions: &[f64]) -> Cells {
        let weighted = Weighted {
            positions: &sites.positions,
            lengths: sites.lengths,
            weights: &state.weights,
            triangulation: &state.triangulation,
        };
        let moments = first_moments(state, field, &weighted);
        let unit = (axes[0].period * axes[1].period).sqrt();
        let least = state.weights.iter().fold(f64::INFINITY, |m, w| m.min(w.value()));
        let diameter = (sites.lengths[0] * sites.lengths[0] + sites.lengths[1] * sites.lengths[1]) / 4.0;
        let atoms = positions.len() / 2;
        let (mut weights, mut barycentres) = (Vec::with_capacity(atoms), Vec::with_capacity(2 * atoms));
        let sites_of_atoms: Vec<usize> = (0..atoms).filter_map(|atom| sites.site_of_atom(atom)).collect();
        let sum: f64 = sites_of_atoms.iter().map(|a| state.weights[*a].value()).sum();
        let mean = sum / sites_of_atoms.len() as f64;
        for (atom, own) in positions.chunks_exact(2).enumerate() {
            let site = sites.site_of_atom(atom);
            weights.push((site.map_or(least - diameter, |a| state.weights[a].value()) - mean) * unit * unit);
            for (i, axis) in axes.iter().enumerate() {
                let share =
                    site.map_or(own[i], |a| sites.positions[a][i] + moments[a][i] / state.masses[a] / sites.lengths[i]);
                let inside = share - share.floor();
                barycentres.push(axis.origin + axis.period * if inside < 1.0 { inside } else { 0.0 });
            }
        }
        Cells { weights, barycentres }
    }
}

/// `int (x - y_a) rho(x) dx` over every cell, on a torus of area 1.
fn first_moments(state: &State, field: &Field, sites: &Weighted) -> Vec<[f64; 2]> {
    let mut moments = vec![[0.0; 2]; sites.positions.len()];
    for facet in state.diagram.facets(sites) {
        let [of_a, of_b] = facet.first_moments();
        let [beyond_a, beyond_b] = varying_part(&facet, &state.diagram, field, sites);
        for i in 0..2 {
            moments[facet.a][i] += of_a[i] + beyond_a[i];
            moments[facet.b][i] += of_b[i] + beyond_b[i];
        }
    }
    moments
}

/// What a facet adds to `int (x - y) (rho - 1)` over the cells on its two sides.
fn varying_part(facet: &Facet, diagram: &PowerDiagram, field: &Field, sites: &Weighted) -> [[f64; 2]; 2] {
    if facet.ratio <= 0.0 || matches!(field, Field::Uniform) {
        return [[0.0; 2]; 2];
    }
    let [p, q] = diagram.ends(facet.half_edge, sites);
    let step = [q[0] - p[0], q[1] - p[1]];
    let length = step[0].hypot(step[1]);
    let (flux, turned) = (field.along(p, q).flux, field.flux_moment(p, q));
    let [b, c] = field.potentials(p, q).map(|integral| integral / length);
    let inner = [-b * step[1], c * step[0]];
    let seen_from = |start: [f64; 2], sign: f64| [0, 1].map(|i| sign * (start[i] * flux + step[i] * turned + inner[i]));
    let from_a = facet.start();
    let from_b = [from_a[0] - facet.u[0], from_a[1] - facet.u[1]];
    [seen_from(from_a, 1.0), seen_from(from_b, -1.0)]
}
