//! The linearisation as a dense matrix, twice.

use super::*;

/// `L` as a dense matrix in `(h, g)`, collocated: `(1/mu*) D (mu* D (tau h + K g))`.
pub(super) fn dense(
    payoff: &Payoff,
    equilibrium: &Equilibrium,
    f: impl Fn(&[f64], &[f64]) -> f64,
    eta: f64,
) -> Mat<f64> {
    let grids = payoff.grids();
    let sizes = [grids[0].len(), grids[1].len()];
    let density = equilibrium.densities();
    let generator = |p: usize| -> Mat<f64> {
        let (grid, mu) = (&grids[p], density[p]);
        let mut a = Mat::zeros(sizes[p], sizes[p]);
        for axis in 0..grid.dimension() {
            let d = Mat::from_fn(sizes[p], sizes[p], |i, j| collocated_derivative(grid, axis, i, j));
            let flux = Mat::from_fn(sizes[p], sizes[p], |i, j| mu[i] * d[(i, j)]);
            let sum = &d * flux;
            a += Mat::from_fn(sizes[p], sizes[p], |i, j| -sum[(i, j)] / mu[i]);
        }
        a
    };
    let points = [0, 1].map(|p| nodes(&grids[p]));
    let cells = [0, 1].map(|p| grids[p].cell_volume());
    let k = Mat::from_fn(sizes[0], sizes[1], |i, j| f(&points[0][i], &points[1][j]) * density[1][j] * cells[1]);
    let kt = Mat::from_fn(sizes[1], sizes[0], |j, i| f(&points[0][i], &points[1][j]) * density[0][i] * cells[0]);
    let (ax, ay, n) = (generator(0), generator(1), sizes[0]);
    let (xy, yx) = (&ax * k, &ay * kt);
    let tau = equilibrium.temperature();
    Mat::from_fn(sizes[0] + sizes[1], sizes[0] + sizes[1], |i, j| match (i < n, j < n) {
        (true, true) => -tau[0] * ax[(i, j)],
        (true, false) => -xy[(i, j - n)],
        (false, true) => eta * yx[(i - n, j)],
        (false, false) => -eta * tau[1] * ay[(i - n, j - n)],
    })
}

/// The places of all nodes.
fn nodes(grid: &Grid) -> Vec<Vec<f64>> {
    let axes: Vec<Vec<f64>> = grid.axes().iter().map(|axis| axis.coordinates()).collect();
    (0..grid.len()).map(|i| grid.node(i).iter().zip(&axes).map(|(&j, axis)| axis[j]).collect()).collect()
}

fn collocated_derivative(grid: &Grid, axis: usize, i: usize, j: usize) -> f64 {
    let (a, b) = (grid.node(i), grid.node(j));
    if (0..grid.dimension()).any(|other| other != axis && a[other] != b[other]) || i == j {
        return 0.0;
    }
    let (n, period) = (grid.axis(axis).points, grid.axis(axis).period);
    let d = a[axis] as f64 - b[axis] as f64;
    let sign = if (a[axis] + b[axis]).is_multiple_of(2) { 1.0 } else { -1.0 };
    sign * PI / (period * (PI * d / n as f64).sin())
}

/// `-L` as a dense matrix `diag(B^T B) M` in the coordinates of the generators, `B` from the derivative's matrix and the
/// payoff's gradient: the same discretisation, so that all eigenvalues agree at any temperature.
pub(super) fn dense_factored(
    payoff: &Payoff,
    equilibrium: &Equilibrium,
    f: impl Fn(&[f64], &[f64]) -> f64,
    eta: f64,
) -> Mat<f64> {
    let landscapes = Player::BOTH.map(|player| Landscape::new(payoff, equilibrium, player));
    let ground = [0, 1].map(|p| -> Vec<f64> {
        let cell = landscapes[p].grid.cell_volume();
        equilibrium.densities()[p].iter().map(|v| (v * cell).sqrt()).collect()
    });
    let generator = |p: usize| -> Mat<f64> {
        let Landscape { grid, slopes, .. } = &landscapes[p];
        let n = grid.len();
        let mut a = Mat::zeros(n, n);
        for (axis, slope) in slopes.iter().enumerate() {
            let b = Mat::from_fn(n, n, |i, j| {
                collocated_derivative(grid, axis, i, j) + if i == j { 0.5 * slope[i] } else { 0.0 }
            });
            a += b.transpose() * &b;
        }
        a
    };
    let points = [0, 1].map(|p| nodes(&landscapes[p].grid));
    let (n, tau) = (ground[0].len(), equilibrium.temperature());
    let centred = |p: usize| {
        let q = &ground[p];
        Mat::from_fn(q.len(), q.len(), |i, j| if i == j { 1.0 } else { 0.0 } - q[i] * q[j])
    };
    let k = Mat::from_fn(n, ground[1].len(), |i, j| ground[0][i] * f(&points[0][i], &points[1][j]) * ground[1][j]);
    let k = centred(0) * k * centred(1);
    let (ax, ay) = (generator(0), generator(1));
    let (xy, yx) = (&ax * &k, &ay * k.transpose());
    let size = n + ground[1].len();
    Mat::from_fn(size, size, |i, j| match (i < n, j < n) {
        (true, true) => tau[0] * ax[(i, j)],
        (true, false) => xy[(i, j - n)],
        (false, true) => -eta * yx[(i - n, j)],
        (false, false) => eta * tau[1] * ay[(i - n, j - n)],
    })
}
