//! A person with a browser and the client that sends them: registration, sign-in, consent, code, token.

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::discover::Discovered;
use crate::http::{Connection, encode, form, request};
use crate::page::{Person, fill, fill_to};

pub(crate) const REDIRECT: &str = "https://client.example/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-every-server-000";

/// One person in one browser, for one client of one server.
pub(crate) struct Dancer {
    pub(crate) server: Discovered,
    pub(crate) client: Client,
    pub(crate) person: Person,
    connection: Connection,
    cookies: Vec<(String, String)>,
}

/// A registered client.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Client {
    #[serde(rename = "client_id")]
    pub(crate) id: String,
    #[serde(rename = "client_secret")]
    pub(crate) secret: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
}

/// What a walk through pages ended at.
enum End {
    Page(String, Url),
    /// Sent back to the client.
    Returned(Url),
}

/// The body of a registration.
pub(crate) fn registration(redirect: &str, method: &str) -> String {
    json!({
        "client_name": "Load generator",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
    })
    .to_string()
}

pub(crate) async fn register(server: &Discovered, method: &str) -> Result<Client> {
    let url = server
        .register
        .as_ref()
        .context("no registration endpoint")?;
    let body = registration(REDIRECT, method);
    let bytes = request("POST", url, "content-type: application/json\r\n", &body);
    let mut connection = Connection::to(url)?;
    connection.send(&bytes).await?.expect(201)?.json()
}

impl Dancer {
    pub(crate) fn new(server: &Discovered, client: &Client, person: Person) -> Result<Self> {
        Ok(Self {
            connection: Connection::to(&server.authorize)?,
            server: server.clone(),
            client: client.clone(),
            person,
            cookies: Vec::new(),
        })
    }

    /// Makes the account on a sign-up page.
    pub(crate) async fn sign_up(&mut self, path: &str) -> Result<()> {
        let url = self.server.authorize.join(path)?;
        let End::Page(page, url) = self.walk("GET", url, None).await? else {
            bail!("{path} is no page");
        };
        self.submit(&page, &url).await.map(|_| ())
    }

    /// Forgets the session, so that the next authorization asks for the password.
    pub(crate) fn sign_out(&mut self) {
        self.cookies.clear();
    }

    /// From the authorization request to the code.
    pub(crate) async fn authorize(&mut self) -> Result<String> {
        let mut url = self.server.authorize.clone();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
        let challenge = URL_SAFE_NO_PAD.encode(digest);
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client.id)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("state", "s")
            // Otherwise a server may remember, and another part of it would be measured.
            .append_pair("prompt", "consent")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if !self.server.scope.is_empty() {
            url.query_pairs_mut()
                .append_pair("scope", &self.server.scope);
        }
        if let Some(resource) = &self.server.resource {
            url.query_pairs_mut().append_pair("resource", resource);
        }
        let mut end = self.walk("GET", url, None).await?;
        for _ in 0..3 {
            match end {
                End::Page(page, url) => end = self.submit(&page, &url).await?,
                End::Returned(url) => return code_in(&url),
            }
        }
        bail!("three forms and no code");
    }

    /// The whole flow.
    pub(crate) async fn dance(&mut self) -> Result<Tokens> {
        let code = self.authorize().await?;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", &self.client.id),
        ];
        fields.extend(
            self.client
                .secret
                .as_deref()
                .map(|secret| ("client_secret", secret)),
        );
        fields.extend(self.server.resource.as_deref().map(|url| ("resource", url)));
        let bytes = form(&self.server.token, "", &fields);
        self.connection.send(&bytes).await?.expect(200)?.json()
    }

    /// Signs in anew without going further than the session. A busy server may ask to come back.
    pub(crate) async fn sign_in(&mut self) -> Result<()> {
        self.sign_out();
        let url = self.server.authorize.join("/login?continue=%2Faccount")?;
        let End::Page(page, url) = self.walk("GET", url, None).await? else {
            bail!("no sign-in page");
        };
        self.submit(&page, &url).await.map(|_| ())
    }

    /// Opens a page and sends the form in it that leads to `action`.
    pub(crate) async fn press(&mut self, path: &str, action: &str) -> Result<()> {
        let url = self.server.authorize.join(path)?;
        let End::Page(page, url) = self.walk("GET", url, None).await? else {
            bail!("{path} is no page");
        };
        let form = fill_to(&page, action, &self.person);
        let form = form.with_context(|| format!("no form to {action} at {url}"))?;
        let body = Some(encode(&form.fields));
        self.walk("POST", url.join(&form.action)?, body).await?;
        Ok(())
    }

    async fn submit(&mut self, page: &str, url: &Url) -> Result<End> {
        let form = fill(page, &self.person).with_context(|| format!("no form at {url}: {page}"))?;
        let target = match form.action.as_str() {
            "" => url.clone(),
            action => url.join(action)?,
        };
        self.walk("POST", target, Some(encode(&form.fields))).await
    }

    /// Asks, and follows redirects as a browser does.
    async fn walk(&mut self, method: &str, url: Url, body: Option<String>) -> Result<End> {
        let (mut method, mut url, mut body) = (method, url, body);
        for _ in 0..8 {
            let bytes = self.bytes(method, &url, body.as_deref());
            let mut elsewhere = Connection::to(&url)?;
            let connection = match url.origin() == self.server.authorize.origin() {
                true => &mut self.connection,
                false => &mut elsewhere,
            };
            let answer = connection.send(&bytes).await?;
            for cookie in answer.headers("set-cookie") {
                set_cookie(&mut self.cookies, cookie);
            }
            let to = match (answer.status, answer.header("location")) {
                (302 | 303 | 307, Some(to)) => url.join(to)?,
                (200, _) => return Ok(End::Page(answer.text(), url)),
                _ => bail!("{method} {url}: {}", answer.describe()),
            };
            if to.as_str().starts_with(REDIRECT) {
                return Ok(End::Returned(to));
            }
            (method, url, body) = ("GET", to, None);
        }
        bail!("too many redirects at {url}");
    }

    fn bytes(&self, method: &str, url: &Url, body: Option<&str>) -> Vec<u8> {
        let mut headers = String::new();
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            headers = format!("cookie: {}\r\n", pairs.join("; "));
        }
        if body.is_some() {
            let origin = url.origin().ascii_serialization();
            headers += &format!(
                "origin: {origin}\r\nsec-fetch-site: same-origin\r\n\
                 content-type: application/x-www-form-urlencoded\r\n"
            );
        }
        request(method, url, &headers, body.unwrap_or_default())
    }
}

fn code_in(url: &Url) -> Result<String> {
    let code = url.query_pairs().find(|(name, _)| name == "code");
    Ok(code
        .with_context(|| format!("no code: {url}"))?
        .1
        .into_owned())
}

/// Takes a cookie over; an empty or expired one is forgotten.
fn set_cookie(jar: &mut Vec<(String, String)>, cookie: &str) {
    let Some((name, rest)) = cookie.split_once('=') else {
        return;
    };
    let value = rest.split(';').next().unwrap_or_default();
    jar.retain(|(known, _)| known != name);
    let expired = rest.contains("Max-Age=0")
        || rest
            .to_ascii_lowercase()
            .contains("expires=thu, 01 jan 1970");
    if !value.is_empty() && !expired {
        jar.push((name.into(), value.into()));
    }
}
