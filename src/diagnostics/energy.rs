//! The energy `F(mu, nu) = int int f dmu dnu + tau_x H(mu) - tau_y H(nu)`.

use super::entropy;
use crate::game::{Payoff, PayoffWork, Player};

/// `F(mu, nu)`; `X` lowers it, `Y` raises it.
pub fn energy(payoff: &Payoff, temperature: [f64; 2], mu: &[f64], nu: &[f64], work: &mut PayoffWork) -> f64 {
    let (x, y) = (payoff.grid(Player::X), payoff.grid(Player::Y));
    let mut potential = vec![0.0; x.len()];
    payoff.potential(Player::X, nu, &mut potential, work);
    let coupling: f64 = potential.iter().zip(mu).map(|(v, m)| v * m).sum();
    coupling * x.cell_volume() + temperature[0] * entropy(x, mu) - temperature[1] * entropy(y, nu)
}
