//! scratch
use guard::oauth::jwt::{Algorithm, KeySet, SigningKey};
use guard::verify::{JwtVerifier, Revocations};
use guard::{InBand, Mode};
use serde_json::json;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use toolbox::serve::{Host, Mount, router};
struct No;
impl Revocations for No {
    fn epoch(&self) -> u64 {
        3
    }
    fn is_revoked(&self, _: &str) -> bool {
        false
    }
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "load" {
        return load(&args[2], &args[3], args.get(4).map_or("", String::as_str));
    }
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    rt.block_on(async {
        let address = &args[2];
        let origin = format!("http://{address}");
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let keys = Arc::new(KeySet::of([key.public()]));
        let verify = JwtVerifier::new(&*origin, move || Arc::clone(&keys)).with_revocations(No);
        let token = key.sign_access(&json!({"iss": origin, "sub":"person-01J0000000000000000", "aud": format!("{origin}/mcp/notes"), "exp": 4_000_000_000_i64, "iat": 1, "jti":"f.1","client_id":"client-0123456789","azp":"client-0123456789","scope":"notes:read notes:write profile:read","auth_time":1,"email":"ada@example.com","email_verified":true})).unwrap();
        std::fs::write(&args[3], &token).unwrap();
        let host = Host { public_origin: origin.clone(), issuer: origin.clone(), verify: Arc::new(verify), store: Arc::new(toolbox::MemoryStore::default()), observer: None, origins: vec![], body_bytes_max: 1<<20 };
        let mode = if args[1] == "mixed" { Mode::Mixed } else { Mode::Required };
        let r = router(&host, vec![Mount { app: notes::app(), path: "/mcp/notes".into(), alias: Some("/mcp".into()), mode, in_band: InBand::OpenAi }]).unwrap();
        let r = r.route("/hello", axum::routing::post(|| async { "hello" }));
        let l = tokio::net::TcpListener::bind(address).await.unwrap();
        axum::serve(l, r).await.unwrap();
    });
}
fn load(address: &str, token_file: &str, what: &str) {
    let token = std::fs::read_to_string(token_file).unwrap_or_default();
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let path = if what == "hello" {
        "/hello"
    } else {
        "/mcp/notes"
    };
    let body = r#"{"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"auth_whoami","arguments":{}}}"#;
    let auth = if what == "401" {
        String::new()
    } else {
        format!("authorization: Bearer {token}\r\n")
    };
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\naccept: application/json, text/event-stream\r\nmcp-protocol-version: 2025-11-25\r\ncontent-type: application/json\r\n{auth}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    rt.block_on(async {
        let mut tasks = vec![];
        let end = tokio::time::Instant::now() + std::time::Duration::from_secs(4);
        for _ in 0..16 {
            let (address, request) = (address.to_owned(), request.clone());
            tasks.push(tokio::spawn(async move {
                let mut s = tokio::net::TcpStream::connect(address).await.unwrap();
                s.set_nodelay(true).unwrap();
                let mut n = 0u64;
                let mut buf = vec![0u8; 16384];
                while tokio::time::Instant::now() < end {
                    s.write_all(request.as_bytes()).await.unwrap();
                    let mut have = 0;
                    loop {
                        have += s.read(&mut buf[have..]).await.unwrap();
                        let t = &buf[..have];
                        if let Some(h) = t.windows(4).position(|w| w == b"\r\n\r\n") {
                            let head = std::str::from_utf8(&t[..h]).unwrap().to_lowercase();
                            let len: usize = head
                                .split("content-length: ")
                                .nth(1)
                                .unwrap()
                                .split("\r\n")
                                .next()
                                .unwrap()
                                .parse()
                                .unwrap();
                            if have >= h + 4 + len {
                                if n == 0 {
                                    println!("{}", head.lines().next().unwrap());
                                }
                                break;
                            }
                        }
                    }
                    n += 1;
                }
                n
            }));
        }
        let mut total = 0;
        for t in tasks {
            total += t.await.unwrap();
        }
        println!("{what}: {} /s", total / 4);
    });
}
