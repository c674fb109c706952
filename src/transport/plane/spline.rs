//! Functions on a rectangle as tensor products of uniform B-splines of degree [`DEGREE`], and their sums over a lattice of nodes.
//!
//! With `N` cells of width `h` along an axis there are `N + DEGREE` splines, the outer ones reaching beyond the rectangle: nothing
//! is asked at its edges. The local recursion at the fraction `t` of a cell is
//!
//! ```text
//! b^k_j = ((t + k - j) b^(k-1)_(j-1) + (j + 1 - t) b^(k-1)_j)/k,     d b^k_j = b^(k-1)_(j-1) - b^(k-1)_j     (de Boor 1978).
//! ```

use crate::torus::Grid;

/// Degree of the splines: third derivatives of a potential are still smooth.
pub const DEGREE: usize = 7;
/// Splines that are not 0 in a cell, along one axis.
pub const SUPPORT: usize = DEGREE + 1;
/// Their number in two dimensions.
pub const LOCAL: usize = SUPPORT * SUPPORT;

/// Values, first and second derivatives of the splines of a cell at one of its nodes.
pub type Table = [[f64; SUPPORT]; 3];

/// One axis: cells, and the nodes in each.
#[derive(Debug, Clone)]
pub struct SplineAxis {
    /// Number of cells.
    pub cells: usize,
    /// Lower end of the rectangle.
    origin: f64,
    /// Width of a cell.
    width: f64,
    /// One table for each node of a cell.
    pub tables: Vec<Table>,
}

/// A rectangle of cells with the nodes in which functions are evaluated.
#[derive(Debug, Clone)]
pub struct Lattice {
    /// Both axes.
    pub axes: [SplineAxis; 2],
}

/// A function with its derivatives at the nodes, row-major.
#[derive(Debug, Clone)]
pub struct Fields {
    /// Values.
    pub value: Vec<f64>,
    /// First derivatives.
    pub slope: [Vec<f64>; 2],
    /// Second derivatives `11`, `12`, `22`.
    pub hessian: [Vec<f64>; 3],
}

impl SplineAxis {
    fn new(origin: f64, length: f64, cells: usize, nodes_per_cell: usize) -> SplineAxis {
        let width = length / cells as f64;
        let fraction = |s: usize| (s as f64 + 0.5) / nodes_per_cell as f64;
        SplineAxis { cells, origin, width, tables: (0..nodes_per_cell).map(|s| table(fraction(s), width)).collect() }
    }

    /// Number of splines.
    pub fn len(&self) -> usize {
        self.cells + DEGREE
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.cells * self.tables.len()
    }

    /// The coordinate of a node.
    pub fn coordinate(&self, node: usize) -> f64 {
        self.origin + self.width * (node as f64 + 0.5) / self.tables.len() as f64
    }

    /// Coefficients of `x` and of `x^2`, `x` counted from `centre`.
    fn powers(&self, centre: f64) -> [Vec<f64>; 2] {
        let start = self.origin - centre;
        let greville = |i: usize| start + self.width * (i as f64 - 0.5 * (DEGREE as f64 - 1.0));
        let sag = (DEGREE as f64 + 1.0) / 12.0 * self.width * self.width;
        let first: Vec<f64> = (0..self.len()).map(greville).collect();
        let second = first.iter().map(|x| x * x - sag).collect();
        [first, second]
    }
}

impl Lattice {
    /// The box of a grid in so many cells along every axis, with so many nodes in each along every axis.
    pub fn new(grid: &Grid, cells: usize, nodes_per_cell: usize) -> Lattice {
        let axis = |i: usize| {
            let axis = grid.axis(i);
            SplineAxis::new(axis.origin, axis.period, cells, nodes_per_cell)
        };
        Lattice { axes: [axis(0), axis(1)] }
    }

    /// Number of splines.
    pub fn len(&self) -> usize {
        self.axes[0].len() * self.axes[1].len()
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.axes[0].nodes() * self.axes[1].nodes()
    }

    /// Area of a node.
    pub fn weight(&self) -> f64 {
        self.axes.iter().map(|axis| axis.width / axis.tables.len() as f64).product()
    }

    /// The point of a node.
    pub fn node(&self, j: usize) -> [f64; 2] {
        let columns = self.axes[1].nodes();
        [self.axes[0].coordinate(j / columns), self.axes[1].coordinate(j % columns)]
    }

    /// Length of the diagonal.
    pub fn diagonal(&self) -> f64 {
        let [a, b] = [0, 1].map(|i| self.axes[i].cells as f64 * self.axes[i].width);
        a.hypot(b)
    }

