//! A game that nobody has thought of: every kind of payoff, space, regulariser, dynamics and scheme, small enough to be solved
//! at once, with its payoff as a function beside its file.

use nashflow::game::FlowChoice;
use std::f64::consts::TAU;

/// Numbers that follow from a seed: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Log-uniform between two positive numbers.
    pub fn scale(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// One of `count` numbers from 0.
    pub fn index(&mut self, count: usize) -> usize {
        (self.word() % count as u64) as usize
    }

    fn chance(&mut self, share: f64) -> bool {
        self.between(0.0, 1.0) < share
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.index(all.len())]
    }
}

type Function = Box<dyn Fn(&[f64], &[f64]) -> f64>;

/// A game file, what it is, and its payoff.
pub struct RandomGame {
    pub text: String,
    /// Kind of payoff, space, regulariser, dynamics.
    pub kind: [&'static str; 4],
    /// The payoff; with the regulariser `kl` the effective one.
    pub payoff: Function,
    /// Values for `table.npy`, with their shape.
    pub table: Option<(Vec<usize>, Vec<f64>)>,
    pub temperature: [f64; 2],
}

/// The torus of one player.
#[derive(Clone)]
struct Side {
    letter: char,
    period: Vec<f64>,
    origin: Vec<f64>,
}

impl Side {
    fn names(&self) -> Vec<String> {
        match self.period.len() {
            1 => vec![self.letter.to_string()],
            count => (1..=count).map(|axis| format!("{}{axis}", self.letter)).collect(),
        }
    }

    fn domain(&self) -> String {
        format!(
            "{} = {{ dim = {}, period = {:?}, origin = {:?} }}\n",
            self.letter,
            self.period.len(),
            self.period,
            self.origin
        )
    }
}

/// A wave `amplitude cos(k.(z - origin) + phase)` over the coordinates of both players.
#[derive(Clone)]
struct Wave {
    amplitude: f64,
    frequency: [Vec<f64>; 2],
    phase: f64,
}

impl Wave {
    fn random(dice: &mut Dice, sides: [Option<&Side>; 2]) -> Wave {
        let mut side = |side: Option<&Side>| match side {
            Some(side) => side.period.iter().map(|period| TAU * (dice.index(5) as f64 - 2.0) / period).collect(),
            None => Vec::new(),
        };
        let frequency = [side(sides[0]), side(sides[1])];
        Wave { amplitude: dice.between(-1.0, 1.0), frequency, phase: dice.between(0.0, TAU) }
    }

    fn at(&self, x: &[f64], y: &[f64]) -> f64 {
        let dot = |k: &[f64], z: &[f64]| k.iter().zip(z).map(|(k, z)| k * z).sum::<f64>();
        self.amplitude * (dot(&self.frequency[0], x) + dot(&self.frequency[1], y) + self.phase).cos()
    }

    fn text(&self, names: [&[String]; 2]) -> String {
        let products =
            self.frequency.iter().zip(names).flat_map(|(k, names)| {
                k.iter().zip(names).map(|(k, name)| format!("({k:?})*{name}")).collect::<Vec<_>>()
            });
        format!("({:?})*cos({} + {:?})", self.amplitude, products.collect::<Vec<_>>().join(" + "), self.phase)
    }
}

/// A sum of waves.
#[derive(Clone)]
struct Waves(Vec<Wave>);

impl Waves {
    fn random(dice: &mut Dice, count: usize, sides: [Option<&Side>; 2]) -> Waves {
        Waves((0..count).map(|_| Wave::random(dice, sides)).collect())
    }

    fn at(&self, x: &[f64], y: &[f64]) -> f64 {
        self.0.iter().map(|wave| wave.at(x, y)).sum()
    }

