//! `nashflow report`: a folder that appears whole, pictures that can be opened, a page that holds the numbers of the file and
//! nothing that could run.

use crate::form::tries;
use crate::readers::python;
use crate::report_page::{data, near, page, pixels_of_colour};
use crate::workspace::Workspace;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A name and a payoff that would be markup if they were not escaped.
const HOSTILE: &str = "</script><script>alert('1')</script><img src=x onerror=\"alert(2)\">&amp;";

#[test]
fn the_page_holds_the_numbers_of_the_file() {
    let workspace = Workspace::new();
    let summary = workspace.run(&["run", "rotation", "--json", "--set", "solver.time=2"]).succeeds().json();
    let made = workspace.run(&["report", "rotation.h5", "--json"]).succeeds().json();
    assert_eq!(made["page"], "rotation.report/report.html");
    assert_eq!((made["notes"].as_array().unwrap().len(), made["pictures"].as_array().unwrap().len()), (0, 13));
    let page = page(&workspace, "rotation.report");
    let data = data(&page);
    let file = hdf5::File::open(workspace.path("rotation.h5")).unwrap();
    let column = |name: &str| file.dataset(name).unwrap().read_raw::<f64>().unwrap();
    let numbers = |value: &Value| value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<f64>>();
    assert!(near(&numbers(&data["chart"]["places"]), &column("time")));
    for (place, name) in ["w2", "nikaido_isoda"].iter().enumerate() {
        assert!(near(&numbers(&data["chart"]["curves"][place]["values"]), &column(name)), "{name}");
    }
    // The slope goes through the distance where its decay was measured last, and falls by the gap.
    let slope = numbers(&data["chart"]["curves"][3]["values"]);
    let (times, w2) = (column("time"), column("w2"));
    let last = times.iter().rposition(|t| *t <= summary["decay"]["to"].as_f64().unwrap()).unwrap();
    assert!((slope[last] / w2[last] - 1.0).abs() <= 1e-12, "{} {}", slope[last], w2[last]);
    let gap = summary["spectrum"]["gap"].as_f64().unwrap();
    let fall = (slope[0] / slope[slope.len() - 1]).ln() / times[times.len() - 1];
    assert!((fall / gap - 1.0).abs() <= 1e-12, "{fall} {gap}");
    // The densities in single precision.
    for (player, name) in ["mu", "nu"].iter().enumerate() {
        let bytes = STANDARD.decode(data["frames"]["players"][player]["frames"].as_str().unwrap()).unwrap();
        let found: Vec<f32> = bytes.chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
        let expected: Vec<f32> = column(name).iter().map(|v| *v as f32).collect();
        assert_eq!(found, expected, "{name}");
    }
    let verdict = summary["verdict"].as_str().unwrap();
    assert!(page.contains(&format!("<b>{verdict}</b>")) && page.contains("3.947841"), "{verdict}");
    let start = page.find("text/csv;base64,").unwrap() + "text/csv;base64,".len();
    let csv = STANDARD.decode(&page[start..start + page[start..].find('"').unwrap()]).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let row: Vec<f64> = csv.lines().nth(1).unwrap().split(',').map(|cell| cell.parse().unwrap()).collect();
    assert_eq!((csv.lines().count(), row[0], row[1]), (1 + times.len(), times[0], w2[0]));
}

