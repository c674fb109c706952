//! The periodic power diagram: cells, facets and vertices read off the regular triangulation.
//!
//! ```text
//! C_a = {x : |x - y_a|^2 - w_a <= |x - y_b|^2 - w_b for all sites b and all their copies}
//! ```
//!
//! The facet between `a` and `b = a + u` lies on the line `2 u.(x - y_a) = f_b`, `f_b = |u|^2 - (w_b - w_a)`. With
//! `n = (-u_2, u_1)` the vertex of triangle `a b c` is
//!
//! ```text
//! y_a + f_b / (2 |u|^2) u + tau n,     tau = (f_c - f_b (u.v) / |u|^2) / (2 u x v),   v = c - a,
//! ```
//!
//! and that of the triangle on the other side has `-tau'`, so the facet has length `(tau + tau') |u|`. Areas and second
//! moments are sums over facets of the triangles with apex `y_a`, signed when `y_a` lies outside its cell; everything is
//! relative to the site, so that small cells keep their digits. Vertices are in units of length of a torus of area 1.

use super::double_double::DoubleDouble;
use super::triangulation::{Triangulation, next};
use rayon::prelude::*;

/// Triangles or facets worked on by one thread at a time.
const BLOCK: usize = 1 << 11;

/// The vertices and facets of a regular triangulation. The tables are filled again for every set of weights.
#[derive(Debug, Clone, Default)]
pub(super) struct PowerDiagram {
    /// `tau` of each half-edge in its own triangle.
    tau: Vec<f64>,
    /// Vertex of each triangle relative to the site of its half-edge `3 t`.
    vertex: Vec<[f64; 2]>,
}

/// A facet between the cells of `a` and `b`, seen from `a`. Both may be the same site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facet {
    /// The half-edge from `a` to `b`.
    pub half_edge: usize,
    /// Site on this side.
    pub a: usize,
    /// Site on the other side.
    pub b: usize,
    /// `y_b - y_a`, the copy of `b` that meets the facet.
    pub u: [f64; 2],
    /// `|u|^2`.
    pub square: f64,
    /// `|u|^2 - (w_b - w_a)`: twice `|u|` times the distance of the facet's line from `y_a`.
    pub height: f64,
    /// Length of the facet over `|u|`; not negative but for rounding.
    pub ratio: f64,
    tau: f64,
    tau_twin: f64,
}

impl Facet {
    /// The same facet seen from the other side.
    fn height_from_b(&self) -> f64 {
        2.0 * self.square - self.height
    }

    /// The end from which it runs counter-clockwise round `a`, relative to `y_a`.
    pub fn start(&self) -> [f64; 2] {
        let (foot, u) = (self.height / (2.0 * self.square), self.u);
        [foot * u[0] + self.tau_twin * u[1], foot * u[1] - self.tau_twin * u[0]]
    }

    /// Areas of the signed triangles with apex `y_a` and `y_b`.
    pub fn areas(&self) -> [f64; 2] {
        [self.height * self.ratio / 4.0, self.height_from_b() * self.ratio / 4.0]
    }

    /// `int |x - apex|^2` over these triangles.
    pub fn second_moments(&self) -> [f64; 2] {
        let along = self.square * (self.tau * self.tau + self.tau_twin * self.tau_twin - self.tau * self.tau_twin);
        let [area_a, area_b] = self.areas();
        let across = |height: f64| 3.0 * height * height / (4.0 * self.square);
        [area_a / 6.0 * (across(self.height) + along), area_b / 6.0 * (across(self.height_from_b()) + along)]
    }

    /// `int (x - apex)` over these triangles.
    pub fn first_moments(&self) -> [[f64; 2]; 2] {
        let [area_a, area_b] = self.areas();
        let middle = (self.tau - self.tau_twin) / 2.0;
        let along = [-self.u[1] * middle, self.u[0] * middle];
        let (from_a, from_b) = (self.height / (2.0 * self.square), -self.height_from_b() / (2.0 * self.square));
        let moment = |area: f64, share: f64| [0, 1].map(|i| area * 2.0 / 3.0 * (share * self.u[i] + along[i]));
        [moment(area_a, from_a), moment(area_b, from_b)]
    }
}

/// Sites with weights and their regular triangulation: what a diagram is read off.
#[derive(Clone, Copy)]
pub(super) struct Weighted<'a> {
    /// Shares of the periods.
    pub positions: &'a [[f64; 2]],
    /// Periods of a torus of area 1.
    pub lengths: [f64; 2],
    /// `w`, in squared length.
    pub weights: &'a [DoubleDouble],
    /// Regular for these weights.
    pub triangulation: &'a Triangulation,
}

impl Weighted<'_> {
    #[inline]
    fn vector(&self, h: usize) -> [f64; 2] {
        let u = self.triangulation.vector(h, self.positions);
        [u[0] * self.lengths[0], u[1] * self.lengths[1]]
    }

    /// Where a site stands, in units of length.
    #[inline]
    pub fn place(&self, site: usize) -> [f64; 2] {
        [self.positions[site][0] * self.lengths[0], self.positions[site][1] * self.lengths[1]]
    }

    /// Periods from the site of half-edge `3 t` to the origin of `h`, in triangle `t`.
    #[inline]
    fn corner_shift(&self, h: usize) -> [i32; 2] {
        let t = self.triangulation;
        let of = |e: usize| t.shift(e).map(i32::from);
        match h % 3 {
            0 => [0, 0],
            1 => of(h - 1),
            _ => of(h).map(|s| -s),
        }
    }
}