    /// Coefficients of `b.(x - c) + (x - c).A(x - c)/2`, `A` given by `11`, `12`, `22`.
    pub fn quadratic(&self, centre: [f64; 2], b: [f64; 2], a: [f64; 3]) -> Vec<f64> {
        let [[x, xx], [y, yy]] = [0, 1].map(|i| self.axes[i].powers(centre[i]));
        let mut out = Vec::with_capacity(self.len());
        for (x, xx) in x.iter().zip(&xx) {
            for (y, yy) in y.iter().zip(&yy) {
                out.push(b[0] * x + b[1] * y + 0.5 * (a[0] * xx + a[2] * yy) + a[1] * x * y);
            }
        }
        out
    }

    /// The function of these coefficients.
    pub fn fields(&self, coefficients: &[f64]) -> Fields {
        let (rows, columns) = (self.axes[0].nodes(), self.axes[1].nodes());
        let splines = self.axes[1].len();
        // Along the second axis first, for every row of coefficients.
        let partial: Vec<[Vec<f64>; 3]> =
            coefficients.chunks_exact(splines).map(|row| along(&self.axes[1], |j| row[j])).collect();
        let zeros = || vec![0.0; rows * columns];
        let mut fields = Fields { value: zeros(), slope: [zeros(), zeros()], hessian: [zeros(), zeros(), zeros()] };
        let Fields { value, slope: [d1, d2], hessian: [h11, h12, h22] } = &mut fields;
        let targets: [(&mut Vec<f64>, usize, usize); 6] =
            [(value, 0, 0), (d1, 1, 0), (d2, 0, 1), (h11, 2, 0), (h12, 1, 1), (h22, 0, 2)];
        for (out, first, second) in targets {
            for (row, out) in out.chunks_exact_mut(columns).enumerate() {
                let (cell, table) = (row / self.axes[0].tables.len(), row % self.axes[0].tables.len());
                for (j, share) in self.axes[0].tables[table][first].iter().enumerate() {
                    out.iter_mut().zip(&partial[cell + j][second]).for_each(|(out, v)| *out += share * v);
                }
            }
        }
        fields
    }

    /// `int D b_i v` for every spline `b_i` and a function given at the nodes, `D` the derivative of these orders.
    pub fn moments(&self, v: &[f64], orders: [usize; 2]) -> Vec<f64> {
        let (columns, splines) = (self.axes[1].nodes(), self.axes[1].len());
        let weight = self.weight();
        let mut out = vec![0.0; self.len()];
        let mut row_moments = vec![0.0; splines];
        for (row, v) in v.chunks_exact(columns).enumerate() {
            row_moments.fill(0.0);
            for (column, v) in v.iter().enumerate() {
                let per = self.axes[1].tables.len();
                let table = &self.axes[1].tables[column % per][orders[1]];
                row_moments[column / per..].iter_mut().zip(table).for_each(|(m, b)| *m += b * v);
            }
            let per = self.axes[0].tables.len();
            for (j, share) in self.axes[0].tables[row % per][orders[0]].iter().enumerate() {
                let out = &mut out[(row / per + j) * splines..][..splines];
                out.iter_mut().zip(&row_moments).for_each(|(out, m)| *out += weight * share * m);
            }
        }
        out
    }

    /// The same function on half as wide cells, exactly: `b(x) = 2^-p sum_k binomial(p + 1, k) b(2 x - k)`.
    pub fn refined(&self, coefficients: &[f64]) -> Vec<f64> {
        let [m, n] = [0, 1].map(|i| self.axes[i].len());
        let (wide, tall) = (2 * self.axes[1].cells + DEGREE, 2 * self.axes[0].cells + DEGREE);
        let mut rows = vec![0.0; m * wide];
        for (row, out) in coefficients.chunks_exact(n).zip(rows.chunks_exact_mut(wide)) {
            subdivide(|i| row[i], n, |j, v| out[j] += v, wide);
        }
        let mut out = vec![0.0; tall * wide];
        for column in 0..wide {
            subdivide(|i| rows[i * wide + column], m, |j, v| out[j * wide + column] += v, tall);
        }
        out
    }
}

/// Value and derivatives along one axis of a function with these coefficients.
fn along(axis: &SplineAxis, coefficient: impl Fn(usize) -> f64) -> [Vec<f64>; 3] {
    let per = axis.tables.len();
    [0, 1, 2].map(|order| {
        (0..axis.nodes())
            .map(|node| {
                let table = &axis.tables[node % per][order];
                table.iter().enumerate().map(|(j, b)| b * coefficient(node / per + j)).sum()
            })
            .collect()
    })
}