/// Pictures are read by others: SVG by an XML parser, PNG by its decoder; both show more than white.
#[test]
fn pictures_can_be_opened() {
    let workspace = Workspace::new();
    for game in ["rotation", "players-1x2"] {
        let file = format!("{game}.h5");
        workspace.run(&["run", game, "--set", "solver.time=0.2", "--set", "output.snapshots=3"]).succeeds();
        workspace.run(&["report", &file, "-o", game]).succeeds();
        for name in ["distances", "density-x", "density-y", "phase-portrait", "spectrum", "steps"] {
            let bytes = workspace.read(&format!("{game}/{name}.png"));
            let (width, coloured, all) = pixels_of_colour(&bytes);
            assert!(width == 720 && coloured * 1000 > all, "{game} {name}: {coloured} of {all} pixels");
        }
    }
    let script = "import sys, glob, xml.etree.ElementTree as t\n\
                  files = glob.glob(sys.argv[1] + '/*/*.svg')\n\
                  assert len(files) == 12, files\n\
                  [t.parse(file) for file in files]";
    let output = std::process::Command::new(python()).args(["-c", script]).arg(workspace.folder()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn names_and_games_cannot_become_markup() {
    let workspace = Workspace::new();
    let game = format!(
        "# {HOSTILE}\n[game]\nname = {}\nkernel = \"cos(2*pi*z)\"\ntemperature = 0.1\n[solver]\ntime = 0.1\n",
        serde_json::to_string(HOSTILE).unwrap()
    );
    workspace.write("game.toml", game);
    workspace.run(&["run", "game.toml", "-o", "<img src=x onerror=alert(3)>.h5"]).succeeds();
    workspace.run(&["report", "<img src=x onerror=alert(3)>.h5", "-o", "out"]).succeeds();
    let page = page(&workspace, "out");
    for text in ["<script>alert", "<img", "onerror=\"alert", "<link rel=\"stylesheet", "src=\"http", "href=\"http"] {
        assert!(!page.contains(text), "{text}");
    }
    // Three elements of script: the data, the plotting library, the page's own.
    assert_eq!(page.matches("<script").count(), 3);
    assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"));
    assert!(page.contains("&lt;img src=x onerror"));
}

#[test]
fn reports_have_the_same_bytes_each_time_and_for_any_number_of_threads() {
    let workspace = Workspace::new();
    workspace.run(&["run", "rotation", "--set", "solver.time=0.5"]).succeeds();
    let make = |threads: &str| {
        workspace.run(&["report", "rotation.h5", "--threads", threads, "--force"]).succeeds();
        let names = ["report.html", "distances.svg", "density-x.png"];
        names.map(|name| workspace.read(&format!("rotation.report/{name}")))
    };
    assert!(make("1") == make("2"));
}

#[test]
fn a_long_run_on_tori_stays_small() {
    let workspace = Workspace::new();
    let count = tries(50, 200);
    let snapshots = format!("output.snapshots={count}");
    let more = ["--set", "solver.time=0.005", "--set", &snapshots, "--set", "solver.grid=48"];
    workspace.run(&[&["run", "players-1x2"][..], &more].concat()).succeeds();
    workspace.run(&["report", "players-1x2.h5", "--format", "svg"]).succeeds();
    let page = page(&workspace, "players-1x2.report");
    assert!(page.len() < 25_000 * count, "{} bytes", page.len());
    assert_eq!(data(&page)["frames"]["times"].as_array().unwrap().len(), count + 1);
}

#[test]
fn what_is_no_run_is_refused_and_nothing_is_left_behind() {
    let workspace = Workspace::new();
    workspace.write("text.h5", "no");
    workspace.run(&["w2", "expr:1", "expr:1 + 0.5*cos(2*pi*x)", "--plan", "plan.h5"]).succeeds();
    workspace.run(&["run", "rotation", "--set", "solver.time=0.1"]).succeeds();
    workspace.refuses(&["report", "absent.h5"], &["absent.h5"]);
    workspace.refuses(&["report", "text.h5"], &["text.h5", "not an HDF5 file"]);
    workspace.refuses(&["report", "plan.h5"], &["plan.h5", "source/arrays"]);
    workspace.refuses(&["report", "rotation.h5", "--format", "jpeg"], &["jpeg", "svg, png"]);
    std::fs::create_dir(workspace.path("mine")).unwrap();
    workspace.write("mine/thesis.tex", "mine");
    workspace.refuses(&["report", "rotation.h5", "-o", "mine", "--force"], &["mine", "thesis.tex"]);
    workspace.refuses(&["report", "rotation.h5", "-o", "text.h5", "--force"], &["text.h5"]);
    assert_eq!(workspace.read("mine/thesis.tex"), b"mine");
    workspace.run(&["report", "rotation.h5"]).succeeds();
    workspace.refuses(&["report", "rotation.h5"], &["rotation.report", "--force"]);
}

/// The file of `equilibrium -o` is a run of one snapshot that has no end.
#[test]
fn a_file_without_conclusions_is_shown_and_says_so() {
    let workspace = Workspace::new();
    workspace.run(&["equilibrium", "rotation", "-o", "rest.h5"]).succeeds();
    let made = workspace.run(&["report", "rest.h5", "--json"]).succeeds().json();
    assert!(made["notes"][0].as_str().unwrap().starts_with("no summary: "), "{made:#}");
    assert!(page(&workspace, "rest.report").contains("no verdict"));
}
