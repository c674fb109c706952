//! The limit cycle on the torus with four multipliers, from its initial state: search, Newton's method, two numbers of
//! time steps, Arnoldi, averages. Target: under 2 s at every temperature.

use divan::Bencher;
use nashflow::experiment::{OrbitRequest, orbit};
use nashflow::game::catalogue;

fn main() {
    divan::main();
}

#[divan::bench(args = [0.0625, 0.1, 0.13, 0.143], sample_count = 3)]
fn orbit_with_four_multipliers(bencher: Bencher, temperature: f64) {
    let set = format!("game.temperature={temperature}");
    let file = catalogue::get("limit-cycle").and_then(|game| game.load(&[set])).expect("a bundled game");
    let request = OrbitRequest { multipliers: 4, time: None, branch: None };
    bencher.bench_local(|| orbit(&file, &request, None, &mut |_| {}).expect("there is a cycle"));
}
