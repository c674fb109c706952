//! The likeliest mistakes in a game file: each message shows the line with a caret under the mistake, and what to write.

use crate::workspace::Workspace;

const GAME: &str = r#"[game]
name = "Mine"
payoff = "cos(2*pi*(x - y)) + 0.5*cos(4*pi*x)"
temperature = 0.1

[initial]
x = "1 + 0.5*cos(2*pi*x)"

[solver]
time = 1.0
"#;

/// What is written instead of what, where the message points to (`line:column`, and what the carets stand under), and words
/// of the help.
const MISTAKES: [(&str, &str, &str, &str, &str); 36] = [
    ("temperature", "temprature", "4:1", "temprature", "did you mean `temperature`?"),
    ("temperature = 0.1", "temperature = 0.1\neta = 2", "5:1", "eta", "did you mean `timescale`?"),
    ("[solver]", "[sovler]", "9:2", "sovler", "did you mean `solver`?"),
    ("time = 1.0", "T = 1.0", "10:1", "T", "did you mean `time`?"),
    ("time = 1.0", "time = 1.0\ntol = 1e-6", "11:1", "tol", "did you mean `tolerance`?"),
    ("time = 1.0", "time = 1.0\nsnapshots = 5", "11:1", "snapshots", "output.snapshots"),
    ("[solver]", "[parameters]\nalpha = 1\n[solver]", "9:2", "parameters", "game.parameters"),
    ("x = \"1 +", "mu = \"1 +", "7:1", "mu", "did you mean `x`?"),
    ("x - y", "x - z", "3:25", "z", "known: x, y"),
    ("x - y", "X - y", "3:21", "X", "did you mean `x`?"),
    ("0.5*cos", "alpha*cos", "3:31", "alpha", "[game.parameters] alpha"),
    ("cos(4*pi*x)", "cosine(4*pi*x)", "3:35", "cosine", "did you mean `cos`?"),
    ("cos(4*pi*x)", "np.cos(4*pi*x)", "3:37", ".", "write cos(..)"),
    ("cos(4*pi*x)", "ln(2 + cos(4*pi*x))", "3:35", "ln", "did you mean `log`?"),
    ("cos(4*pi*x)", "cos(4*pi*x)**2", "3:46", "**", "write ^ for powers"),
    ("cos(4*pi*x)", "cos(4pi*x)", "3:40", "pi", "write 4*pi for a product"),
    ("cos(4*pi*x)", "cos 4*pi*x", "3:35", "cos", "with brackets"),
    ("y)) +", "y) +", "3:14", "(", "add the `)`"),
    ("x - y", "x \u{2212} y", "3:23", "\u{2212}", "ASCII minus"),
    ("0.5*cos", "0,5*cos", "3:32", ",", "the decimal sign is a point"),
    ("0.5*cos(4*pi*x)", "x^2", "3:10", "\"cos(2*pi*(x - y)) + x^2\"", "cos(2*pi*x)"),
    ("cos(2*pi*(x - y)) + 0.5*cos(4*pi*x)", "cos(x - y)", "3:10", "\"cos(x - y)\"", "[game.domain]"),
    ("0.5*cos(4*pi*x)", "sqrt(cos(2*pi*x))", "3:10", "\"cos(2*pi*(x - y)) + sqrt(cos(2*pi*x))\"", "negative number"),
    ("0.5*cos(4*pi*x)", "log(abs(sin(2*pi*x)))", "3:10", "\"cos(2*pi*(x - y)) + log(abs(sin(2*pi*x)))\"", "finite"),
    ("1 + 0.5", "0.2 + 0.5", "7:5", "\"0.2 + 0.5*cos(2*pi*x)\"", "densities are >= 0"),
    ("\"Mine\"", "\"Mine", "2:13", "", "close the string"),
    (
        "payoff = \"cos(2*pi*(x - y)) + 0.5*cos(4*pi*x)\"",
        "payoff = cos(2*pi*x)",
        "3:10",
        "cos(2*pi*x)",
        "between quotes",
    ),
    ("temperature = 0.1", "temperature = 0,1", "4:16", ",", "the decimal sign is a point"),
    ("temperature = 0.1", "temperature = 0.1\ntemperature = 0.2", "5:1", "temperature", "stands once"),
    ("temperature = 0.1", "temperature = -0.1", "4:15", "-0.1", "must be positive"),
    ("temperature = 0.1", "temperature = [0.1, 0.2]", "4:15", "[0.1, 0.2]", "{ x = 0.1, y = 0.2 }"),
    ("temperature = 0.1\n", "", "1:1", "[game]", "add temperature = 0.1"),
    ("time = 1.0", "time = 1.0\nscheme = \"rk4\"", "11:10", "\"rk4\"", "did you mean `etdrk4`?"),
    ("time = 1.0", "time = 1.0\nscheme = \"sbdf2\"", "11:10", "\"sbdf2\"", "add for example step"),
    ("time = 1.0", "time = 1.0\ngrid = [256, 256]", "11:8", "[256, 256]", "{ x = .., y = .. }"),
    ("[solver]", "[flow]\ndynamics = \"fisherrao\"\n[solver]", "10:12", "\"fisherrao\"", "did you mean `fisher-rao`?"),
];

#[test]
fn the_likeliest_mistakes_are_shown_with_a_caret_and_a_way_out() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.run(&["run", "game.toml", "--set", "solver.time=0", "-o", "right.h5"]).succeeds();
    for (right, wrong, place, marked, help) in MISTAKES {
        assert!(GAME.contains(right), "{right}");
        workspace.write("game.toml", GAME.replacen(right, wrong, 1));
        let message = workspace.run(&["run", "game.toml", "-o", "out.h5"]).stderr;
        assert!(message.starts_with(&format!("error: game.toml:{place}: ")), "{wrong}: {message}");
        assert!(message.contains(help), "{wrong}: no `{help}` in {message}");
        // The carets stand under what is marked.
        let lines: Vec<&str> = message.lines().collect();
        let carets = lines.iter().position(|line| line.trim_end().ends_with('^')).expect("carets");
        let (above, below): (Vec<char>, Vec<char>) =
            (lines[carets - 1].chars().collect(), lines[carets].chars().collect());
        let first = below.iter().position(|c| *c == '^').unwrap();
        let count = below.iter().filter(|c| **c == '^').count();
        let under: String = above.iter().skip(first).take(count).collect();
        assert_eq!(under, marked, "{wrong}: {message}");
        assert!(!workspace.path("out.h5").exists());
    }
}

/// In two dimensions the coordinates have numbers.
#[test]
fn coordinates_of_two_dimensions_are_suggested() {
    let workspace = Workspace::new();
    let domain = "[game.domain]\nx = { dim = 2, period = [1, 1] }\n\n[initial]";
    workspace.write("game.toml", GAME.replacen("[initial]", domain, 1));
    workspace.refuses(&["run", "game.toml"], &["game.toml:3:21", "did you mean `x1`?"]);
}
