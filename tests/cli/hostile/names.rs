//! Names that are markup, code, control characters, or longer than a name can be; arguments that are no text.

use crate::readers::python;
use crate::report_page::{data, page};
use crate::workspace::{Outcome, Workspace};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

const NAMES: [&str; 10] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "]]><!--<svg onload=alert(1)>",
    "&lt;b&gt; &amp; &#x3c;script&#x3e;",
    "{{7*7}} ${7*7} %s %n `id` $(id)",
    "\u{0}\u{1}\u{1b}[31mred\u{7}\u{8}\u{7f}\u{9b}",
    "\u{202e}lmth.tropper\u{200f}\u{feff}\u{2028}\u{2029}",
    "\u{fffe}\u{ffff}\u{10ffff}\u{fdd0}",
    "line\nline\r\nline\ttab",
    "e\u{301}\u{301}\u{301}\u{301} 𝒳 🎲 日本語 עברית",
];

const REST: &str =
    "payoff = \"cos(2*pi*(x - y))\"\ntemperature = 0.5\n[solver]\ngrid = 48\ntime = 0.01\n[output]\nsnapshots = 2\n";

/// All SVG of a folder are well-formed and hold no script; the page holds its own three scripts.
#[track_caller]
fn is_harmless(workspace: &Workspace, folder: &str, name: &str) {
    let page = page(workspace, folder);
    assert_eq!(page.matches("<script").count(), 3, "{name:?}");
    for text in ["<img src=x", "<script>alert", "<svg onload", "onerror=alert(1)>", "\u{0}", "\u{1b}"] {
        assert!(!page.contains(text), "{name:?}: {text:?}");
    }
    assert!(data(&page).is_object());
    let script = "import sys, glob, xml.etree.ElementTree as t\n\
                  files = glob.glob(sys.argv[1] + '/*.svg')\n\
                  assert files\n\
                  for file in files:\n    for e in t.parse(file).iter():\n        \
                  assert 'script' not in e.tag and not any(k.startswith('on') for k in e.attrib), file";
    let output = Command::new(python()).args(["-c", script]).arg(workspace.path(folder)).output().unwrap();
    assert!(output.status.success(), "{name:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn quoted(name: &str) -> String {
    let escaped: String = name.chars().map(|c| format!("\\U{:08x}", c as u32)).collect();
    format!("\"{escaped}\"")
}

#[test]
fn games_of_any_name_are_refused_or_shown_without_harm() {
    let workspace = Workspace::new();
    for name in NAMES {
        workspace.write("game.toml", format!("[game]\nname = {}\n{REST}", quoted(name)));
        let outcome = workspace.run(&["run", "game.toml", "-o", "run.h5", "--force", "--json"]);
        if outcome.status == Some(2) {
            assert!(outcome.stderr.contains("game.name"), "{name:?}: {outcome:?}");
            continue;
        }
        assert_eq!(outcome.succeeds().json()["game"].as_str().unwrap(), name);
        workspace.run(&["report", "run.h5", "-o", "shown", "--format", "svg", "--force"]).succeeds();
        is_harmless(&workspace, "shown", name);
        let table = workspace.run(&["run", "game.toml", "-o", "run.h5", "--force"]).succeeds().stdout;
        assert!(!table.contains(['\u{0}', '\u{1b}', '\u{7}', '\u{8}', '\u{9b}']), "{name:?}: {table:?}");
    }
    let long = "ü".repeat(100_000);
    workspace.write("game.toml", format!("[game]\nname = \"{long}\"\n{REST}"));
    let outcome = workspace.run(&["run", "game.toml", "-o", "run.h5", "--force", "--json"]);
    assert!(matches!(outcome.status, Some(0 | 2)), "{:?}", outcome.status);
    if outcome.status == Some(0) {
        workspace.run(&["report", "run.h5", "-o", "shown", "--format", "svg", "--force"]).succeeds();
        is_harmless(&workspace, "shown", "long");
    }
}

#[test]
fn axes_of_a_sweep_with_any_name_or_text_are_shown_without_harm() {
    let workspace = Workspace::new();
    workspace.write("game.toml", format!("[game]\n{REST}"));
    for name in NAMES {
        let sweep = format!(
            "[sweep]\nname = {0}\ngame = \"game.toml\"\nrecord = [\"energy\", \"verdict\"]\n[[axis]]\nkey = \"game.name\"\n\
             values = [{0}, \"plain\"]\n",
            quoted(name)
        );
        workspace.write("sweep.toml", sweep);
        let outcome = workspace.run(&["sweep", "sweep.toml", "-o", "sweep.h5", "--force", "--json"]);
        if outcome.status == Some(2) {
            assert!(outcome.json()["error"].is_string(), "{name:?}: {outcome:?}");
            continue;
        }
        outcome.succeeds();
        workspace.run(&["report", "sweep.h5", "-o", "shown", "--format", "svg", "--force"]).succeeds();
        is_harmless(&workspace, "shown", name);
    }
}

/// Names that the file system takes.
#[test]
fn files_of_any_name_are_read_written_and_shown() {
    let workspace = Workspace::new();
    for name in NAMES
        .iter()
        .filter(|name| !name.contains(['\u{0}', '/']))
        .chain(&["-", "--json", "~", "*", "$HOME", " ", "a:b", "x="])
    {
        let game = format!("./{name}.toml");
        std::fs::write(workspace.folder().join(&game), format!("[game]\n{REST}")).unwrap();
        let output = format!("./{name}.h5");
        let object = workspace.run(&["run", &game, "-o", &output, "--json"]).succeeds().json();
        assert_eq!(object["output"], output);
        workspace.run(&["report", &output, "-o", "shown", "--format", "svg", "--force"]).succeeds();
        is_harmless(&workspace, "shown", name);
        std::fs::remove_file(workspace.folder().join(&output)).unwrap();
    }
}

#[test]
fn names_as_long_as_can_be_are_taken_and_longer_ones_refused() {
    let workspace = Workspace::new();
    // The writer puts `.h5.part`, `.h5.tmp` and `.h5.lock` beside its file.
    for (length, fits) in
        [(200, true), (255 - ".h5.lock".len(), true), (255 - ".h5".len(), false), (256, false), (5000, false)]
    {
        let output = format!("{}.h5", "n".repeat(length));
        workspace.write("game.toml", format!("[game]\n{REST}"));
        let outcome = workspace.run(&["run", "game.toml", "-o", &output, "--json"]);
        if fits {
            assert_eq!(outcome.succeeds().json()["output"], output);
            std::fs::remove_file(workspace.path(&output)).unwrap();
        } else if outcome.status != Some(0) {
            assert_eq!(outcome.status, Some(2), "{length}: {}", outcome.stderr);
            assert!(outcome.json()["error"].is_string() && outcome.stderr.contains("name"), "{}", outcome.stderr);
            assert_eq!(workspace.names(), ["game.toml"], "{length}");
        }
    }
    let long = format!("{}.toml", "g".repeat(250));
    workspace.write(&long, format!("[game]\n{REST}"));
    workspace.run(&["equilibrium", &long]).succeeds();
    workspace.run(&["equilibrium", &format!("{}.toml", "g".repeat(256))]).fails(2, &["name"]);
}

#[test]
fn arguments_that_are_no_text_are_refused_or_taken_but_never_a_panic() {
    let workspace = Workspace::new();
    workspace.write("game.toml", format!("[game]\n{REST}"));
    let bad = OsStr::from_bytes(b"\xff\xfe\x80");
    let with = |prefix: &str| {
        let mut word = OsString::from(prefix);
        word.push(bad);
        word
    };
    let commands: [&[OsString]; 12] = [
        &["run".into(), bad.into()],
        &["run".into(), "game.toml".into(), "--set".into(), with("game.name=")],
        &["run".into(), "game.toml".into(), "-o".into(), with("out")],
        &["equilibrium".into(), "game.toml".into(), with("--threads=")],
        &[bad.into()],
        &["run".into(), with("--")],
        &["w2".into(), with("expr:"), "expr:1".into()],
        &["w2".into(), bad.into(), bad.into()],
        &["validate".into(), with("x="), "--against".into(), bad.into()],
        &["report".into(), bad.into()],
        &["sweep".into(), bad.into(), "-o".into(), bad.into()],
        &["compare".into(), "game.toml".into(), "--dynamics".into(), bad.into()],
    ];
    for arguments in commands {
        for json in [false, true] {
            let mut command = workspace.command(&[]);
            command.args(arguments).args(json.then_some("--json"));
            let output = command.output().unwrap();
            let outcome = Outcome::new(
                std::process::Output { stderr: String::from_utf8_lossy(&output.stderr).into_owned().into(), ..output },
                &["not UTF-8"],
            );
            assert_eq!(outcome.status, Some(2), "{arguments:?}: {outcome:?}");
            assert!(
                !outcome.stderr.contains("panicked") && outcome.stderr.contains("error:"),
                "{arguments:?}: {outcome:?}"
            );
            if json {
                assert_eq!(outcome.json()["status"], 2, "{arguments:?}");
            } else {
                assert_eq!(outcome.stdout, "", "{arguments:?}");
            }
            assert_eq!(workspace.names(), ["game.toml"], "{arguments:?}");
        }
    }
}