    fn text(&self, names: [&[String]; 2]) -> String {
        self.0.iter().map(|wave| wave.text(names)).collect::<Vec<_>>().join(" + ")
    }
}

impl RandomGame {
    /// The game of a seed.
    pub fn new(seed: u64) -> RandomGame {
        let dice = &mut Dice::new(seed);
        if dice.chance(0.12) { on_lines(dice) } else { on_tori(dice) }
    }
}

fn random_side(dice: &mut Dice, letter: char, dimension: usize) -> Side {
    let period: Vec<f64> = (0..dimension).map(|_| dice.one_of(&[1.0, TAU, 0.3, 12.5])).collect();
    let origin = period.iter().map(|period| dice.between(-1.0, 1.0) * period).collect();
    Side { letter, period, origin }
}

fn on_tori(dice: &mut Dice) -> RandomGame {
    let dimensions = dice.one_of(&[[1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 2], [2, 1], [2, 2]]);
    let mut sides = [random_side(dice, 'x', dimensions[0]), random_side(dice, 'y', dimensions[1])];
    let form = dice.one_of(&["payoff", "payoff", "composed", "kernel", "terms", "table"]);
    if form == "kernel" {
        sides[1] = Side { letter: 'y', ..sides[0].clone() };
    }
    let [x, y] = sides.clone();
    let names = [x.names(), y.names()];
    let both = [&names[0][..], &names[1][..]];
    let (written, table, payoff): (String, _, Function) = match form {
        "kernel" => {
            let waves = Waves::random(dice, 2, [Some(&x), None]);
            let letters = Side { letter: 'z', ..x.clone() }.names();
            let text = format!("kernel = \"{}\"\n", waves.text([&letters, &[]]));
            let of =
                move |a: &[f64], b: &[f64]| waves.at(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>(), &[]);
            (text, None, Box::new(of))
        }
        "terms" => {
            let pairs: Vec<[Waves; 2]> = (0..1 + dice.index(3))
                .map(|_| [Waves::random(dice, 2, [Some(&x), None]), Waves::random(dice, 2, [None, Some(&y)])])
                .collect();
            let term =
                |[a, b]: &[Waves; 2]| format!("[[game.terms]]\nx = \"{}\"\ny = \"{}\"\n", a.text(both), b.text(both));
            let text = pairs.iter().map(term).collect::<String>();
            (text, None, Box::new(move |a, b| pairs.iter().map(|[f, g]| f.at(a, &[]) * g.at(&[], b)).sum()))
        }
        "composed" => {
            let (inner, outer) =
                (Waves::random(dice, 2, [Some(&x), Some(&y)]), Waves::random(dice, 1, [Some(&x), Some(&y)]));
            let text = format!("payoff = \"exp(0.3*({})) * (1 + 0.2*({}))\"\n", inner.text(both), outer.text(both));
            let of = move |a: &[f64], b: &[f64]| (0.3 * inner.at(a, b)).exp() * (1.0 + 0.2 * outer.at(a, b));
            (text, None, Box::new(of))
        }
        _ => {
            let waves = Waves::random(dice, 3, [Some(&x), Some(&y)]);
            let table = (form == "table").then(|| tabulate(&waves, &sides));
            let text = match form {
                "table" => "table = \"table.npy\"\n".to_owned(),
                _ => format!("payoff = \"{}\"\n", waves.text(both)),
            };
            (text, table, Box::new(move |a: &[f64], b: &[f64]| waves.at(a, b)))
        }
    };
    let temperature = [dice.scale(0.1, 3.0), dice.scale(0.1, 3.0)];
    let finite_volumes = dimensions == [1, 1] && dice.chance(0.15);
    let regulariser = match finite_volumes {
        true => dice.one_of(&["tsallis", "chi2", "reverse-kl"]),
        false if form != "table" && dice.chance(0.2) => "kl",
        false => "entropy",
    };
    let mut sections = String::new();
    let mut payoff = payoff;
    if regulariser == "kl" {
        let references = [Waves::random(dice, 1, [Some(&x), None]), Waves::random(dice, 1, [None, Some(&y)])];
        let text = references.each_ref().map(|waves| format!("exp({})", waves.text(both)));
        sections += &format!("[game.reference]\nx = \"{}\"\ny = \"{}\"\n", text[0], text[1]);
        let (written, [tau_x, tau_y]) = (payoff, temperature);
        payoff =
            Box::new(move |a, b| written(a, b) - tau_x * references[0].at(a, &[]) + tau_y * references[1].at(&[], b));
    }
    let head = match regulariser {
        "entropy" => String::new(),
        "tsallis" => format!("regulariser = \"tsallis\"\ntsallis_q = {:?}\n", dice.one_of(&[0.6, 1.5, 2.0, 3.0])),
        name => format!("regulariser = \"{name}\"\n"),
    };
    // Terms are tables of their own and come after the numbers of the game.
    let (before, after) = if form == "terms" { (String::new(), written) } else { (written, String::new()) };
    let initial = [Waves::random(dice, 2, [Some(&x), None]), Waves::random(dice, 2, [None, Some(&y)])];
    let initial = initial.map(|waves| format!("exp({})", waves.text(both)));
    let (dynamics, flow) = if finite_volumes { ("mfl-da", String::new()) } else { random_flow(dice, regulariser) };
    let solver = random_solver(dice, &dimensions, finite_volumes, dynamics);
    let text = format!(
        "[game]\n{before}temperature = {{ x = {:?}, y = {:?} }}\ntimescale = {:?}\n{head}{after}{sections}[game.domain]\n{}{}\
         [initial]\nx = \"{}\"\ny = \"{}\"\n{flow}{solver}[output]\nsnapshots = 2\n",
        temperature[0],
        temperature[1],
        dice.scale(0.2, 5.0),
        x.domain(),
        y.domain(),
        initial[0],
        initial[1],
    );
    RandomGame {
        text,
        kind: [form, if dimensions == [1, 1] { "1-D" } else { "2-D" }, regulariser, dynamics],
        payoff,
        table,
        temperature,
    }
}

fn tabulate(waves: &Waves, sides: &[Side; 2]) -> (Vec<usize>, Vec<f64>) {
    let points = sides.each_ref().map(|side| vec![12; side.period.len()]);
    let nodes = [0, 1].map(|p| nodes(&sides[p], &points[p]));
    let values = nodes[0].iter().flat_map(|x| nodes[1].iter().map(|y| waves.at(x, y))).collect();
    (points.concat(), values)
}

fn nodes(side: &Side, points: &[usize]) -> Vec<Vec<f64>> {
    let coordinate = |axis: usize, j: usize| side.origin[axis] + side.period[axis] * j as f64 / points[axis] as f64;
    match points {
        [n] => (0..*n).map(|j| vec![coordinate(0, j)]).collect(),
        [n, m] => (0..n * m).map(|j| vec![coordinate(0, j / m), coordinate(1, j % m)]).collect(),
        _ => unreachable!("tori have one or two axes"),
    }
}

fn random_flow(dice: &mut Dice, regulariser: &str) -> (&'static str, String) {
    // The one of the theorem twice as often.
    let names = [&FlowChoice::NAMES[..1], &FlowChoice::NAMES].concat();
    let name = match dice.one_of(&names) {
        // A reference density has a temperature of its own.
        "annealing" if regulariser == "kl" => "mfl-da",
        name => name,
    };
    let number = dice.scale(0.1, 3.0);
    let more = match name {
        "best-response" | "forgetting-average" | "optimistic" => format!("rate = {number:?}\n"),
        "wasserstein-fisher-rao" => format!("weight = {number:?}\n"),
        "annealing" => format!("schedule = \"1 + {number:?}*exp(-10*t)\"\n"),
        "averaged-gradient" => format!("exponent = {:?}\n", number - 0.9),
        "extragradient" => format!("lookahead = {:?}\n", 1e-3 * number),
        _ => String::new(),
    };
    (name, format!("[flow]\ndynamics = \"{name}\"\n{more}"))
}

fn random_solver(dice: &mut Dice, dimensions: &[usize; 2], finite_volumes: bool, dynamics: &str) -> String {
    let grid = match dimensions {
        _ if finite_volumes => format!("grid = {}\n", dice.one_of(&[16, 31, 48])),
        [1, 1] if dice.chance(0.3) => format!("grid = {}\n", dice.one_of(&[48, 61, 97])),
        _ => String::new(),
    };
    let scheme = match dice.index(6) {
        0 if !finite_volumes => "scheme = \"imex-euler\"\nstep = 1e-4\n",
        1 if !finite_volumes => "scheme = \"sbdf2\"\nstep = 1e-4\n",
        2 if !finite_volumes && dynamics != "averaged-gradient" => "scheme = \"etdrk4\"\nstep = 2e-4\n",
        _ => "",
    };
    let tolerance = dice.one_of(&["1e-3", "1e-5", "1e-8"]);
    format!("[solver]\n{grid}{scheme}tolerance = {tolerance}\ntime = {:?}\n", dice.one_of(&[0.0, 1e-3, 4e-3]))
}

/// Players on the line, or one of them: a quartic that confines, and a coupling.
fn on_lines(dice: &mut Dice) -> RandomGame {
    let [a, b, c, d] = [0.5, 0.5, 1.0, 1.0].map(|size| dice.between(0.1, 1.0) * size);
    let temperature = [dice.scale(0.3, 2.0), dice.scale(0.3, 2.0)];
    let mixed = dice.chance(0.4);
    let (text, payoff): (String, Function) = match mixed {
        true => (
            format!("{a:?}*x^4 - {c:?}*x^2 + {d:?}*x*cos(2*pi*y) - {b:?}*sin(2*pi*y)"),
            Box::new(move |x, y| {
                let (x, y) = (x[0], y[0]);
                a * x.powi(4) - c * x * x + d * x * (TAU * y).cos() - b * (TAU * y).sin()
            }),
        ),
        false => (
            format!("{a:?}*x^4 - {b:?}*y^4 + {c:?}*x*y - {d:?}*x^2"),
            Box::new(move |x, y| {
                let (x, y) = (x[0], y[0]);
                a * x.powi(4) - b * y.powi(4) + c * x * y - d * x * x
            }),
        ),
    };
    let (domain, start) = match mixed {
        true => ("y = { dim = 1 }", "1 + 0.5*cos(2*pi*y)"),
        false => ("y = { space = \"line\" }", "exp(-2*y^2)"),
    };
    let text = format!(
        "[game]\npayoff = \"{text}\"\ntemperature = {{ x = {:?}, y = {:?} }}\n[game.domain]\nx = {{ space = \"line\" }}\n{domain}\n\
         [initial]\nx = \"exp(-2*(x - {:?})^2)\"\ny = \"{start}\"\n[solver]\ntolerance = 1e-5\ntime = 2e-3\n\
         [output]\nsnapshots = 2\n",
        temperature[0],
        temperature[1],
        dice.between(-0.5, 0.5)
    );
    let space = if mixed { "line and torus" } else { "line" };
    RandomGame { text, kind: ["payoff", space, "entropy", "mfl-da"], payoff, table: None, temperature }
}
