//! Potentials of all points of the input, those without mass too.

use super::DiscreteTransport;
use super::search_tree::SearchTree;

impl DiscreteTransport {
    /// Kantorovich potentials `u` of the source points and `v` of the target points, in squared length: an optimum of the
    /// dual problem.
    ///
    /// `u_s + v_t <= d(x_s, y_t)^2` for every pair, with equality where the plan ships something, both up to one unit of
    /// the rounding of costs (none on equal grids of commensurable spacings). Points without mass are given the largest
    /// potential that is feasible. One constant is free; it is fixed by the solver.
    pub fn potentials(&self) -> [Vec<f64>; 2] {
        let metric = *self.problem.metric();
        let [source, target] = &self.points;
        let u = extend(&self.problem.target.tree, &self.solution.v, source, &self.places[0], &self.solution.u);
        // Against all sources: those without mass restrict the targets without mass as well.
        let (tree, order) = SearchTree::build(metric, source);
        let sorted: Vec<i64> = order.iter().map(|p| u[*p as usize]).collect();
        let v = extend(&tree, &sorted, target, &self.places[1], &self.solution.v);
        [u, v].map(|potential| potential.iter().map(|w| *w as f64 * metric.unit()).collect())
    }
}

/// The potential `known` at `places`, and the c-transform of `duals` elsewhere.
fn extend(tree: &SearchTree, duals: &[i64], points: &[[f64; 2]], places: &[u32], known: &[i64]) -> Vec<i64> {
    let mut potential: Vec<Option<i64>> = vec![None; points.len()];
    places.iter().zip(known).for_each(|(p, w)| potential[*p as usize] = Some(*w));
    let duals = tree.with_duals(duals);
    let mut found = Vec::new();
    let mut least = |x: [f64; 2]| duals.least(x, &mut found);
    potential.iter().zip(points).map(|(w, x)| w.unwrap_or_else(|| least(*x))).collect()
}
