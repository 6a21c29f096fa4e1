//! What nothing can be faster than: bare signatures, the bare password hash, a bare HTTP server.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// A key that signs the tokens which guards see for the first time.
pub(crate) struct Signer {
    key: RsaKeyPair,
    random: SystemRandom,
}

impl Signer {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            key: RsaKeyPair::generate(KeySize::Rsa2048)?,
            random: SystemRandom::new(),
        })
    }

    /// The private key as PKCS#8 PEM, for a server that imports it.
    pub(crate) fn pem(&self) -> Result<String> {
        use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
        let der: Pkcs8V1Der<'_> = self.key.as_der()?;
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
        Ok(format!("{begin}\n{}\n{end}\n", lines.join("\n")))
    }

    /// The modulus as a key set says it.
    pub(crate) fn modulus(&self) -> String {
        let modulus = self.key.public_key().modulus();
        URL_SAFE_NO_PAD.encode(modulus.big_endian_without_leading_zero())
    }

    /// A token with this header and these claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> Result<String> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.signature(text.as_bytes())?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn signature(&self, text: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &self.random, text, &mut signature)?;
        Ok(signature)
    }
}

/// Rates of what a server cannot do without.
#[derive(serde::Serialize)]
pub(crate) struct Raw {
    pub(crate) rs256: f64,
    pub(crate) eddsa: f64,
    pub(crate) argon2id: f64,
}

pub(crate) fn measure(time: Duration) -> Result<Raw> {
    let text = [7; 400];
    let rsa = Signer::new()?;
    let ed = Ed25519KeyPair::generate()?;
    debug_assert_eq!(ed.public_key().as_ref().len(), 32);
    let params = Params::new(19_456, 2, 1, None).map_err(|error| anyhow!("{error}"))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(Raw {
        rs256: rate(time, || rsa.signature(&text).map(drop))?,
        eddsa: rate(time, || {
            std::hint::black_box(ed.sign(&text));
            Ok(())
        })?,
        argon2id: rate(time, || {
            let mut hash = [0; 32];
            let done = argon.hash_password_into(b"correct horse", b"salt of 16 bytes", &mut hash);
            done.map_err(|error| anyhow!("{error}"))
        })?,
    })
}

fn rate(time: Duration, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < time {
        run()?;
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

/// Answers every request with one short text.
pub(crate) async fn hello(listener: TcpListener) -> Result<()> {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = hyper::service::service_fn(|_| async {
            Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from_static(
                b"hello",
            ))))
        });
        let serve = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        connections.spawn(serve);
    }
}
