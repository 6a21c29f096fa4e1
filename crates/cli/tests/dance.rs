//! One person and one client, over HTTP, who remember every secret that they were given.

use std::collections::BTreeMap;

use reqwest::header;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Form, PASSWORD, VERIFIER};

use crate::subject::Server;

/// Of the verifier that testkit uses (RFC 7636, appendix B).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://client.example/callback";

/// What one person's dance came to.
pub(crate) struct Dance<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Everything that must never be in a log.
    pub(crate) secrets: Vec<String>,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.unwrap();
    Answer {
        status,
        headers,
        body,
    }
}

impl<'a> Dance<'a> {
    /// Registers, signs up, consents, and gets tokens.
    pub(crate) async fn whole(server: &'a Server, email: &str) -> Self {
        let mut dance = Self {
            server,
            cookies: BTreeMap::new(),
            secrets: vec![PASSWORD.to_owned(), VERIFIER.to_owned()],
            client_id: String::new(),
            client_secret: String::new(),
            access_token: String::new(),
            refresh_token: String::new(),
        };
        dance.register().await;
        let consent = dance.sign_up(email).await;
        let code = dance.consent(&consent).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let tokens = dance.token(&form).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        dance.keep(&tokens.json());
        dance
    }

    async fn register(&mut self) {
        let metadata = json!({
            "client_name": "Dance",
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "client_secret_basic",
        });
        let request = self.server.http.post(self.server.url("/oauth/register"));
        let answer = answer(request.json(&metadata)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let client = answer.json();
        self.client_id = self.take(&client, "client_id");
        self.client_secret = self.take(&client, "client_secret");
        let token = self.take(&client, "registration_access_token");
        self.secrets.extend([self.client_secret.clone(), token]);
    }

    /// The consent page, after a new account was made on the way to it.
    async fn sign_up(&mut self, email: &str) -> Answer {
        let query = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", CALLBACK),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", "notes:read notes:write offline_access"),
            ("state", "a-state-that-is-nobody-elses-business"),
            ("resource", &format!("{}/mcp/notes", self.server.origin)),
        ];
        self.secrets
            .push("a-state-that-is-nobody-elses-business".to_owned());
        let request = self.server.http.get(self.server.url("/oauth/authorize"));
        let login = self.follow(request.query(&query)).await;
        let link = login
            .body
            .split("href=\"")
            .find(|piece| piece.starts_with("/signup"));
        let link = link
            .and_then(|piece| piece.split('"').next())
            .expect("a link to sign up");
        let link = link.replace("&#38;", "&").replace("&amp;", "&");
        let page = self
            .follow(self.server.http.get(self.server.url(&link)))
            .await;
        let form = page
            .form("/signup")
            .with("email", email)
            .with("password", PASSWORD);
        self.submit_and_follow(&form).await
    }

    async fn consent(&mut self, page: &Answer) -> String {
        let form = page
            .form("/oauth/authorize/consent")
            .ticked()
            .with("decision", "allow");
        self.secrets.extend(form.get("pending").map(str::to_owned));
        let answer = self.submit(&form).await;
        let code = answer.redirect_param("code").expect("a code");
        self.secrets.push(code.clone());
        code
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let request = self.server.http.post(self.server.url("/oauth/token"));
        let request = request.basic_auth(&self.client_id, Some(&self.client_secret));
        answer(request.form(form)).await
    }

    pub(crate) async fn refresh(&mut self) -> Answer {
        let token = self.refresh_token.clone();
        let form = [("grant_type", "refresh_token"), ("refresh_token", &token)];
        let answer = self.token(&form).await;
        if answer.status == StatusCode::OK {
            self.keep(&answer.json());
        }
        answer
    }

    fn keep(&mut self, tokens: &Value) {
        self.access_token = self.take(tokens, "access_token");
        self.refresh_token = self.take(tokens, "refresh_token");
        self.secrets
            .extend([self.access_token.clone(), self.refresh_token.clone()]);
    }

    fn take(&self, answer: &Value, name: &str) -> String {
        answer[name].as_str().expect(name).to_owned()
    }

    /// Calls a tool of the notes app.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Answer {
        let message = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": tool, "arguments": arguments },
        });
        let request = self.server.http.post(self.server.url("/mcp/notes"));
        let request = request
            .bearer_auth(&self.access_token)
            .header(header::ACCEPT, "application/json, text/event-stream");
        answer(request.json(&message)).await
    }

    pub(crate) async fn page(&mut self, path: &str) -> Answer {
        let request = self.server.http.get(self.server.url(path));
        self.send(request).await
    }

    async fn submit(&mut self, form: &Form) -> Answer {
        let request = self
            .server
            .http
            .post(self.server.url(&form.action))
            .header(header::ORIGIN, &self.server.origin)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.secrets.extend(form.get("csrf").map(str::to_owned));
        self.send(request.body(form.encoded())).await
    }

    async fn submit_and_follow(&mut self, form: &Form) -> Answer {
        let answer = self.submit(form).await;
        self.redirected(answer).await
    }

    async fn follow(&mut self, request: RequestBuilder) -> Answer {
        let answer = self.send(request).await;
        self.redirected(answer).await
    }

    async fn redirected(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..5 {
            if !answer.status.is_redirection() {
                break;
            }
            let path = answer
                .location()
                .trim_start_matches(&self.server.origin)
                .to_owned();
            answer = self.page(&path).await;
        }
        answer
    }

    async fn send(&mut self, request: RequestBuilder) -> Answer {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = answer(request.header(header::COOKIE, cookies.join("; "))).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
            self.secrets
                .extend(Some(value.to_owned()).filter(|value| value.len() > 8));
        }
        answer
    }
}
