//! What stands behind `--dynamics`: names with keys of `[flow]`, each as a game file of its own.

use crate::experiment::RunError;
use crate::game::GameFile;

/// Label and game file of every dynamics. A dynamics without keys that is the game's own keeps the game's.
///
/// # Errors
/// [`RunError`] for a name, a key or a value that the game file would not take either, and for a dynamics named twice.
pub fn contestants(file: &GameFile, dynamics: &[String]) -> Result<Vec<(String, GameFile)>, RunError> {
    if dynamics.is_empty() {
        return Err(RunError::option("--dynamics", "names at least one dynamics"));
    }
    let mut found: Vec<(String, GameFile)> = Vec::with_capacity(dynamics.len());
    for text in dynamics {
        if found.iter().any(|(label, _)| label == text) {
            return Err(RunError::option("--dynamics", format!("{text} is there twice")));
        }
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let keys: Vec<&str> = parts.collect();
        let is_own = keys.is_empty() && name == file.flow().name();
        let overrides: Vec<String> = match is_own {
            true => Vec::new(),
            false => std::iter::once(format!("flow.dynamics=\"{name}\""))
                .chain(keys.into_iter().map(|key| format!("flow.{key}")))
                .collect(),
        };
        found.push((text.clone(), GameFile::parse(file.path(), file.text(), &overrides)?));
    }
    Ok(found)
}

/// The texts between the commas of `--dynamics` that stand in no parentheses.
pub fn split_dynamics(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_i32);
    for c in text.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match c {
            ',' if depth <= 0 => parts.push(String::new()),
            _ => parts.last_mut().expect("one part at least").push(c),
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::catalogue;

    fn labels(dynamics: &[&str], overrides: &[&str]) -> Result<Vec<(String, GameFile)>, RunError> {
        let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
        let file = catalogue::get("rotation").unwrap().load(&overrides).unwrap();
        contestants(&file, &dynamics.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn each_dynamics_has_its_own_keys_and_the_game_keeps_those_of_its_own() {
        let own = ["flow.dynamics=forgetting-average", "flow.rate=7"];
        let found = labels(&["mfl-da", "forgetting-average", "optimistic:rate=3"], &own).unwrap();
        let texts: Vec<String> = found.iter().map(|(_, file)| format!("{:?}", file.flow())).collect();
        assert_eq!(texts, ["MflDa", "ForgettingAverage { rate: 7.0 }", "Optimistic { rate: 3.0 }"]);
    }

    #[test]
    fn unknown_names_keys_and_repetitions_are_refused() {
        for (dynamics, words) in [
            (&["mfl"][..], "unknown dynamics `mfl`"),
            (&["forgetting-average"], "flow.rate: is missing"),
            (&["fisher-rao:rate=1"], "flow.rate: unknown key"),
            (&["best-response:rate=-1"], "must be positive"),
            (&["mfl-da", "mfl-da"], "is there twice"),
            (&[], "at least one"),
        ] {
            let message = labels(dynamics, &[]).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn commas_in_parentheses_do_not_separate() {
        let text = "mfl-da, annealing:schedule=max(1,2-t),fisher-rao";
        assert_eq!(split_dynamics(text), ["mfl-da", "annealing:schedule=max(1,2-t)", "fisher-rao"]);
    }
}
