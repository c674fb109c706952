//! Every command that README.md and docs/ show is run, each document in a temporary folder of its own.
//!
//! A fenced block marked `sh` or `console` has one command a line; what is neither a command of ours nor a `printf` that
//! writes a file (installation, output) is skipped, and so is a block marked `sh no-test`. Blocks marked `sh long` hold
//! commands of minutes, which the long form of the tests runs.

use crate::form::tries;
use crate::validate::initial_cloud;
use crate::w2_files::write_npz;
use crate::workspace::{Outcome, Workspace};
use ndarray::Array2;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Beginnings of our commands.
const PROGRAMS: [&str; 3] = ["nashflow ", "cargo run --release -- ", "target/release/nashflow "];

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![root.join("README.md")];
    if let Ok(entries) = std::fs::read_dir(root.join("docs")) {
        documents.extend(entries.map(|entry| entry.unwrap().path()));
    }
    documents.retain(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "md"));
    documents.sort();
    documents
}

/// What a line of a block asks for.
#[derive(Debug, PartialEq)]
enum Line {
    /// A command of ours, without the name of the program.
    Ours(String),
    /// A file made by the shell.
    Shell(String),
}

/// What the blocks of a document ask for; with those of minutes if `long`.
fn commands(text: &str, long: bool) -> Vec<Line> {
    let mut commands = Vec::new();
    let mut is_shell = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if let Some(marks) = trimmed.strip_prefix("```") {
            is_shell = match is_shell {
                None => {
                    let marks: Vec<&str> = marks.split([' ', ',']).filter(|mark| !mark.is_empty()).collect();
                    let shell = matches!(marks.first(), Some(&"sh" | &"bash" | &"console" | &"shell"));
                    Some(shell && !marks.contains(&"no-test") && (long || !marks.contains(&"long")))
                }
                Some(_) => None,
            };
        } else if is_shell == Some(true) {
            let mut command = trimmed.trim_start_matches("$ ").to_owned();
            while let Some(unfinished) = command.strip_suffix('\\') {
                command = format!("{unfinished} {}", lines.next().unwrap_or_default().trim());
            }
            if let Some(ours) = PROGRAMS.iter().find_map(|program| command.strip_prefix(program)) {
                commands.push(Line::Ours(ours.to_owned()));
            } else if command.starts_with("printf ") {
                commands.push(Line::Shell(command));
            }
        }
    }
    commands
}

/// Words as a shell splits them: quotes, and a comment at the end.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in command.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == '#' && word.is_none() => break,
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quote is not closed in {command}");
    words.extend(word);
    words
}

/// Runs the commands of a document one after another.
fn follow(document: &Path) {
    let workspace = Workspace::new();
    // What users call "my game" in examples.
    workspace.write("game.toml", crate::workspace::CIRCLES);
    // And "my particles": 2000 independent points of each initial density, at time 0, as one cloud and as ten replicas.
    for (name, shape) in [("cloud.npz", (2000, 1)), ("replicas.npz", (10, 200))] {
        let [x, y] = initial_cloud(2000, 1).map(|points| Array2::from_shape_vec(shape, points).unwrap());
        write_npz(&workspace, name, &[("x", x), ("y", y), ("times", Array2::zeros((1, 1)))]);
    }
    for line in commands(&std::fs::read_to_string(document).unwrap(), tries(0, 1) == 1) {
        let command = match line {
            Line::Ours(command) => command,
            Line::Shell(command) => {
                let shell = Command::new("sh").args(["-c", &command]).current_dir(workspace.folder()).status().unwrap();
                assert!(shell.success(), "{}: {command}", document.display());
                continue;
            }
        };
        let words = words(&command);
        assert!(!words.iter().any(|word| word == "|" || word == ">" || word == "&&"), "{command}: one command a line");
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = workspace.command(&arguments).output().unwrap();
        let outcome = Outcome::new(output, &arguments);
        assert_eq!(outcome.status, Some(0), "{}: nashflow {command}\n{}", document.display(), outcome.stderr);
    }
}

#[test]
fn every_command_of_the_documentation_does_what_it_says() {
    let documents = documents();
    std::thread::scope(|scope| {
        for document in &documents {
            scope.spawn(|| follow(document));
        }
    });
}

#[test]
fn commands_are_found_in_their_blocks_only() {
    let text = "\
nashflow not in a block
```toml
nashflow not a shell
```
```sh
# a comment
apt-get install something
nashflow run limit-cycle   # a comment
$ cargo run --release -- equilibrium rotation --set 'game.name=a # b' \\
    --json
```
```sh no-test
nashflow run never
```
```sh long
printf 'a\\n' > a.toml
nashflow run a.toml
```
  ```console
  $ nashflow games list
  ten games
  ```
";
    let ours = |line: &Line| match line {
        Line::Ours(command) => Some(words(command)),
        Line::Shell(_) => None,
    };
    let short = commands(text, false);
    assert_eq!(
        short.iter().filter_map(ours).collect::<Vec<_>>(),
        [
            &["run", "limit-cycle"][..],
            &["equilibrium", "rotation", "--set", "game.name=a # b", "--json"],
            &["games", "list"],
        ]
    );
    let mut long = commands(text, true);
    assert_eq!(
        long.drain(2..4).collect::<Vec<_>>(),
        [Line::Shell("printf 'a\\n' > a.toml".to_owned()), Line::Ours("run a.toml".to_owned())]
    );
    assert_eq!(long, short);
}
