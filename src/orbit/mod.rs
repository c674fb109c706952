//! Periodic orbits of the flow.
mod coordinates;
mod error;
mod multipliers;
mod search;
mod shooting;
mod symmetry;
mod trajectory;

pub use error::OrbitError;
pub use multipliers::{Block, Multiplier, coupled_multipliers, multipliers};
pub use search::{Return, Search};
pub use shooting::{Closed, Point, Shooting, shoot};
pub use symmetry::{Invariance, Symmetry};

#[cfg(test)]
mod probe {
    use super::*;
    use crate::flow::MflDa;
    use crate::game::{Player, catalogue, Payoff, Initial, sample_density};
    use std::time::Instant;
    #[test]
    fn probe() {
        let tau: f64 = std::env::var("TAU").ok().and_then(|s| s.parse().ok()).unwrap_or(0.0625);
        let n: usize = std::env::var("N").ok().and_then(|s| s.parse().ok()).unwrap_or(288);
        let m: usize = std::env::var("M").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
        let file = catalogue::get("limit-cycle").unwrap().load(&[]).unwrap();
        let game = file.game();
        let grids = Player::BOTH.map(|p| game.domain(p).grid(&[n]).unwrap());
        let payoff = Payoff::new(game.source(), &grids[0], &grids[1]).unwrap();
        let symmetry = Symmetry::find(&payoff);
        println!("{:?} {:?}", symmetry.of(Player::X), symmetry.of(Player::Y));
        let mut flow = MflDa::new(payoff, [tau, tau], 1.0);
        let values = Player::BOTH.map(|p| match game.initial(p) { Initial::Expression(d) => sample_density(d, &grids[p.index()]).unwrap(), _ => panic!() });
        let mut state = flow.layout().from_values([values[0].values(), values[1].values()]);
        symmetry.project(&mut state);
        let t0 = Instant::now();
        let mut search = Search::new(&mut flow, state, 400.0, 1e-6);
        let r = loop {
            let r = search.next_return().unwrap().unwrap();
            println!("t {:.3} T {:.8} miss {:.2e} dist {:.2e} amp {:.3} steps {}", r.time, r.point.period, r.miss, r.distance, r.amplitude, r.steps);
            if r.distance < 0.05 || r.miss < 1e-4 { break r; }
        };
        println!("search {:?}", t0.elapsed());
        let mut point = r.point.clone();
        let mut ts = vec![];
        let base = if m > 0 { m } else { r.steps };
        for k in 0..3 {
            let steps = base << k;
            let t = Instant::now();
            let c = shoot(&mut flow, &symmetry, &point, &Shooting { steps, tangent_steps: base, tolerance: 1e-11, most_iterations: 12 }).unwrap();
            println!("steps {steps} T {:.12} residual {:.1e} iterations {} {:?}", c.point.period, c.residual, c.iterations, t.elapsed());
            ts.push(c.point.period);
            point = c.point;
            let t = Instant::now();
            if k == 1 || k==0 {
            for m in multipliers(&mut flow, &symmetry, &point, steps, 8).unwrap() { println!("   {:?} |m-1| {:.2e} res {:.1e} {:?}", m.value, (m.value-1.0).norm(), m.residual, m.block); }
            println!("multipliers {:?}", t.elapsed()); }
        }
        println!("errors {:.2e} {:.2e} ratio {:.2}", (ts[1]-ts[0])/15.0, (ts[2]-ts[1])/15.0, (ts[1]-ts[0])/(ts[2]-ts[1]));
    }
}
