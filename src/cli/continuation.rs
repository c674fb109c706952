//! The command that goes on after an error.

use crate::experiment::RunError;

/// What to type next, where the message itself does not say it.
pub fn advice(error: &RunError) -> Option<String> {
    match error {
        RunError::Interrupted { .. } | RunError::SweepInterrupted { .. } => {
            Some(format!("continue with: {}", resuming_command()))
        }
        RunError::Step { .. } | RunError::Negative { .. } | RunError::Unresolved { time: Some(_), .. } => {
            Some("the changed game needs --force or another -o".to_owned())
        }
        RunError::Output(error) if error.is_failed_write() => Some(match can_resume() {
            true => format!("when there is room, continue with: {}", resuming_command()),
            false => "when there is room, give the command again with --force".to_owned(),
        }),
        _ => None,
    }
}

/// Whether the command of this process has `--resume`.
fn can_resume() -> bool {
    std::env::args_os()
        .nth(1)
        .is_some_and(|command| ["run", "particles", "sweep"].iter().any(|known| command == *known))
}

/// The command line of this process, resuming instead of overwriting, as a shell reads it.
fn resuming_command() -> String {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let mut words: Vec<String> = words.filter(|word| word != "--force" && word != "--resume").collect();
    words.push("--resume".to_owned());
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// The word as it is where a shell leaves it alone, between single quotes elsewhere.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_through_a_shell_as_they_were() {
        for word in ["plain", "game.temperature=0.1", "initial.y=\"1 + 2*x\"", "a'b", "", "$HOME `x` \\", "*"] {
            let output =
                std::process::Command::new("sh").arg("-c").arg(format!("printf %s {}", quoted(word))).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        }
    }
}
