//! Work space of one player's potential and gradient.

use num_complex::Complex64;

use crate::torus::FourierScratch;

/// Everything that applying a payoff writes: moments, weights, row scratch, transforms.
///
/// One `PayoffWork` serves one player at a time, so two threads with one each can work on the two players.
/// Between [`Payoff::begin`](super::Payoff::begin) and the last row of the gradient its contents matter; otherwise never.
#[derive(Debug, Clone)]
pub struct PayoffWork {
    /// `int B_j nu` of the opponent's functions: complete after `finish`.
    pub(super) moments: Vec<f64>,
    /// `int nu`.
    pub(super) mass: f64,
    /// Weights `u = C m` of the player's own functions.
    pub(super) weights: Vec<f64>,
    pub(super) row: Vec<f64>,
    pub(super) transforms: Option<Box<Transforms>>,
}

/// Buffers of the spectral form, per player.
#[derive(Debug, Clone)]
pub(super) struct Transforms {
    pub(super) spectrum: [Vec<Complex64>; 2],
    pub(super) derivative: [Vec<Complex64>; 2],
    pub(super) gradients: [Vec<Vec<f64>>; 2],
    pub(super) scratch: [FourierScratch; 2],
}

impl PayoffWork {
    /// Fills everything with NaN: the tests use it to show that results do not depend on what was there.
    pub fn poison(&mut self) {
        let nan = Complex64::new(f64::NAN, f64::NAN);
        self.mass = f64::NAN;
        for list in [&mut self.moments, &mut self.weights, &mut self.row] {
            list.fill(f64::NAN);
        }
        if let Some(transforms) = &mut self.transforms {
            transforms.spectrum.iter_mut().chain(&mut transforms.derivative).for_each(|s| s.fill(nan));
            transforms.gradients.iter_mut().flatten().for_each(|g| g.fill(f64::NAN));
            transforms.scratch.iter_mut().for_each(FourierScratch::poison);
        }
    }
}
