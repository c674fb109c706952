//! Weighted Laplacians of graphs, the matrices of Newton's method.
//!
//! ```text
//! (A delta)_a = sum_b H_ab (delta_a - delta_b) = r_a,     H_ab >= 0,     sum r = 0
//! ```

/// A Laplacian in compressed rows; the diagonal apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Laplacian {
    pub start: Vec<u32>,
    pub column: Vec<u32>,
    /// `H_ab`.
    pub coupling: Vec<f64>,
    /// `sum_b H_ab`.
    pub diagonal: Vec<f64>,
}

impl Laplacian {
    /// The Laplacian of the edges `(a, b, H_ab)`; loops are left out, parallel edges kept side by side.
    pub fn new(size: usize, edges: impl Iterator<Item = (u32, u32, f64)> + Clone) -> Laplacian {
        let edges = edges.filter(|(a, b, h)| a != b && *h > 0.0);
        let mut start = vec![0u32; size + 1];
        for (a, b, _) in edges.clone() {
            start[a as usize + 1] += 1;
            start[b as usize + 1] += 1;
        }
        for a in 0..size {
            start[a + 1] += start[a];
        }
        let entries = start[size] as usize;
        let (mut column, mut coupling) = (vec![0u32; entries], vec![0.0; entries]);
        let mut place = start.clone();
        for (a, b, h) in edges {
            for (from, to) in [(a, b), (b, a)] {
                let p = place[from as usize] as usize;
                column[p] = to;
                coupling[p] = h;
                place[from as usize] += 1;
            }
        }
        let mut laplacian = Laplacian { start, column, coupling, diagonal: Vec::new() };
        laplacian.diagonal = (0..size).map(|a| laplacian.row(a).map(|(_, h)| h).sum()).collect();
        laplacian
    }

    /// Number of sites.
    pub fn size(&self) -> usize {
        self.diagonal.len()
    }

    pub fn row(&self, a: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.start[a] as usize..self.start[a + 1] as usize;
        self.column[range.clone()].iter().map(|b| *b as usize).zip(self.coupling[range].iter().copied())
    }

    fn neighbour_sum(&self, a: usize, x: &[f64]) -> f64 {
        self.row(a).map(|(b, h)| h * x[b]).sum()
    }

    /// `y = A x`.
    pub fn apply(&self, x: &[f64], y: &mut [f64]) {
        for (a, y) in y.iter_mut().enumerate() {
            *y = self.row(a).map(|(b, h)| h * (x[a] - x[b])).sum();
        }
    }

    /// `y = r - A x`.
    pub fn residual(&self, r: &[f64], x: &[f64], y: &mut [f64]) {
        for (a, y) in y.iter_mut().enumerate() {
            *y = r[a] - self.row(a).map(|(b, h)| h * (x[a] - x[b])).sum::<f64>();
        }
    }

    pub fn relax(&self, a: usize, r: &[f64], x: &mut [f64]) {
        if self.diagonal[a] > 0.0 {
            x[a] = (r[a] + self.neighbour_sum(a, x)) / self.diagonal[a];
        }
    }
}

/// Inner product.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
