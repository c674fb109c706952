//! `nashflow games list | show | copy`.

use super::arguments::{GamesArguments, GamesCommand};
use super::table::Table;
use super::{BAD_INPUT, print, print_json, report_failure};
use crate::game::catalogue;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The exit status of the command.
pub fn main(arguments: &GamesArguments) -> i32 {
    let result = match &arguments.command {
        GamesCommand::List { json } => {
            list(*json);
            Ok(())
        }
        GamesCommand::Show { name } => catalogue::text(name).map(print).map_err(|error| error.to_string()),
        GamesCommand::Copy { name, destination, force } => copy(name, destination.as_deref(), *force),
    };
    match result {
        Ok(()) => 0,
        Err(message) => report_failure(&message, BAD_INPUT, false),
    }
}

fn list(json: bool) {
    if json {
        let entry = |name: &str, summary: &str| serde_json::json!({ "name": name, "summary": summary });
        let games: Vec<_> = catalogue::list().iter().map(|game| entry(game.name, game.summary())).collect();
        let sweeps: Vec<_> = catalogue::sweeps().iter().map(|sweep| entry(sweep.name, sweep.summary())).collect();
        return print_json(&serde_json::json!({ "games": games, "sweeps": sweeps }));
    }
    let mut table = Table::new();
    for game in catalogue::list() {
        table.row(game.name, game.summary());
    }
    for sweep in catalogue::sweeps() {
        table.row(&format!("sweep {}", sweep.name), sweep.summary());
    }
    print(&table.render());
}

fn copy(name: &str, destination: Option<&Path>, force: bool) -> Result<(), String> {
    let text = catalogue::text(name).map_err(|error| error.to_string())?;
    let file_name = PathBuf::from(format!("{name}.toml"));
    let path = match destination {
        Some(folder) if folder.is_dir() => folder.join(file_name),
        Some(path) => path.to_path_buf(),
        None => file_name,
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            print(&format!("{}\n", path.display()));
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(format!("{} already exists; --force replaces it", path.display()))
        }
        Err(error) => Err(format!("cannot write {}: {error}", path.display())),
    }
}
