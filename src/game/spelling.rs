//! What a reader may have meant by a name that is not known.

/// Names that other programs and papers use, with ours.
const OTHER_NAMES: [(&str, &str); 28] = [
    ("ln", "log"),
    ("sine", "sin"),
    ("cosine", "cos"),
    ("eta", "timescale"),
    ("tau", "temperature"),
    ("beta", "temperature"),
    ("epsilon", "temperature"),
    ("title", "name"),
    ("f", "payoff"),
    ("utility", "payoff"),
    ("params", "parameters"),
    ("length", "period"),
    ("size", "period"),
    ("dimension", "dim"),
    ("topology", "space"),
    ("mu", "x"),
    ("nu", "y"),
    ("mu0", "x"),
    ("nu0", "y"),
    ("t", "time"),
    ("t_end", "time"),
    ("dt", "step"),
    ("method", "scheme"),
    ("rk4", "etdrk4"),
    ("euler", "imex-euler"),
    ("tol", "tolerance"),
    ("n", "grid"),
    ("frames", "snapshots"),
];

/// The section of a game file that a key belongs to.
const HOMES: [(&str, &str); 21] = [
    ("name", "game"),
    ("payoff", "game"),
    ("kernel", "game"),
    ("table", "game"),
    ("terms", "game"),
    ("temperature", "game"),
    ("timescale", "game"),
    ("parameters", "game"),
    ("domain", "game"),
    ("regulariser", "game"),
    ("reference", "game"),
    ("grid", "solver"),
    ("scheme", "solver"),
    ("step", "solver"),
    ("tolerance", "solver"),
    ("time", "solver"),
    ("snapshots", "output"),
    ("every", "output"),
    ("times", "output"),
    ("dynamics", "flow"),
    ("schedule", "flow"),
];

/// `did you mean ..? allowed: a, b, c`, the question only where there is an answer to it. `what` is `allowed` or `known`.
pub(in crate::game) fn advice(name: &str, what: &str, candidates: &[&str]) -> String {
    let list = format!("{what}: {}", candidates.join(", "));
    match closest(name, candidates) {
        Some(best) => format!("did you mean `{best}`? {list}"),
        None => list,
    }
}

/// The same for a key that is not allowed in a section of a game file, which may belong to another one.
pub(in crate::game) fn advice_on_key(section: &str, name: &str, allowed: &[&str]) -> String {
    let lower = name.to_lowercase();
    let home = HOMES.iter().find(|(key, home)| *key == lower && *home != section);
    // A letter too few is likelier than the wrong section.
    let slip = allowed.iter().any(|key| edit_distance(&letters(&lower), &letters(key)) == 1);
    match home.filter(|_| !slip && !["sweep", "axis"].contains(&section)) {
        Some((key, home)) => format!("{key} belongs to [{home}]: {home}.{key}; allowed: {}", allowed.join(", ")),
        None => advice(name, "allowed", allowed),
    }
}

/// The candidate that goes by this name elsewhere, or within edit distance 2 (1 for names of up to three letters) of it,
/// letter case ignored; `x1` for `x`.
pub(in crate::game) fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let known_as = |wanted: &str| candidates.iter().copied().find(|candidate| *candidate == wanted);
    let numbered = ["x", "y", "z"].contains(&lower.as_str()).then(|| known_as(&format!("{lower}1"))).flatten();
    let other = OTHER_NAMES.iter().find(|(theirs, _)| *theirs == lower).and_then(|(_, ours)| known_as(ours));
    if let Some(found) = known_as(&lower).or(other).or(numbered) {
        return Some(found);
    }
    let wanted = letters(&lower);
    let allowed = match wanted.len() {
        0 | 1 => 0,
        2..=4 => 1,
        _ => 2,
    };
    let distances = candidates.iter().map(|candidate| (edit_distance(&wanted, &letters(candidate)), *candidate));
    distances.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, best)| best)
}

/// The first letters of a name, small.
fn letters(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).take(32).collect()
}

/// Levenshtein distance.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_suggested() {
        let keys = ["temperature", "timescale", "payoff", "x", "y"];
        for (name, best) in [
            ("temprature", Some("temperature")),
            ("Temperature", Some("temperature")),
            ("eta", Some("timescale")),
            ("mu", Some("x")),
            ("z", None),
            ("colour", None),
        ] {
            assert_eq!(closest(name, &keys), best, "{name}");
        }
        assert_eq!(closest("x", &["x1", "x2", "y"]), Some("x1"));
        assert_eq!(closest("fisherrao", &["fisher-rao", "mfl-da"]), Some("fisher-rao"));
        assert_eq!(edit_distance(&['a', 'b', 'c'], &['b', 'c', 'd']), 2);
    }

    #[test]
    fn a_key_in_the_wrong_section_is_sent_home() {
        let text = advice_on_key("solver", "snapshots", &["grid", "time"]);
        assert_eq!(text, "snapshots belongs to [output]: output.snapshots; allowed: grid, time");
        assert_eq!(advice_on_key("game", "tme", &["name"]), "allowed: name");
        assert_eq!(advice_on_key("output", "time", &["times"]), "did you mean `times`? allowed: times");
        assert_eq!(advice_on_key("solver", "seed", &["step"]), "allowed: step");
    }
}
