//! A temporary folder in which the program is run, and what came of it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A run that has not ended after this long hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// A folder that is removed at the end.
pub struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    pub fn new() -> Workspace {
        Workspace { folder: tempfile::tempdir().unwrap() }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), contents).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Makes a pipe that nobody writes to: whoever opens it waits for ever.
    pub fn make_pipe(&self, name: &str) {
        let path = std::ffi::CString::new(self.path(name).into_os_string().into_encoded_bytes()).unwrap();
        // SAFETY: the path is a C string that lives during the call.
        assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
    }

    /// Names in the folder, sorted.
    pub fn names(&self) -> Vec<String> {
        self.names_in(".")
    }

    /// Names in a folder below it, sorted.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program, to be run in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("nashflow"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.finish(self.start(arguments), arguments)
    }

    /// Bad input: status 2 with these words, the same as one object with `--json`, and nothing is written.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], words: &[&str]) {
        let before = self.names();
        self.run(arguments).fails(2, words);
        assert_eq!(self.names(), before);
        let outcome = self.run(&[arguments, &["--json"]].concat());
        let (object, error) = (outcome.json(), outcome.stderr.strip_prefix("error: ").unwrap());
        assert_eq!((outcome.status, object["status"].as_u64()), (Some(2), Some(2)), "{arguments:?}");
        assert_eq!(object.as_object().unwrap().len(), 2);
        assert_eq!(object["error"].as_str().unwrap().trim_end(), error.trim_end());
        assert_eq!(self.names(), before);
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Waits for a started program.
    pub fn finish(&self, child: Child, arguments: &[&str]) -> Outcome {
        Outcome::new(child.wait_with_output().unwrap(), arguments)
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Outcome {
    arguments: String,
    /// `None` when it was killed by a signal.
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    pub fn new(output: Output, arguments: &[&str]) -> Outcome {
        Outcome {
            arguments: arguments.join(" "),
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Status 0 and nothing on stderr, which is no terminal here.
    #[track_caller]
    pub fn succeeds(self) -> Outcome {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{}\n{}", self.arguments, self.stdout);
        self
    }

    /// This status, nothing on stdout, and all of these words in the message.
    #[track_caller]
    pub fn fails(self, status: i32, words: &[&str]) -> Outcome {
        let Outcome { arguments, stderr, .. } = &self;
        assert_eq!(self.status, Some(status), "{arguments}\n{stderr}");
        assert_eq!(self.stdout, "", "{arguments}");
        assert!(stderr.starts_with("error: ") && !stderr.contains("panicked"), "{arguments}\n{stderr}");
        for word in words {
            assert!(stderr.contains(word), "{arguments}\nno {word:?} in\n{stderr}");
        }
        self
    }

    /// The one JSON object on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let value: serde_json::Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", self.arguments, self.stdout));
        assert!(value.is_object(), "{}\n{}", self.arguments, self.stdout);
        value
    }
}

/// Waits until something is so, while the program runs; whether it became so before the program ended.
pub fn wait_until(child: &mut Child, mut is_so: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return is_so();
        }
        assert!(started.elapsed() < PATIENCE, "the program hangs");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sends a signal to a program of ours.
pub fn signal(child: &Child, signal: i32) {
    // SAFETY: the child has not been waited for, so its number is its own.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, signal) }, 0);
}

/// Stops a program of ours where it stands, and waits until it does; `signal(.., SIGCONT)` lets it go on.
pub fn freeze(child: &Child) {
    signal(child, libc::SIGSTOP);
    let mut status = 0;
    // SAFETY: the child is ours and has not been waited for; a stopped child stays ours.
    let stopped = unsafe { libc::waitpid(child.id() as libc::pid_t, &mut status, libc::WUNTRACED) };
    assert!(stopped == child.id() as libc::pid_t && libc::WIFSTOPPED(status), "it ended before it was stopped");
}

/// A reproducible sequence of numbers in [0, 1): the moments of kills and signals.
pub struct Moments(u64);

impl Moments {
    pub fn new(seed: u64) -> Moments {
        Moments(seed)
    }

    pub fn next(&mut self) -> f64 {
        // Knuth's MMIX generator; the high bits are good enough to pick moments.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A game on two circles that comes to rest; a run of a few hundred steps.
pub const CIRCLES: &str = r#"[game]
name = "Two circles"
payoff = "c*cos(2*pi*(x - y)) + 0.3*cos(2*pi*x) - 0.2*sin(4*pi*y)"
temperature = 0.1
[game.parameters]
c = 1.0

[initial]
x = "exp(3*cos(2*pi*(x - 0.25)))"
y = "exp(3*cos(2*pi*y))"

[solver]
time = 0.5
tolerance = 1e-6

[output]
snapshots = 25
"#;

/// A game on two tori of dimension 2 whose automatic grid grows on the way.
pub const TORI: &str = r#"[game]
name = "Two tori"
temperature = 0.05
[game.domain]
x = { dim = 2, period = 1.0 }
y = { dim = 2, period = 1.0 }
[[game.terms]]
x = "cos(2*pi*x1)*sin(2*pi*x2)"
y = "sin(2*pi*y1)*cos(4*pi*y2)"
[[game.terms]]
coefficient = 0.7
x = "sin(4*pi*x1)"
y = "cos(2*pi*y1)*cos(2*pi*y2)"

[initial]
x = "exp(cos(2*pi*(x1 - 0.1)) + 0.5*cos(2*pi*(x1 - 2*x2)))"
y = "exp(cos(2*pi*(y1 - 0.6)) + 0.5*cos(2*pi*(y1 - 2*y2)))"

[solver]
time = 0.05
tolerance = 1e-6

[output]
snapshots = 10
"#;
