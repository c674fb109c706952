//! The game file: what is read, what is filled in, what overrides do, what hostile files do.

use nashflow::game::{Game, GameFile, GridChoice, Initial, PayoffSource, Player, Scheme, catalogue, sample_density};
use std::path::Path;

const CYCLE: &str = r#"
[game]
name = "Überspiel ∮"
payoff = "0.84375*cos(4*x/3) - 1.125*cos(2*x/3) + 9*alpha*sin(x/3)*sin(y/3) - 0.84375*cos(4*y/3) + 1.125*cos(2*y/3)"
temperature = { x = 0.0625, y = 0.05 }   # warm
timescale = 2.0
[game.parameters]
half = 0.75
alpha = "2*half"
[game.domain]
x = { dim = 1, period = "6*pi", origin = "-3*pi" }
y = { dim = 1, period = "6*pi", origin = "-3*pi" }
[initial]
x = "exp(-(x-1.9)^2/(2*0.2^2))"
y = { cloud = "points.npy" }
[solver]
grid = { x = 256, y = [128] }
scheme = "etdrk4"
step = 1e-3
tolerance = 1e-6
time = 20.0
[output]
every = 0.5
"#;

const SMALL: &str = "[game]\npayoff = \"cos(2*pi*(x - y))\"\ntemperature = 0.1\n";

fn parse(text: &str, overrides: &[&str]) -> Result<GameFile, String> {
    let overrides: Vec<String> = overrides.iter().map(|o| (*o).to_owned()).collect();
    GameFile::parse("folder/game.toml", text, &overrides).map_err(|error| error.to_string())
}

fn error(text: &str, overrides: &[&str]) -> String {
    match parse(text, overrides) {
        Ok(_) => panic!("no error: {text:.300}"),
        Err(message) => message,
    }
}

fn times(output: &str, time: f64) -> Vec<f64> {
    let text = format!("{SMALL}[solver]\ntime = {time:?}\n[output]\n{output}\n");
    parse(&text, &[]).unwrap_or_else(|error| panic!("{error}")).output().times().to_vec()
}

#[test]
fn every_key_of_the_contract_is_read() {
    let file = parse(CYCLE, &[]).unwrap();
    let game = file.game();
    assert_eq!(game.name(), "Überspiel ∮");
    assert_eq!([game.temperature(Player::X), game.temperature(Player::Y)], [0.0625, 0.05]);
    assert_eq!(game.timescale(), 2.0);
    let domain = game.domain(Player::X);
    assert_eq!((domain.dimension(), domain.period()[0]), (1, 6.0 * std::f64::consts::PI));
    assert_eq!(domain.origin()[0], -3.0 * std::f64::consts::PI);
    let PayoffSource::Expression(payoff) = game.source() else { panic!() };
    let quarter = 0.75 * std::f64::consts::PI;
    let expected = -0.84375 - 0.0 + 13.5 * 0.5 + 0.84375;
    assert!((payoff.evaluate(&[quarter, quarter]) - expected).abs() < 1e-14);
    assert!(matches!(game.initial(Player::Y), Initial::Cloud(path) if path == Path::new("folder/points.npy")));
    assert_eq!(file.solver().grid(), &GridChoice::Fixed([vec![256], vec![128]]));
    assert_eq!((file.solver().scheme(), file.solver().step()), (Scheme::Etdrk4, Some(1e-3)));
    assert_eq!((file.solver().tolerance(), file.solver().time()), (1e-6, 20.0));
    assert_eq!(file.output().times().len(), 41);
    assert_eq!(file.text(), CYCLE);
}

#[test]
fn what_is_left_out_has_the_documented_value() {
    let file = parse(SMALL, &[]).unwrap();
    let game = file.game();
    assert_eq!((game.name(), game.timescale()), ("untitled", 1.0));
    for player in Player::BOTH {
        assert_eq!((game.domain(player).period(), game.domain(player).origin()), (&[1.0][..], &[0.0][..]));
        assert!(matches!(game.initial(player), Initial::Expression(e) if e.as_constant() == Some(1.0)));
    }
    assert_eq!(file.solver().grid(), &GridChoice::Auto);
    assert_eq!(
        (file.solver().scheme(), file.solver().tolerance(), file.solver().time()),
        (Scheme::Adaptive, 1e-8, 10.0)
    );
    assert_eq!(file.output().times().len(), 101);
}

