//! A server under measurement: started on a core of its own, and what it uses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use url::Url;

use crate::http::{Connection, request};

/// How to start a server.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    /// Answers 200 once the server is up.
    pub(crate) ready: Url,
    pub(crate) folder: PathBuf,
}

/// A running server; dropping it kills it.
pub(crate) struct Process {
    child: Child,
    /// Until the first 200.
    pub(crate) start: Duration,
}

/// Ticks per second in /proc/*/stat on every Linux that Rust supports.
const TICKS_PER_SECOND: f64 = 100.0;

impl Program {
    pub(crate) async fn start(&self, core: usize) -> Result<Process> {
        fs::create_dir_all(&self.folder)?;
        let log = fs::File::create(self.folder.join("server.log"))?;
        let started = Instant::now();
        let child = Command::new("taskset")
            .args(["-c", &core.to_string()])
            .args(&self.command)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} does not start", self.name))?;
        let mut process = Process {
            child,
            start: Duration::ZERO,
        };
        let ask = request("GET", &self.ready, "", "");
        loop {
            let mut connection = Connection::to(&self.ready)?;
            if let Ok(answer) = connection.send(&ask).await
                && answer.status == 200
            {
                process.start = started.elapsed();
                return Ok(process);
            }
            if let Some(status) = process.child.try_wait()? {
                let log = fs::read_to_string(self.folder.join("server.log"))?;
                bail!("{} ended with {status}: {log}", self.name);
            }
            if started.elapsed() > Duration::from_secs(20) {
                bail!("{} is not ready after 20 s", self.name);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Process {
    /// Processor time so far, in microseconds.
    pub(crate) fn cpu_micros(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("stat")?;
        let ticks = |at: usize| fields.split_whitespace().nth(at)?.parse::<f64>().ok();
        let total = ticks(11).context("utime")? + ticks(12).context("stime")?;
        Ok(total / TICKS_PER_SECOND * 1e6)
    }

    /// Memory held, in megabytes.
    pub(crate) fn memory_megabytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        Ok(kilobytes.context("VmRSS")?.parse::<f64>()? / 1_024.0)
    }

    /// Asks it to end, so that it closes its database, and waits.
    pub(crate) async fn stop(mut self) -> Result<()> {
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > Duration::from_secs(15) {
                bail!("process {} does not end", self.child.id());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Puts this process on one core.
pub(crate) fn pin(core: usize) -> Result<()> {
    let id = std::process::id().to_string();
    let status = Command::new("taskset")
        .args(["-cp", &core.to_string(), &id])
        .stdout(Stdio::null())
        .status()
        .context("taskset is missing (Debian: util-linux)")?;
    if !status.success() {
        bail!("core {core} is not available: two cores are needed");
    }
    Ok(())
}

/// Bytes per table and its indexes, by the sqlite3 command; the database is not in use.
pub(crate) fn table_bytes(database: &Path) -> Result<Vec<(String, f64)>> {
    let query = "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize - s.unused) FROM dbstat s \
                 LEFT JOIN sqlite_schema m ON m.name = s.name GROUP BY 1";
    sqlite(database, query)?
        .lines()
        .map(|line| {
            let (name, bytes) = line.split_once('|').context("dbstat")?;
            Ok((name.to_owned(), bytes.parse()?))
        })
        .collect()
}

/// What the sqlite3 command answers to a statement.
pub(crate) fn sqlite(database: &Path, statement: &str) -> Result<String> {
    let output = Command::new("sqlite3")
        .arg(database)
        .arg(statement)
        .output()
        .context("sqlite3 is missing (Debian: sqlite3)")?;
    if !output.status.success() {
        bail!("sqlite3: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// What this runs on and when, for the record.
pub(crate) fn machine() -> Result<String> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = processor
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let output = Command::new("date")
        .args(["-u", "+%Y-%m-%d %H:%M UTC"])
        .output()?;
    let date = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    Ok(format!(
        "{date}: {cores} cores of {model}, Linux {}, load {load} at the end",
        kernel.trim()
    ))
}
