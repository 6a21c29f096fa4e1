//! An OAuth client that does as it is told.

use crate::{Answer, App, Browser, NOTES};

/// A registered public client.
pub struct OauthClient<'a> {
    app: &'a App,
    pub id: String,
    pub redirect_uri: String,
}

/// What the token endpoint gave.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    pub scope: String,
}

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl<'a> OauthClient<'a> {
    pub(crate) async fn register(app: &'a App) -> Self {
        let redirect_uri = "https://client.test/callback".to_owned();
        let answer = app
            .post_json(
                "/oauth/register",
                &serde_json::json!({
                    "client_name": "Test Client",
                    "redirect_uris": [redirect_uri],
                    "token_endpoint_auth_method": "none",
                    "grant_types": ["authorization_code", "refresh_token"],
                }),
            )
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let id = answer.member("client_id");
        Self {
            app,
            id,
            redirect_uri,
        }
    }

    /// An authorization request with `extra` parameters, `&name=value…`, already encoded.
    #[must_use]
    pub fn authorize_path(&self, extra: &str) -> String {
        format!(
            "/oauth/authorize?response_type=code&client_id={}&redirect_uri={}\
             &code_challenge={CHALLENGE}&code_challenge_method=S256&state=a%2F%2Bb{extra}",
            self.id,
            url::form_urlencoded::byte_serialize(self.redirect_uri.as_bytes()).collect::<String>(),
        )
    }

    /// Asks for `scope` on the notes resource; the person allows everything.
    ///
    /// # Panics
    /// If no code comes back.
    pub async fn code(&self, browser: &Browser<'_>, scope: &str) -> String {
        let answer = self.allowed(browser, scope).await;
        answer
            .redirect_param("code")
            .unwrap_or_else(|| panic!("no code in {}", answer.location()))
    }

    /// The redirect after the person allowed everything that was asked for.
    pub async fn allowed(&self, browser: &Browser<'_>, scope: &str) -> Answer {
        let scope: String = url::form_urlencoded::byte_serialize(scope.as_bytes()).collect();
        let path = self.authorize_path(&format!("&resource={NOTES}&scope={scope}"));
        let page = browser.visit(&path).await;
        if page.status.is_redirection() {
            return page;
        }
        let form = page
            .form("/oauth/authorize/consent")
            .ticked()
            .with("decision", "allow");
        browser.submit(&form).await
    }

    /// Redeems a code.
    pub async fn exchange(&self, code: &str) -> Answer {
        let form = format!(
            "grant_type=authorization_code&client_id={}&code={code}&redirect_uri={}\
             &code_verifier={VERIFIER}",
            self.id, self.redirect_uri
        );
        self.app.post("/oauth/token", form).await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        let form = format!(
            "grant_type=refresh_token&client_id={}&refresh_token={refresh_token}",
            self.id
        );
        self.app.post("/oauth/token", form).await
    }

    /// The whole way: consent to `scope`, then the tokens for it.
    pub async fn tokens(&self, browser: &Browser<'_>, scope: &str) -> Tokens {
        let code = self.code(browser, scope).await;
        Tokens::of(&self.exchange(&code).await)
    }
}

impl Tokens {
    /// # Panics
    /// If the answer holds no tokens.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        Self {
            access_token: answer.member("access_token"),
            refresh_token: answer.member("refresh_token"),
            scope: answer.member("scope"),
        }
    }
}