#[test]
fn snapshot_times_are_multiples_and_end_at_the_final_time_exactly() {
    let tenths: Vec<f64> = (0..=10).map(|i| if i == 10 { 1.0 } else { i as f64 * 0.1 }).collect();
    assert_eq!(times("every = 0.1", 1.0), tenths);
    assert_eq!(times("every = 0.3", 1.0), [0.0, 0.3, 0.6, 3.0 * 0.3, 1.0]);
    assert_eq!(times("every = 5", 1.0), [0.0, 1.0]);
    assert_eq!(times("snapshots = 1", 2.5), [0.0, 2.5]);
    assert_eq!(times("snapshots = 4", 1.0), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(times("snapshots = 100", 0.0), [0.0]);
    assert_eq!(times("every = 0.1", 0.0), [0.0]);
    assert_eq!(times("times = []", 0.0), [0.0]);
    assert_eq!(times("times = [0.1, 0.10000000000000002, 0.3, 1.0]", 1.0), [0.0, 0.1, 0.10000000000000002, 0.3, 1.0]);
    assert_eq!(times("times = [0.0, \"1/4\"]", 1.0), [0.0, 0.25, 1.0]);
    let many = times("snapshots = 1000000", 0.7);
    assert!(many.len() == 1_000_001 && many.windows(2).all(|pair| pair[0] < pair[1]) && many[1_000_000] == 0.7);
}

#[test]
fn overrides_keep_comments_and_replace_alternatives() {
    let file = parse(CYCLE, &["game.temperature=0.1", "game.parameters.alpha = 2", "output.snapshots=4"]).unwrap();
    assert_eq!(file.game().temperature(Player::Y), 0.1);
    assert!(file.text().contains("temperature = 0.1   # warm"), "{}", file.text());
    assert!(!file.text().contains("every"));
    assert_eq!(file.output().times().len(), 5);
    let message = error(CYCLE, &["initial.y=1"]);
    assert!(message.contains("initial.y: expected an expression in quotes"), "{message}");
    let file = parse(CYCLE, &["game.kernel=cos(z/3)", "game.temperature.x=\"1/8\""]).unwrap();
    assert!(matches!(file.game().source(), PayoffSource::Kernel(_)));
    assert_eq!(file.game().temperature(Player::X), 0.125);
    let file = parse(SMALL, &["game.domain.x.origin=-0.5", "solver.scheme=sbdf2", "solver.step=1e-3"]).unwrap();
    assert_eq!(file.game().domain(Player::X).origin(), [-0.5]);
    let again = GameFile::parse("folder/game.toml", file.text(), &[]).unwrap();
    assert_eq!(again.output(), file.output());
}

#[test]
fn faults_of_overrides_name_them() {
    let message = error(SMALL, &["game.temperature=-0.1"]);
    let headline = "folder/game.toml:3:15: game.temperature: must be positive and finite, got -0.1 \
                    (from --set game.temperature=-0.1)";
    assert!(message.starts_with(headline), "{message}");
    assert!(message.contains("3 | temperature = -0.1\n  |               ^^^^"), "{message}");
    let message = error(SMALL, &["game.temprature=0.1"]);
    assert!(message.contains("game.temprature: unknown key (from --set game.temprature=0.1)"), "{message}");
    assert!(message.contains("allowed: name, payoff"), "{message}");
    assert!(error(SMALL, &["game.temperature"]).contains("expected key=value"));
    assert!(error(SMALL, &["=1"]).contains("is not a key"));
    assert!(error(SMALL, &["game.payoff.x=1"]).contains("game.payoff is not a table"));
    assert!(error(SMALL, &["a.a.a.a.a.a.a.a.a=1"]).contains("at most 8"));
    assert!(error(SMALL, &[&format!("{}=1", vec!["a"; 100_000].join("."))]).len() < 300);
    assert!(error(SMALL, &[&format!("game.temperature={}", "[".repeat(100_000))]).len() < 2000);
    assert!(!error(&SMALL.replace("0.1", "-1"), &["solver.time=1"]).contains("--set"));
}

#[test]
fn faults_inside_an_expression_point_at_the_character() {
    let message = error("[game]\ntemperature = 1\npayoff = \"cos(2*pi*(x - yy))\"\n", &[]);
    assert!(message.starts_with("folder/game.toml:3:25: game.payoff: unknown name `yy`"), "{message}");
    assert!(message.contains("^^\n"), "{message}");
    let message = error("[game]\r\ntemperature = 1\r\npayoff = '''\r\n  cos(2*pi*x)\r\n  + q'''\r\n", &[]);
    assert!(message.contains("game.payoff: unknown name `q`"), "{message}");
}

#[test]
fn windows_files_and_byte_order_marks_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Überspiel ∮ 100%.toml");
    std::fs::write(&path, format!("\u{feff}{}", CYCLE.replace('\n', "\r\n"))).unwrap();
    assert_eq!(GameFile::load(&path, &[]).unwrap().game().name(), "Überspiel ∮");
}

#[test]
fn what_is_not_a_text_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: &Path| GameFile::load(path, &[]).unwrap_err().to_string();
    assert!(message(folder.path()).contains("is a directory"));
    assert!(message(Path::new("/dev/zero")).contains("a pipe or a device"));
    assert!(message(&folder.path().join("none.toml")).contains("cannot be read: No such file"));
    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"[game]\nname = \"\xff\"\n").unwrap();
    assert!(message(&binary).contains("byte 15 is not UTF-8"));
    let large = folder.path().join("large.toml");
    std::fs::File::create(&large).unwrap().set_len(1 << 30).unwrap();
    assert!(message(&large).contains("has 1073741824 bytes; at most 16777216 are read"));
}

