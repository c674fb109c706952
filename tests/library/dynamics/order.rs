//! The fixed-step schemes keep their order with every dynamics, against the adaptive pair at tolerance 1e-12.

use crate::support::evolution::{evolve, game};

const TEXT: &str = r#"
    [game]
    payoff = "cos(2*pi*(x - y)) + 0.4*sin(4*pi*x) - 0.3*cos(2*pi*y)"
    temperature = { x = 0.2, y = 0.3 }
    timescale = 1.3
    [initial]
    x = "exp(cos(2*pi*(x - 0.25)))"
    y = "exp(sin(2*pi*y))"
    [solver]
    grid = 32
    tolerance = 1e-12
    time = 0.2
    [output]
    snapshots = 1
"#;

/// `[flow]`, and the coarsest number of steps for the orders 1, 2 and 4; none where the order does not hold.
const CASES: [(&[&str], [u32; 3]); 9] = [
    (&["flow.dynamics=fisher-rao"], [20, 10, 4]),
    (&["flow.dynamics=best-response", "flow.rate=5"], [40, 20, 8]),
    (&["flow.dynamics=forgetting-average", "flow.rate=5"], [80, 80, 80]),
    (&["flow.dynamics=optimistic", "flow.rate=20"], [80, 80, 80]),
    (&["flow.dynamics=wasserstein-fisher-rao", "flow.weight=3"], [80, 80, 80]),
    (&["flow.dynamics=annealing", "flow.schedule=1 + exp(-5*t)"], [80, 80, 80]),
    (&["flow.dynamics=extragradient", "flow.lookahead=0.01"], [80, 80, 80]),
    (&["flow.dynamics=quasistatic"], [160, 160, 80]),
    (&["flow.dynamics=averaged-gradient", "flow.exponent=0.5"], [80, 80, 0]),
];

#[test]
fn the_schemes_keep_their_order_with_every_dynamics() {
    let mut wrong = Vec::new();
    for (flow, coarsest) in CASES {
        let reference = evolve(&game(TEXT, flow));
        // An annealed game steps a clock that ends elsewhere.
        let end = if flow[0].ends_with("annealing") { 0.2 + 0.2 * (1.0 - (-1.0_f64).exp()) } else { 0.2 };
        for ((scheme, order), steps) in [("imex-euler", 1.0), ("sbdf2", 2.0), ("etdrk4", 4.0)].into_iter().zip(coarsest)
        {
            if steps == 0 {
                continue;
            }
            let error = |rung: i32| {
                let step = end / (f64::from(steps) * 2.0_f64.powi(rung));
                let settings = [&format!("solver.scheme={scheme}"), &format!("solver.step={step:e}") as &str];
                evolve(&game(TEXT, &[flow, &settings].concat())).final_difference(&reference)
            };
            let errors = [error(1), error(2)];
            let observed = (errors[0] / errors[1]).log2();
            println!("{}, {scheme}: errors {errors:?}, order {observed:.3}", flow[0]);
            if !(order - 0.2..=order + 0.35).contains(&observed) {
                wrong.push(format!("{}, {scheme}: order {observed:.3}, errors {errors:?}", flow[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
