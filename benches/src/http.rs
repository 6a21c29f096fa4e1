//! A minimal HTTP/1.1 client over one kept-alive loopback connection: it costs the generator's core
//! little, so that a fast server is measured and not the client.

use std::net::SocketAddr;
use std::ops::Range;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// One connection; it connects at its first request and again when the server has closed it.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// What was answered. It lives in the connection's buffer until the next request.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// The values of a header.
    pub(crate) fn headers(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let lines = self.head.split("\r\n").skip(1);
        lines.filter_map(move |line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn header(&self, name: &'static str) -> Option<&str> {
        self.headers(name).next()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    pub(crate) fn json<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T> {
        serde_json::from_slice(self.body).with_context(|| self.describe())
    }

    /// The answer if it has the status that the work expects.
    pub(crate) fn expect(self, status: u16) -> Result<Self> {
        if self.status == status {
            Ok(self)
        } else {
            bail!("expected {status}: {}", self.describe())
        }
    }

    pub(crate) fn describe(&self) -> String {
        let text: String = self.text().chars().take(300).collect();
        format!("{} {text}", self.status)
    }
}

impl Connection {
    /// To the host of `url`, which stands on loopback.
    pub(crate) fn to(url: &Url) -> Result<Self> {
        let port = url.port_or_known_default().context("no port")?;
        Ok(Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            stream: None,
            buffer: Vec::new(),
        })
    }

    /// Sends a whole request and reads the whole answer. A connection that the server closed while it
    /// was idle is opened once more.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        let reused = self.stream.is_some();
        let ends = match self.exchange(request).await {
            Err(_) if reused => self.exchange(request).await?,
            other => other?,
        };
        let head = self.buffer.get(..ends.head).unwrap_or_default();
        let head = std::str::from_utf8(head).context("head is not text")?;
        Ok(Answer {
            status: status(head)?,
            head,
            body: self.buffer.get(ends.body).unwrap_or_default(),
        })
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Ends> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            read_more(&mut stream, &mut self.buffer).await?;
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
        };
        let framing = Framing::of(self.buffer.get(..head).unwrap_or_default())?;
        let start = head + 4;
        let end = match framing.length {
            Some(length) => {
                while self.buffer.len() < start + length {
                    read_more(&mut stream, &mut self.buffer).await?;
                }
                start + length
            }
            None => read_chunks(&mut stream, &mut self.buffer, start).await?,
        };
        if !framing.close {
            self.stream = Some(stream);
        }
        Ok(Ends {
            head,
            body: start..end,
        })
    }
}

struct Ends {
    head: usize,
    body: Range<usize>,
}

struct Framing {
    /// None: chunked.
    length: Option<usize>,
    close: bool,
}

impl Framing {
    fn of(head: &[u8]) -> Result<Self> {
        let head = std::str::from_utf8(head).context("head is not text")?;
        let mut this = Self {
            length: Some(0),
            close: false,
        };
        for line in head.split("\r\n").skip(1) {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                this.length = Some(value.trim().parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                this.length = None;
            } else if name.eq_ignore_ascii_case("connection") {
                this.close = value.trim().eq_ignore_ascii_case("close");
            }
        }
        Ok(this)
    }
}

fn status(head: &str) -> Result<u16> {
    let code = head.get(9..12).context("no status line")?;
    code.parse().context("no status")
}

async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    if buffer.capacity() - buffer.len() < 4_096 {
        buffer.reserve(16_384);
    }
    if stream.read_buf(buffer).await? == 0 {
        bail!("the server closed the connection");
    }
    Ok(())
}

/// Reads a chunked body and puts its chunks together in place; gives where it ends.
async fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>, start: usize) -> Result<usize> {
    let (mut read, mut written) = (start, start);
    loop {
        let line = loop {
            match find(buffer.get(read..).unwrap_or_default(), b"\r\n") {
                Some(at) => break read + at,
                None => read_more(stream, buffer).await?,
            }
        };
        let size = std::str::from_utf8(buffer.get(read..line).unwrap_or_default())?;
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)?;
        let data = line + 2;
        while buffer.len() < data + size + 2 {
            read_more(stream, buffer).await?;
        }
        buffer.copy_within(data..data + size, written);
        (read, written) = (data + size + 2, written + size);
        if size == 0 {
            return Ok(written);
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// A request's bytes, `headers` each ending with a line break.
pub(crate) fn request(method: &str, url: &Url, headers: &str, body: &str) -> Vec<u8> {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port());
    let port = port.map_or(String::new(), |port| format!(":{port}"));
    let query = url
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let length = match method {
        "GET" => String::new(),
        _ => format!("content-length: {}\r\n", body.len()),
    };
    let path = url.path();
    format!("{method} {path}{query} HTTP/1.1\r\nhost: {host}{port}\r\n{headers}{length}\r\n{body}")
        .into_bytes()
}

/// A form post's bytes.
pub(crate) fn form(url: &Url, headers: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = encode(fields);
    let headers = format!("{headers}content-type: application/x-www-form-urlencoded\r\n");
    request("POST", url, &headers, &body)
}

pub(crate) fn encode<K: AsRef<str>, V: AsRef<str>>(fields: &[(K, V)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    async fn answered(answer: &'static [u8]) -> (u16, String, Option<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = Url::parse(&format!("http://localhost:{port}/x?y=1")).unwrap();
        let mut connection = Connection::to(&url).unwrap();
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1_024];
            let read = stream.read(&mut request).await.unwrap();
            assert!(request[..read].starts_with(b"GET /x?y=1 HTTP/1.1\r\nhost: localhost:"));
            for part in answer.chunks(7) {
                stream.write_all(part).await.unwrap();
                stream.flush().await.unwrap();
            }
            stream
        };
        let bytes = request("GET", &url, "", "");
        let (_stream, answer) = tokio::join!(serve, connection.send(&bytes));
        let answer = answer.unwrap();
        let header = answer.header("x-a").map(str::to_owned);
        (answer.status, answer.text(), header)
    }

    #[tokio::test]
    async fn bodies_are_read_by_length_and_by_chunks() {
        let by_length =
            answered(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello");
        assert_eq!(by_length.await, (201, "hello".into(), Some("b".into())));
        let by_chunks = answered(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
        );
        assert_eq!(by_chunks.await, (200, "hello".into(), None));
        let empty = answered(b"HTTP/1.1 202 Accepted\r\n\r\n");
        assert_eq!(empty.await, (202, String::new(), None));
    }
}