#[test]
fn bombs_are_refused_with_a_place_and_a_short_message() {
    let payoff = |text: &str| error(&format!("[game]\ntemperature = 1\npayoff = \"{text}\"\n"), &[]);
    for bomb in [
        payoff(&format!("{}x{}", "(".repeat(100_000), ")".repeat(100_000))),
        payoff(&"x+".repeat(1 << 20)),
        payoff(&format!("{}x", "-".repeat(10_000))),
        error(&format!("a{} = 1\n", ".a".repeat(100_000)), &[]),
        error(&format!("[a{}]\n", ".a".repeat(100_000)), &[]),
        error(&format!("\"a\"{} = 1\n", ".a".repeat(100_000)), &[]),
        error(&format!("x = {{ a{} = 1 }}\n", ".a".repeat(100_000)), &[]),
        error(&format!("a = {}", "[".repeat(100_000)), &[]),
        error(&format!("a = {}", "{a=".repeat(100_000)), &[]),
    ] {
        assert!(bomb.len() < 2000 && bomb.contains('^'), "{} bytes: {:.300}", bomb.len(), bomb);
    }
}

#[test]
fn payoffs_of_high_frequency_or_far_origin_count_as_periodic() {
    for (payoff, domain) in [
        ("5*cos(40*pi*(x - y))", ""),
        ("cos(2000*pi*x)*sin(2*pi*y) + 1e6", ""),
        ("exp(20*cos(2*pi*(x - y)))", ""),
        ("abs(sin(pi*x)) - cos(2*pi*y)", ""),
        ("cos(2*pi*(x - y))", "[game.domain]\nx = { origin = 1e5 }\ny = { origin = -777 }"),
        ("cos(2*pi*x/1e-3) - cos(2*pi*y/1e6)", "[game.domain]\nx = { period = 1e-3 }\ny = { period = 1e6 }"),
        ("1e-300*cos(2*pi*(x - y))", ""),
        ("3", ""),
    ] {
        parse(&format!("[game]\ntemperature = 1\npayoff = \"{payoff}\"\n{domain}\n"), &[])
            .unwrap_or_else(|error| panic!("{error}"));
    }
    let modes: String = (1..20_000).map(|k| format!("sin({k}*2*pi*x) + ")).collect();
    assert!(parse(&format!("[game]\ntemperature = 1\npayoff = \"{modes} cos(2*pi*y)\"\n"), &[]).is_ok());
    assert!(parse("[game]\ntemperature = 0.01\nkernel = \"5*cos(40*pi*z)\"\n", &[]).is_ok());
    let shifted = "[game]\ntemperature = 1\npayoff = \"1e8 + cos(2*pi*x) + 1e-3*x\"\n";
    assert!(error(shifted, &[]).contains("is not periodic in x"));
}

#[test]
fn densities_that_overflow_are_evaluated_in_logarithms() {
    let text = format!("{SMALL}[initial]\nx = \"exp(800*cos(2*pi*(x-0.1)))\"\n");
    let file = parse(&text, &[]).unwrap();
    let Initial::Expression(density) = file.game().initial(Player::X) else { panic!() };
    let grid = file.game().domain(Player::X).grid(&[1000]).unwrap();
    let values = sample_density(density, &grid).unwrap();
    let largest = values.values().iter().copied().fold(0.0, f64::max);
    assert!((largest - 70.8870701334662).abs() < 1e-10, "{largest}");
    let touching = format!("{SMALL}[initial]\nx = \"1 + cos(2*pi*x)\"\ny = \"1 - cos(2*pi*y)^2\"\n");
    assert!(parse(&touching, &[]).is_ok());
}

#[test]
fn three_thousand_terms_are_read() {
    let term = |k: usize| format!("[[game.terms]]\ncoefficient = {k}\nx = \"cos({k}*2*pi*x)\"\ny = \"sin(2*pi*y)\"\n");
    let text = format!("[game]\ntemperature = 1\n{}", (1..=3000).map(term).collect::<String>());
    let file = parse(&text, &[]).unwrap();
    assert!(matches!(file.game().source(), PayoffSource::Terms(terms) if terms.len() == 3000));
}

#[test]
fn a_game_can_be_made_without_a_file() {
    let bundled = catalogue::get("players-2x2").unwrap().load(&[]).unwrap();
    let game = bundled.game();
    let of = |temperature| {
        let domain = Player::BOTH.map(|player| game.domain(player).clone());
        let initial = Player::BOTH.map(|player| game.initial(player).clone());
        Game::new("copy", game.source().clone(), temperature, 1.0, domain, initial)
    };
    assert!(of([0.1, 0.1]).is_ok());
    let message = of([0.1, f64::NAN]).unwrap_err().to_string();
    assert_eq!(message, "game.temperature.y: must be positive and finite, got NaN");
}