/// Spline `i` of wide cells begins at the cell `i - DEGREE`, which is `2 (i - DEGREE)` of the narrow ones.
fn subdivide(coefficient: impl Fn(usize) -> f64, len: usize, mut add: impl FnMut(usize, f64), fine: usize) {
    let mut binomial = 1.0;
    let mask: Vec<f64> = (0..=DEGREE + 1)
        .map(|k| {
            let here = binomial * 0.5_f64.powi(DEGREE as i32);
            binomial *= (DEGREE + 1 - k) as f64 / (k + 1) as f64;
            here
        })
        .collect();
    for i in 0..len {
        for (k, share) in mask.iter().enumerate() {
            if let Some(j) = (2 * i + k).checked_sub(DEGREE).filter(|j| *j < fine) {
                add(j, share * coefficient(i));
            }
        }
    }
}

fn table(t: f64, width: f64) -> Table {
    let mut levels = vec![vec![1.0]];
    for k in 1..=DEGREE {
        let below = levels.last().expect("the first level is there");
        let at = |j: usize| below.get(j).copied().unwrap_or(0.0);
        let before = |j: usize| if j > 0 { at(j - 1) } else { 0.0 };
        let value = |j: usize| ((t + k as f64 - j as f64) * before(j) + (j as f64 + 1.0 - t) * at(j)) / k as f64;
        let level = (0..=k).map(value).collect();
        levels.push(level);
    }
    let difference = |v: &[f64]| -> Vec<f64> {
        let at = |j: usize| v.get(j).copied().unwrap_or(0.0);
        (0..=v.len()).map(|j| if j > 0 { at(j - 1) - at(j) } else { -at(0) }).collect()
    };
    let scaled = |v: &[f64], factor: f64| -> [f64; SUPPORT] { std::array::from_fn(|j| v[j] * factor) };
    let second = difference(&difference(&levels[DEGREE - 2]));
    [
        scaled(&levels[DEGREE], 1.0),
        scaled(&difference(&levels[DEGREE - 1]), 1.0 / width),
        scaled(&second, 1.0 / (width * width)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice(cells: usize) -> Lattice {
        let grid = Grid::new(&[16, 16], &[4.0, 6.0], &[-1.0, 2.0]).unwrap();
        Lattice::new(&grid, cells, 2)
    }

    #[test]
    fn quadratics_and_their_derivatives_are_exact() {
        let lattice = lattice(9);
        let (c, b, a) = ([0.3, 4.0], [0.7, -0.2], [0.5, 0.25, -1.5]);
        let fields = lattice.fields(&lattice.quadratic(c, b, a));
        for j in 0..lattice.nodes() {
            let m = lattice.node(j);
            let [x, y] = [m[0] - c[0], m[1] - c[1]];
            let value = b[0] * x + b[1] * y + 0.5 * (a[0] * x * x + a[2] * y * y) + a[1] * x * y;
            assert!((fields.value[j] - value).abs() < 1e-12, "value at {m:?}");
            assert!((fields.slope[0][j] - (b[0] + a[0] * x + a[1] * y)).abs() < 1e-12, "slope 1 at {m:?}");
            assert!((fields.slope[1][j] - (b[1] + a[1] * x + a[2] * y)).abs() < 1e-12, "slope 2 at {m:?}");
            for (h, a) in fields.hessian.iter().zip(a) {
                assert!((h[j] - a).abs() < 1e-11, "second derivative at {m:?}: {} for {a}", h[j]);
            }
        }
    }

    #[test]
    fn a_function_on_narrower_cells_is_the_same() {
        let (coarse, fine) = (lattice(6), lattice(12));
        let coefficients: Vec<f64> = (0..coarse.len()).map(|i| ((i * 37) % 23) as f64 - 11.0).collect();
        let narrow = fine.fields(&coarse.refined(&coefficients));
        // Four nodes in a wide cell are the two nodes of both narrow ones.
        let grid = Grid::new(&[16, 16], &[4.0, 6.0], &[-1.0, 2.0]).unwrap();
        let wide = Lattice::new(&grid, 6, 4).fields(&coefficients);
        for (a, b) in wide.value.iter().zip(&narrow.value).chain(wide.hessian[1].iter().zip(&narrow.hessian[1])) {
            assert!((a - b).abs() < 1e-10, "{a} against {b}");
        }
    }

    #[test]
    fn moments_add_up_to_the_integral() {
        let lattice = lattice(7);
        let v: Vec<f64> = (0..lattice.nodes()).map(|j| 1.0 + ((j * 13) % 7) as f64).collect();
        let total: f64 = lattice.moments(&v, [0, 0]).iter().sum();
        let integral = v.iter().sum::<f64>() * lattice.weight();
        assert!((total - integral).abs() < 1e-11 * integral, "{total} for {integral}");
    }
}
