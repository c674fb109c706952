use super::*;
use crate::flow::MflDa;
use crate::game::{GameFile, Initial, Payoff, Player, catalogue, sample_density};
use num_complex::Complex64;

/// A bundled game on fixed grids, with its initial state.
struct Setting {
    file: GameFile,
    payoff: Payoff,
    flow: MflDa,
    symmetry: Symmetry,
    start: Vec<Complex64>,
}

fn setting(file: GameFile, n: usize) -> Setting {
    let game = file.game();
    let grids = Player::BOTH.map(|p| game.domain(p).grid(&vec![n; game.domain(p).dimension()]).unwrap());
    let payoff = Payoff::new(game.source(), &grids[0], &grids[1]).unwrap();
    let symmetry = Symmetry::find(&payoff);
    let flow = MflDa::new(payoff.clone(), temperatures(&file), game.timescale());
    let values = Player::BOTH.map(|p| match game.initial(p) {
        Initial::Expression(density) => sample_density(density, &grids[p.index()]).unwrap(),
        _ => panic!("the games of these tests start from formulas"),
    });
    let start = flow.layout().from_values([values[0].values(), values[1].values()]);
    Setting { payoff, flow, symmetry, start, file }
}

fn temperatures(file: &GameFile) -> [f64; 2] {
    Player::BOTH.map(|p| file.game().temperature(p))
}

fn cycle(tau: f64, n: usize) -> Setting {
    setting(catalogue::get("limit-cycle").unwrap().load(&[format!("game.temperature={tau}")]).unwrap(), n)
}

impl Setting {
    fn find(&mut self, how: &Finding) -> Result<Orbit, OrbitError> {
        find(&mut self.flow, temperatures(&self.file), &self.symmetry, &self.start, how)
    }
}

struct Temperature(Payoff);

impl Family for Temperature {
    fn key(&self) -> &str {
        "game.temperature"
    }
    fn flow(&self, parameter: f64) -> Result<MflDa, OrbitError> {
        Ok(MflDa::new(self.0.clone(), [parameter; 2], 1.0))
    }
}

#[test]
fn probe() {
    let t = std::time::Instant::now();
    let mut s = cycle(0.13, 192);
    let orbit = s.find(&Finding::default()).unwrap();
    println!(
        "{} {:.1e} {} {:?} {} {} {:?}",
        orbit.point.period,
        orbit.period_error,
        orbit.steps,
        orbit.portrait.amplitude,
        orbit.portrait.nikaido_isoda,
        orbit.portrait.energy,
        t.elapsed()
    );
    for m in &orbit.multipliers {
        println!("{m:?}");
    }
    let steps = 400;
    let how = Continuation {
        first_step: 0.003,
        range: [0.1, 0.2],
        most_points: 20,
        longest_step: 0.5,
        steps,
        tangent_steps: steps,
        tolerance: 1e-10,
        multipliers: 3,
    };
    let branch = follow_branch(&Temperature(s.payoff.clone()), &s.symmetry, 0.13, &orbit.point, &how, &mut |p| {
        println!(
            "{:.8} {:.8} {:?} {:?}",
            p.parameter,
            p.point.period,
            p.multipliers.iter().map(|m| (m.value.re, m.value.im)).collect::<Vec<_>>(),
            t.elapsed()
        )
    })
    .unwrap();
    println!(
        "{:?} {:?}",
        branch.end,
        branch
            .folds
            .iter()
            .map(|f| (
                f.at.parameter,
                f.error,
                f.at.point.period,
                f.at.multipliers.iter().map(|m| m.value).collect::<Vec<_>>()
            ))
            .collect::<Vec<_>>()
    );
    println!("{:?}", t.elapsed());
}
