//! `nashflow report` of files that are no runs: pictures that can be opened, numbers of the file on the page, animations
//! that move, and files of clouds judged against densities.

use crate::readers::python;
use crate::report_page::{data, near, page, pixels_of_colour};
use crate::workspace::Workspace;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

fn column(workspace: &Workspace, file: &str, name: &str) -> Vec<f64> {
    hdf5::File::open(workspace.path(file)).unwrap().dataset(name).unwrap().read_raw::<f64>().unwrap()
}

/// Makes a report, and checks that these figures are there in both formats, can be opened, and are no white sheets.
fn shows(workspace: &Workspace, file: &str, figures: &[&str]) -> String {
    workspace.run(&["report", file, "-o", "shown", "--force"]).succeeds();
    let mut found = workspace.names_in("shown");
    found.retain(|name| name != "report.html" && name != "animation.png");
    let mut expected: Vec<String> =
        figures.iter().flat_map(|name| [format!("{name}.png"), format!("{name}.svg")]).collect();
    expected.sort();
    assert_eq!(found, expected, "{file}");
    for name in figures {
        let (_, coloured, all) = pixels_of_colour(&workspace.read(&format!("shown/{name}.png")));
        assert!(coloured * 1000 > all, "{file} {name}: {coloured} pixels of colour");
    }
    let script =
        "import sys, glob, xml.etree.ElementTree as t\n[t.parse(f) for f in glob.glob(sys.argv[1] + '/*.svg')]";
    let output =
        std::process::Command::new(python()).args(["-c", script]).arg(workspace.path("shown")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    page(workspace, "shown")
}

#[test]
fn an_orbit_shows_its_period_its_branch_and_a_film() {
    let workspace = Workspace::new();
    let made = ["orbit", "limit-cycle", "--continue", "game.temperature", "--points", "3", "-o", "orbit.h5", "--json"];
    let summary = workspace.run(&made).succeeds().json();
    let figures = ["branch", "branch-multipliers", "density-x", "density-y", "multipliers", "phase-portrait"];
    let page = shows(&workspace, "orbit.h5", &figures);
    let data = data(&page);
    assert!(near(&numbers(&data["chart"]["places"]), &column(&workspace, "orbit.h5", "time")));
    assert!(near(&numbers(&data["chart"]["curves"][0]["values"]), &column(&workspace, "orbit.h5", "nikaido_isoda")));
    assert!(page.contains("5.092235741791") && page.contains("<b>stable</b>"), "{summary:#}");
    // A film of as many frames as the chosen times; every frame after the first is a part of the picture.
    let bytes = workspace.read("shown/animation.png");
    let mut reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
    let control = reader.info().animation_control().expect("it is a film").num_frames;
    assert!((10..=60).contains(&control), "{control}");
    let mut pixels = vec![0; reader.output_buffer_size()];
    let whole = reader.next_frame(&mut pixels).unwrap();
    let part = reader.next_frame(&mut pixels).unwrap();
    assert!(whole.width == 720 && part.width < whole.width && part.width > 100, "{part:?}");
}

#[test]
fn a_spectrum_shows_its_eigenvalues() {
    let workspace = Workspace::new();
    workspace.run(&["spectrum", "rotation", "-o", "modes.h5"]).succeeds();
    let page = shows(&workspace, "modes.h5", &["spectrum"]);
    assert!(page.contains("gap 3.947841760"), "the gap");
}

#[test]
fn a_sweep_shows_each_quantity_over_its_axes() {
    let workspace = Workspace::new();
    workspace.run(&["sweep", "gap", "-o", "gap.h5"]).succeeds();
    let page = shows(&workspace, "gap.h5", &["frequency", "gap"]);
    let chart = &data(&page)["chart"];
    assert!(near(&numbers(&chart["places"]), &column(&workspace, "gap.h5", "temperature")));
    for (curve, name) in ["gap", "frequency", "guaranteed_rate"].iter().enumerate() {
        assert_eq!(chart["curves"][curve]["name"], *name);
        assert!(near(&numbers(&chart["curves"][curve]["values"]), &column(&workspace, "gap.h5", name)), "{name}");
    }
    workspace.write(
        "plane.toml",
        "[sweep]\nname = \"<script>alert(1)</script>\"\ngame = \"rotation\"\nrecord = [\"verdict\", \"energy\"]\n\
         set = [\"solver.time=0.01\"]\n[[axis]]\nkey = \"solver.grid\"\nvalues = [96, 4]\n\
         [[axis]]\nkey = \"initial.x\"\nvalues = [\"1\", \"exp(20*cos(2*pi*x))\"]\n",
    );
    workspace.run(&["sweep", "plane.toml", "-o", "plane.h5"]);
    let page = shows(&workspace, "plane.h5", &["energy", "verdict"]);
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"));
    // Points that failed are counted, and are no values.
    assert!(page.contains("<th scope=\"row\">failed</th><td>2</td>"), "failed points");
    assert!(page.contains("exp(20*cos(2.."), "labels of texts");
}

#[test]
fn clouds_show_their_distances_and_histograms() {
    let workspace = Workspace::new();
    let common = ["--set", "solver.time=0.2", "--set", "output.snapshots=4"];
    let make = |more: &[&str]| {
        workspace.run(&[&["particles", "rotation", "-n", "300,200", "--force"], &common[..], more].concat()).succeeds()
    };
    make(&["-o", "one.h5"]);
    make(&["-o", "three.h5", "--replicas", "3"]);
    for (file, replicas) in [("one.h5", 1), ("three.h5", 3)] {
        let page = shows(&workspace, file, &["cloud-x", "cloud-y", "distances", "phase-portrait"]);
        let data = data(&page);
        let all = column(&workspace, file, "w2_mean_field");
        let times = all.len() / replicas;
        let mean = |k: usize| all.iter().skip(k).step_by(times).sum::<f64>() / replicas as f64;
        let means: Vec<f64> = (0..times).map(mean).collect();
        let shown = numbers(&data["chart"]["curves"][0]["values"]);
        assert!(shown.iter().zip(&means).all(|(a, b)| (a - b).abs() <= 8.0 * f64::EPSILON * b), "{shown:?} {means:?}");
        assert_eq!(data["frames"]["times"].as_array().unwrap().len(), times);
    }
    workspace
        .run(&["particles", "players-2x2", "-n", "50", "--no-distances", "-o", "plain.h5", "--set", "solver.time=0.02"])
        .succeeds();
    shows(&workspace, "plain.h5", &["cloud-x", "cloud-y", "phase-portrait"]);
}

#[test]
fn judged_clouds_are_kept_and_shown_over_their_densities() {
    let workspace = Workspace::new();
    let common = ["--set", "solver.time=0.1", "--set", "output.snapshots=2"];
    // Origin and period of the axes of y.
    for (game, torus) in [("rotation", vec![[0.0, 1.0]]), ("players-1x2", vec![[0.0, 1.0], [-1.0, 2.0]])] {
        let grid = torus.len();
        workspace.run(&[&["run", game, "-o", "run.h5", "--force"], &common[..]].concat()).succeeds();
        workspace
            .run(
                &[&["particles", game, "-n", "200", "--no-distances", "-o", "cloud.h5", "--force"], &common[..]]
                    .concat(),
            )
            .succeeds();
        let judge = ["validate", "cloud.h5", "--against", "run.h5", "--samples", "39", "-o", "judged.h5", "--json"];
        let report = workspace.run(&[&judge[..], &["--force"]].concat()).succeeds().json();
        // Distances are those of the report, clouds are densities, and are those of the points.
        let of = |k: usize, key: &str| report["times"][k]["y"][key].as_f64().unwrap();
        let w2 = column(&workspace, "judged.h5", "w2_y");
        assert!(near(&w2, &(0..3).map(|k| of(k, "w2")).collect::<Vec<f64>>()), "{w2:?}");
        let cloud = column(&workspace, "judged.h5", "cloud_y");
        let points = column(&workspace, "cloud.h5", "particles/y");
        let file = hdf5::File::open(workspace.path("judged.h5")).unwrap();
        let shape = file.dataset("cloud_y").unwrap().shape()[1..].to_vec();
        assert_eq!(shape.len(), grid);
        let cells: usize = shape.iter().product();
        for time in 0..3 {
            let mut counts = vec![0.0; cells];
            for point in points[time * 200 * grid..(time + 1) * 200 * grid].chunks(grid) {
                let place = point.iter().enumerate().fold(0, |place, (axis, x)| {
                    let (n, [origin, period]) = (shape[axis], torus[axis]);
                    place * n + ((x - origin) / period * n as f64).round() as usize % n
                });
                counts[place] += cells as f64 / torus.iter().map(|[_, period]| period).product::<f64>() / 200.0;
            }
            let found = &cloud[time * cells..(time + 1) * cells];
            assert!(counts.iter().zip(found).all(|(a, b)| (a - b).abs() <= 1e-10 * cells as f64), "{game} {time}");
        }
        let page = shows(&workspace, "judged.h5", &["cloud-x", "cloud-y", "floor-x", "floor-y"]);
        assert!(page.contains(report["verdict"].as_str().unwrap()));
        assert!(near(&numbers(&data(&page)["chart"]["curves"][4]["values"]), &w2));
        workspace.refuses(&judge[..judge.len() - 1], &["judged.h5", "--force"]);
    }
}

#[test]
fn dynamics_and_ladders_are_shown() {
    let workspace = Workspace::new();
    let few = ["--set", "solver.time=0.2", "--set", "output.snapshots=4"];
    workspace
        .run(&[&["compare", "rotation", "--dynamics", "mfl-da,fisher-rao", "-o", "both.h5"], &few[..]].concat())
        .succeeds();
    let page = shows(&workspace, "both.h5", &["nikaido_isoda", "w2"]);
    let w2 = column(&workspace, "both.h5", "w2");
    let curves = &data(&page)["chart"]["curves"];
    assert!(near(&numbers(&curves[1]["values"]), &w2[w2.len() / 2..]) && curves[1]["name"] == "fisher-rao");
    let ladder = ["converge", "rotation", "--grids", "16,24,32", "--tolerances", "1e-5,1e-6,1e-7", "-o", "ladder.h5"];
    workspace.run(&[&ladder[..], &few].concat()).succeeds();
    let page = shows(&workspace, "ladder.h5", &["error-grid", "error-tolerance"]);
    assert!(page.contains("Errors by grid") && page.contains("<td>w2</td>"));
}

/// Changes copies of files with h5py: file, name of the copy, what is done to it.
fn change(workspace: &Workspace, changes: &[(&str, String, &str)]) {
    workspace.write("changes.json", serde_json::to_string(changes).unwrap());
    let script = "import h5py, json, shutil\nimport numpy as np\n\
                  for file, copy, change in json.load(open('changes.json')):\n    shutil.copy(file, copy)\n    \
                  with h5py.File(copy, 'r+') as f:\n        exec(change, {'f': f, 'np': np, 'h5py': h5py, 'json': json})\n";
    let mut command = std::process::Command::new(python());
    let output = command.args(["-c", script]).current_dir(workspace.folder()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_file(workspace.path("changes.json")).unwrap();
}

/// One file of each kind, small.
fn files() -> Workspace {
    let workspace = Workspace::new();
    let few = ["--set", "solver.time=0.02", "--set", "output.snapshots=2"];
    let make = |arguments: &[&str]| workspace.run(&[arguments, &few[..]].concat()).succeeds();
    workspace.run(&["sweep", "gap", "-o", "gap.h5"]).succeeds();
    workspace.run(&["orbit", "limit-cycle", "-o", "orbit.h5"]).succeeds();
    make(&["run", "rotation", "-o", "run.h5"]);
    make(&["particles", "rotation", "-n", "20", "-o", "cloud.h5"]);
    make(&["compare", "rotation", "--dynamics", "mfl-da,fisher-rao", "-o", "both.h5"]);
    let judge = ["validate", "cloud.h5", "--against", "run.h5", "--samples", "39", "-o", "judged.h5"];
    workspace.run(&judge).succeeds();
    workspace
}

/// Arrays of other shapes, types or lengths than the file claims are refused, and nothing is left behind.
#[test]
fn damaged_files_are_refused() {
    let workspace = files();
    let rename = "a = json.loads(bytes(f['source/arrays'][:])); a[0][-1]['name'] = '../out'; t = \
                  np.frombuffer(json.dumps(a).encode(), dtype='u1'); del f['source/arrays']; f['source/arrays'] = t";
    let changes = [
        ("gap.h5", "del f['status']", "status"),
        ("gap.h5", "del f['status']; f['status'] = np.int64(0)", "status has 1 values of 21"),
        ("gap.h5", "del f['gap']; f['gap'] = np.zeros(3)", "gap has 3 values of 21"),
        ("gap.h5", "del f['gap']; f['gap'] = np.zeros(21, dtype='f4')", "gap holds"),
        ("gap.h5", "del f['source/arrays']", "source/arrays"),
        (
            "gap.h5",
            "del f['source/arrays']; f['source/arrays'] = np.frombuffer(b'{}', dtype='u1')",
            "dataset arrays of source",
        ),
        ("gap.h5", "del f['gap']; f['gap'] = h5py.ExternalLink('cloud.h5', '/w2')", "gap"),
        ("gap.h5", "del f['source'].attrs['about']", "attribute about of source"),
        ("gap.h5", rename, "../out"),
        ("cloud.h5", "del f['payoff']; f['payoff'] = np.zeros(7)", "columns"),
        ("cloud.h5", "del f['particles/x']; f['particles/x'] = np.zeros((2, 3))", "particles/x"),
        ("cloud.h5", "del f['particles/x']; f['particles/x'] = np.zeros((1, 20, 1))", "particles/x"),
        ("cloud.h5", "f['particles/x_period'][...] = -1.0", "damaged"),
        ("cloud.h5", "del f['particles/x_period']; f['particles/x_period'] = np.ones(2)", "x_period has shape"),
        ("cloud.h5", "f['particles/x_weight'] = np.ones(3)", "x_weight has shape"),
        ("cloud.h5", "f['time'][0] = np.nan", "times"),
        ("judged.h5", "del f['points_x']; f['points_x'] = np.zeros((3, 3, 2))", "points_x has shape"),
        ("judged.h5", "f['time'][...] = np.nan", "times"),
        ("both.h5", "f['time'][1] = 0.0", "times"),
        ("both.h5", "del f['w2']; f['w2'] = np.zeros((2, 2))", "w2 has 4 values"),
        ("orbit.h5", "del f['nu']; f['nu'] = np.zeros((2, 3))", "nu has shape"),
        ("orbit.h5", "f['mu'][0, 0] = np.nan", "mu"),
        ("orbit.h5", "f['time'][1] = np.inf", "times"),
        ("orbit.h5", "del f['orbit'].attrs['period']", "period"),
    ];
    let name = |place: usize| format!("changed{place}.h5");
    let copies: Vec<_> = changes.iter().enumerate().map(|(k, (file, what, _))| (*file, name(k), *what)).collect();
    change(&workspace, &copies);
    for (place, (file, what, word)) in changes.into_iter().enumerate() {
        let outcome = workspace.run(&["report", &name(place), "-o", "out"]);
        assert!(outcome.stderr.contains(word), "{file}, {what}: {}", outcome.stderr);
        outcome.fails(2, &[]);
        assert!(!workspace.path("out").exists(), "{file}, {what}");
    }
}

/// Numbers that no axis can show are left out; they hang nothing.
#[test]
fn numbers_beyond_all_axes_are_left_out() {
    let workspace = files();
    let changes = [
        ("gap.h5", "f['gap'][3] = 1.7e308; f['gap'][4] = np.inf; f['frequency'][...] = 0.0"),
        ("cloud.h5", "f['w2'][1] = 1.7e308; f['w2_mean_field'][0] = np.inf"),
        ("judged.h5", "f['w2_x'][...] = np.nan; f['floor_x'][1] = np.inf"),
        ("both.h5", "f['w2'][0, 1] = 1.7e308"),
        ("orbit.h5", "f['mu'][0, 0] = 1e308"),
        ("run.h5", "f['steps/step'][0] = 0.0; f['steps/step'][1] = np.inf; f['w2'][1] = 1.7e308"),
    ];
    let name = |place: usize| format!("odd{place}.h5");
    let copies: Vec<_> = changes.iter().enumerate().map(|(k, (file, what))| (*file, name(k), *what)).collect();
    change(&workspace, &copies);
    for place in 0..changes.len() {
        workspace.run(&["report", &name(place), "--format", "svg"]).succeeds();
    }
}

/// Whole numbers, keys with values of their own along an axis, and thresholds.
#[test]
fn all_quantities_of_a_sweep_are_shown() {
    let workspace = Workspace::new();
    workspace.write(
        "tied.toml",
        "[sweep]\ngame = \"rotation\"\nrecord = [\"steps\", \"nodes_x\", \"w2\"]\nset = [\"solver.time=0.05\"]\n\
         [[axis]]\nname = \"draw\"\nkeys = [\"game.temperature\", \"game.timescale\"]\n\
         random = { points = 3, seed = 1, from = [0.1, 0.5], to = [0.2, 2.0] }\n",
    );
    workspace.run(&["sweep", "tied.toml", "-o", "tied.h5"]).succeeds();
    let page = shows(&workspace, "tied.h5", &["nodes_x", "steps", "w2"]);
    let steps =
        hdf5::File::open(workspace.path("tied.h5")).unwrap().dataset("steps").unwrap().read_raw::<i64>().unwrap();
    let shown = numbers(&data(&page)["chart"]["curves"][0]["values"]);
    assert!(shown.iter().zip(&steps).all(|(a, b)| *a == *b as f64) && shown.len() == 3, "{shown:?}");
}

/// Long runs: the slider ends where the frames of the page do, and the page says that it shows not all.
#[test]
fn the_slider_ends_with_the_frames_of_the_page() {
    let workspace = Workspace::new();
    let long = ["--set", "solver.grid=512", "--set", "output.snapshots=600", "--set", "solver.time=0.02"];
    workspace.run(&[&["run", "rotation", "-o", "long.h5"][..], &long].concat()).succeeds();
    let made = workspace.run(&["report", "long.h5", "--format", "svg", "--json"]).succeeds().json();
    let page = page(&workspace, "long.report");
    let frames = data(&page)["frames"]["times"].as_array().unwrap().len();
    assert!(frames < 601 && page.contains(&format!("max=\"{}\"", frames - 1)), "{frames}");
    assert!(
        made["notes"].to_string().contains(&format!("{frames} of 601")) && page.contains(&format!("{frames} of 601"))
    );
}
