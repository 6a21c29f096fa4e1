//! A folder of its own for each test, the binary in it, and a server that ends with its test.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use reqwest::StatusCode;

/// A folder that goes away with its test.
pub(crate) struct Home(pub(crate) PathBuf);

impl Home {
    pub(crate) fn new() -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = folder.join(format!("cli-{}", free_port()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The binary in this folder, with nothing from outside in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.args(arguments).current_dir(&self.0).env_clear();
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs with a text on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }

    /// A command's answer in JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Waits for something to become true.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not come true within ten seconds");
}

/// A running server. What it writes is in `out` and `log` of its folder.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    pub(crate) origin: String,
    metrics: u16,
    pub(crate) http: reqwest::Client,
}

impl Server {
    pub(crate) async fn start(home: &Home) -> Self {
        Self::start_with(home, "", &[]).await
    }

    /// Starts with settings and variables besides the usual ones, and waits until it is ready.
    pub(crate) async fn start_with(
        home: &Home,
        settings: &str,
        variables: &[(&str, &str)],
    ) -> Self {
        let server = Self::spawn(home, settings, variables);
        eventually("ready", async || {
            let ready = server.http.get(server.url("/health/ready")).send().await;
            ready.is_ok_and(|answer| answer.status() == StatusCode::OK)
        })
        .await;
        server
    }

    /// Starts and does not wait.
    pub(crate) fn spawn(home: &Home, settings: &str, variables: &[(&str, &str)]) -> Self {
        let (port, metrics) = (free_port(), free_port());
        std::fs::write(home.0.join("vestibule.toml"), settings).unwrap();
        let file = |name: &str| {
            let mut options = File::options();
            options
                .create(true)
                .append(true)
                .open(home.0.join(name))
                .unwrap()
        };
        let child = home
            .command(&["serve"])
            .env("VESTIBULE_LISTEN", format!("127.0.0.1:{port}"))
            .env("VESTIBULE_METRICS_LISTEN", format!("127.0.0.1:{metrics}"))
            .env("VESTIBULE_LOG_LEVEL", "trace")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("log"))
            .spawn()
            .unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(20));
        Self {
            child,
            port,
            origin: format!("http://localhost:{port}"),
            metrics,
            http: http.build().unwrap(),
        }
    }

    /// An address on this node.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(self.url(path)).send().await.unwrap()
    }

    pub(crate) async fn metrics(&self) -> String {
        let url = format!("http://127.0.0.1:{}/metrics", self.metrics);
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// Tells it to stop, as a supervisor would.
    pub(crate) fn tell_to_stop(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; whether it was a good one.
    pub(crate) async fn ended_well(mut self) -> bool {
        let mut status = None;
        eventually("the end of the server", async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.is_some_and(|status| status.success())
    }

    pub(crate) async fn stop(self) {
        self.tell_to_stop();
        assert!(self.ended_well().await);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
