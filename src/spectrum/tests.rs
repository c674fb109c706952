use super::*;
use crate::experiment::Discretisation;
use crate::game::catalogue;
use std::time::Instant;

fn spectrum(name: &str, n: usize, overrides: &[&str], count: usize) -> Spectrum {
    let overrides: Vec<String> = overrides.iter().map(|s| (*s).to_owned()).collect();
    let file = catalogue::get(name).unwrap().load(&overrides).unwrap();
    let game = file.game();
    let d = Discretisation::new(game, &[vec![n], vec![n]]).unwrap();
    let t = Instant::now();
    let s = Spectrum::solve(&d.payoff, &d.equilibrium, game.timescale(), count);
    println!("{name} n {n} {:?}: {:?} res {:?} poincare {:?} kappa {} vectors {} complete {} in {:?}", overrides, s.eigenvalues, s.residuals, s.poincare, s.largest_frequency, s.vectors, s.complete, t.elapsed());
    s
}

#[test]
fn look() {
    for n in [65, 257, 513] {
        spectrum("rotation", n, &[], 8);
    }
    for n in [129, 257] {
    spectrum("limit-cycle", n, &[], 8);
    spectrum("limit-cycle", n, &["game.temperature=0.03"], 8);
    }
}
