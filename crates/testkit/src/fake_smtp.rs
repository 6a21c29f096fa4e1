//! A mail server that takes letters, or refuses them as it is told (RFC 5321 §4).

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::mail::{Letter, parse};

/// A mail server on loopback.
pub struct FakeSmtp {
    port: u16,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    letters: Vec<String>,
    /// What it answers to a recipient, instead of yes.
    refusal: Option<&'static str>,
}

impl FakeSmtp {
    /// # Panics
    /// If it cannot listen.
    #[expect(clippy::disallowed_methods, reason = "it ends with the value")]
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(converse(stream, &shared).await);
            }
        });
        Self { port, state, task }
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Answers every recipient with this; with `None` it takes all.
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    pub fn refuse(&self, refusal: Option<&'static str>) {
        self.state.lock().expect("a lock").refusal = refusal;
    }

    /// What it took, with the raw text of each.
    ///
    /// # Panics
    /// As [`FakeSmtp::refuse`].
    #[must_use]
    pub fn letters(&self) -> Vec<(Letter, String)> {
        let state = self.state.lock().expect("a lock");
        let letters = state.letters.iter();
        letters.map(|text| (parse(text), text.clone())).collect()
    }
}

impl Drop for FakeSmtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut answer = "220 fake".to_owned();
    let mut line = String::new();
    loop {
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        answer = match verb.as_str() {
            "EHLO" => "250 fake".to_owned(),
            "RCPT" => {
                let refusal = state.lock().expect("a lock").refusal;
                refusal.unwrap_or("250 ok").to_owned()
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut text).await?;
                }
                let letter = text.trim_end_matches(".\r\n").to_owned();
                state.lock().expect("a lock").letters.push(letter);
                "250 taken".to_owned()
            }
            "QUIT" => return Ok(()),
            _ => "250 ok".to_owned(),
        };
    }
}