impl PowerDiagram {
    /// Reads the vertices off.
    pub fn read(&mut self, sites: &Weighted) {
        let t = sites.triangulation;
        self.tau.resize(t.half_edges(), 0.0);
        self.vertex.resize(t.half_edges() / 3, [0.0; 2]);
        let tables = self.tau.par_chunks_exact_mut(3).zip(&mut self.vertex).with_min_len(BLOCK).enumerate();
        tables.for_each(|(triangle, (tau, vertex))| *vertex = vertex_of(triangle, sites, tau));
    }

    /// The facet dual to half-edge `h`.
    #[inline]
    pub fn facet(&self, h: usize, sites: &Weighted) -> Facet {
        let t = sites.triangulation;
        let g = t.twin(h);
        let (a, b) = (t.origin(h), t.origin(g));
        let u = sites.vector(h);
        let square = u[0] * u[0] + u[1] * u[1];
        let (tau, tau_twin) = (self.tau[h], self.tau[g]);
        Facet {
            half_edge: h,
            a,
            b,
            u,
            square,
            height: square - sites.weights[b].minus(sites.weights[a]),
            ratio: tau + tau_twin,
            tau,
            tau_twin,
        }
    }

    /// Every facet once, in the order of the half-edges.
    pub fn facets<'a>(&'a self, sites: &'a Weighted<'a>) -> impl Iterator<Item = Facet> + 'a {
        one_of_each_pair(sites.triangulation).map(|h| self.facet(h, sites))
    }

    /// `of(facet)` of every facet, in the order of [`PowerDiagram::facets`]; computed side by side.
    pub fn map_facets<T: Send>(&self, sites: &Weighted, of: impl Fn(&Facet) -> T + Sync) -> Vec<T> {
        let half_edges: Vec<usize> = one_of_each_pair(sites.triangulation).collect();
        half_edges.into_par_iter().with_min_len(BLOCK).map(|h| of(&self.facet(h, sites))).collect()
    }

    /// End points of a facet in the plane, running counter-clockwise round `a`. The same vertex of the diagram comes out
    /// the same for every facet but for whole periods.
    #[inline]
    pub fn ends(&self, h: usize, sites: &Weighted) -> [[f64; 2]; 2] {
        let t = sites.triangulation;
        let g = t.twin(h);
        // From the frame of the twin's triangle to that of h: both see the origin of h.
        let (here, there) = (sites.corner_shift(h), sites.corner_shift(next(g)));
        let to = self.vertex_place(h, sites);
        let from = self.vertex_place(g, sites);
        let moved = [0, 1].map(|i| from[i] + f64::from(here[i] - there[i]) * sites.lengths[i]);
        [moved, to]
    }

    /// The vertex of the triangle of `h`, in the frame of that triangle.
    #[inline]
    fn vertex_place(&self, h: usize, sites: &Weighted) -> [f64; 2] {
        let triangle = h / 3;
        let base = sites.place(sites.triangulation.origin(3 * triangle));
        let vertex = self.vertex[triangle];
        [base[0] + vertex[0], base[1] + vertex[1]]
    }

    /// The vertices of every cell relative to its site, through `take(site, vertex)`; each vertex of a cell comes once.
    pub fn for_each_corner(&self, sites: &Weighted, mut take: impl FnMut(usize, [f64; 2])) {
        let t = sites.triangulation;
        for h in 0..t.half_edges() {
            let facet = self.facet(h, sites);
            let foot = facet.height / (2.0 * facet.square);
            let (u, tau) = (facet.u, facet.tau);
            take(facet.a, [foot * u[0] - tau * u[1], foot * u[1] + tau * u[0]]);
        }
    }
}

/// The vertex of a triangle relative to the site of its half-edge `3 t`, and `tau` of its three half-edges.
fn vertex_of(triangle: usize, sites: &Weighted, taus: &mut [f64]) -> [f64; 2] {
    let t = sites.triangulation;
    let h = 3 * triangle;
    let u = [sites.vector(h), sites.vector(h + 1), sites.vector(h + 2)];
    let w = [h, h + 1, h + 2].map(|e| sites.weights[t.origin(e)]);
    let square = u.map(|v| v[0] * v[0] + v[1] * v[1]);
    // From the ends of the shortest edge the vertex is seen best: far corners subtract large numbers.
    let k = (0..3).min_by(|k, l| square[*k].total_cmp(&square[*l])).expect("three edges");
    let (l, m) = ((k + 1) % 3, (k + 2) % 3);
    let (along, back) = (u[k], u[m]);
    let f_b = square[k] - w[l].minus(w[k]);
    let f_c = square[m] - w[m].minus(w[k]);
    let double_area = back[0] * along[1] - back[1] * along[0];
    let inner = -(along[0] * back[0] + along[1] * back[1]);
    let tau = (f_c - f_b * inner / square[k]) / (2.0 * double_area);
    let foot = f_b / (2.0 * square[k]);
    let from = [foot * along[0] - tau * along[1], foot * along[1] + tau * along[0]];
    let mut seen = [from; 3];
    seen[l] = [from[0] - along[0], from[1] - along[1]];
    seen[m] = [from[0] + back[0], from[1] + back[1]];
    for j in 0..3 {
        taus[j] = (u[j][0] * seen[j][1] - u[j][1] * seen[j][0]) / square[j];
    }
    taus[k] = tau;
    seen[0]
}

/// One half-edge of every edge, in order.
fn one_of_each_pair(triangulation: &Triangulation) -> impl Iterator<Item = usize> + '_ {
    (0..triangulation.half_edges()).filter(|&h| h < triangulation.twin(h))
}
