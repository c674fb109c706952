//! Which grid and which tolerance or step suffice for a wanted accuracy.
//!
//! The error of a quantity on grid `i` with step `j` is taken as the sum of both errors, that of the grid at the finest step
//! and that of the step on the finest grid. Of all pairs that `run` accepts (it asks that the spectral tail be at most the
//! tolerance) and whose errors are within the accuracy in every quantity, the cheapest is named: the fewest nodes times
//! evaluations of the right-hand side.

/// A rung of the grids.
#[derive(Debug, Clone, Copy)]
pub struct GridRung {
    /// Nodes of both players.
    pub nodes: f64,
    /// Largest spectral tail of the densities.
    pub tail: f64,
    /// Whether the equilibrium is resolved and the run went to its end.
    pub is_usable: bool,
}

/// A rung of the tolerances or steps.
#[derive(Debug, Clone, Copy)]
pub struct TimeRung {
    /// Evaluations of the right-hand side.
    pub evaluations: f64,
    /// Largest spectral tail that a run accepts.
    pub largest_tail: f64,
}

/// Errors of one quantity at all rungs; NaN where it is not known.
#[derive(Debug, Clone)]
pub struct Errors {
    /// Along the grids.
    pub grids: Vec<f64>,
    /// Along the tolerances or steps.
    pub times: Vec<f64>,
}

/// A pair of rungs with the largest error and the number of the quantity that has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pairing {
    /// Number of the grid.
    pub grid: usize,
    /// Number of the tolerance or step.
    pub time: usize,
    /// Largest error.
    pub error: f64,
    /// Number of its quantity.
    pub quantity: usize,
}

/// The cheapest pair within `accuracy`; `None` when there is none.
pub fn cheapest(grids: &[GridRung], times: &[TimeRung], errors: &[Errors], accuracy: f64) -> Option<Pairing> {
    let all = (0..grids.len()).flat_map(|grid| (0..times.len()).map(move |time| (grid, time)));
    let accepted = all.filter(|(grid, time)| {
        let (grid, time) = (grids[*grid], times[*time]);
        grid.is_usable && grid.tail <= time.largest_tail && time.evaluations.is_finite()
    });
    let enough = accepted.filter_map(|(grid, time)| worst(errors, grid, time)).filter(|found| found.error <= accuracy);
    let cost = |found: &Pairing| grids[found.grid].nodes * times[found.time].evaluations;
    enough.min_by(|a, b| cost(a).total_cmp(&cost(b)))
}

/// The largest error of a pair; `None` when one is not known, or there is no quantity.
pub fn worst(errors: &[Errors], grid: usize, time: usize) -> Option<Pairing> {
    let sums: Vec<f64> = errors.iter().map(|e| e.grids[grid] + e.times[time]).collect();
    if sums.iter().any(|sum| sum.is_nan()) {
        return None;
    }
    let (quantity, error) = sums.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Pairing { grid, time, error, quantity })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grids() -> [GridRung; 3] {
        [(32.0, 1e-4), (64.0, 1e-8), (128.0, 1e-15)].map(|(nodes, tail)| GridRung { nodes, tail, is_usable: true })
    }

    fn times() -> [TimeRung; 3] {
        [(100.0, 1e-3), (200.0, 1e-5), (400.0, 1e-9)]
            .map(|(evaluations, tail)| TimeRung { evaluations, largest_tail: tail })
    }

    fn errors() -> Vec<Errors> {
        vec![
            Errors { grids: vec![1e-3, 1e-7, 1e-13], times: vec![1e-4, 1e-6, 1e-10] },
            Errors { grids: vec![1e-2, 2e-7, 1e-13], times: vec![0.0; 3] },
        ]
    }

    #[test]
    fn the_cheapest_pair_whose_sum_of_errors_is_within_the_accuracy_is_named() {
        let found =
            |accuracy: f64| cheapest(&grids(), &times(), &errors(), accuracy).map(|p| (p.grid, p.time, p.quantity));
        assert_eq!(found(1.0), Some((0, 0, 1)));
        assert_eq!(found(2e-4), Some((1, 0, 0)));
        assert_eq!(found(1.5e-6), Some((1, 1, 0)));
        // Within 1e-6 the middle grid would do, at the finest tolerance: but there a run asks for a smaller tail.
        assert_eq!(found(1e-6), Some((2, 2, 0)));
        assert_eq!(found(1e-11), None);
    }

    #[test]
    fn what_is_not_known_suffices_for_nothing() {
        let mut unknown = errors();
        unknown[1].grids[0] = f64::NAN;
        assert_eq!(cheapest(&grids(), &times(), &unknown, 1.0).map(|p| p.grid), Some(1));
        let mut failed = grids();
        failed[1].is_usable = false;
        assert_eq!(cheapest(&failed, &times(), &unknown, 1.0).map(|p| p.grid), Some(2));
        assert_eq!(cheapest(&grids(), &times(), &[], 1.0), None);
    }
}
