//! A browser without a screen: cookies, redirects on our own origin, and forms.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::Body;
use http::{Request, header};

use crate::{Answer, App, ORIGIN};

/// A browser of its own: its cookies are nobody else's.
pub struct Browser<'a> {
    app: &'a App,
    cookies: Mutex<BTreeMap<String, String>>,
    user_agent: &'static str,
}

/// A form as a page shows it.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    /// Hidden and preset fields; boxes that are ticked.
    pub fields: Vec<(String, String)>,
    /// Boxes that are not ticked.
    pub unticked: Vec<(String, String)>,
}

impl Form {
    /// Sets a field, in place of what is there under the name.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Ticks every box.
    #[must_use]
    pub fn ticked(mut self) -> Self {
        self.fields.append(&mut self.unticked);
        self
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    #[must_use]
    pub fn encoded(&self) -> String {
        serde_urlencoded_string(&self.fields)
    }
}

fn serde_urlencoded_string(fields: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a App) -> Self {
        Self {
            app,
            cookies: Mutex::default(),
            user_agent: "",
        }
    }

    /// Another browser that holds what this one holds, as a thief's would.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            app: self.app,
            cookies: Mutex::new(self.cookies()),
            user_agent: self.user_agent,
        }
    }

    /// The browser with another name for itself.
    #[must_use]
    pub fn called(mut self, user_agent: &'static str) -> Self {
        self.user_agent = user_agent;
        self
    }

    /// Goes to an address of ours, without following redirects.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(
            Request::get(path).header("sec-fetch-site", "none"),
            Body::empty(),
        )
        .await
    }

    /// Goes to an address of ours and follows redirects that stay with us.
    pub async fn visit(&self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..10 {
            let Some(next) = own_redirect(&answer) else {
                break;
            };
            answer = self.get(&next).await;
        }
        answer
    }

    /// Posts a form as a click on its button would.
    pub async fn submit(&self, form: &Form) -> Answer {
        let request = Request::post(form.action.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, ORIGIN)
            .header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(form.encoded())).await
    }

    /// Posts a form and follows redirects that stay with us.
    pub async fn submit_and_follow(&self, form: &Form) -> Answer {
        let answer = self.submit(form).await;
        match own_redirect(&answer) {
            Some(next) => self.visit(&next).await,
            None => answer,
        }
    }

    /// Sends any request with this browser's cookies.
    ///
    /// # Panics
    /// If the request is malformed.
    pub async fn send(&self, mut request: http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<_> = {
            let jar = self.cookies.lock().expect("a lock");
            jar.iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if !self.user_agent.is_empty() {
            request = request.header(header::USER_AGENT, self.user_agent);
        }
        let answer = self.app.send(request.body(body).expect("a request")).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            let mut jar = self.cookies.lock().expect("a lock");
            if attributes.contains("Max-Age=0") || value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// The cookies it holds.
    ///
    /// # Panics
    /// If a test panicked while it held the jar.
    #[must_use]
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("a lock").clone()
    }
}

/// The account's pages.
impl Browser<'_> {
    /// Where each of the person's apps is.
    pub async fn app_pages(&self) -> Vec<String> {
        let page = self.get("/account/apps").await;
        let links = page.body.split("href=\"").skip(1);
        let links = links.filter_map(|rest| rest.split('"').next());
        links
            .filter(|link| link.starts_with("/account/apps/"))
            .map(str::to_owned)
            .collect()
    }

    /// Ends all that the person's first app was allowed.
    ///
    /// # Panics
    /// If there is none, or it cannot be ended.
    pub async fn disconnect(&self) {
        let pages = self.app_pages().await;
        let page = format!("{}/end", pages.first().expect("an app"));
        let form = self.get(&page).await.form(&page);
        let ended = self.submit(&form).await;
        assert_eq!(ended.location(), "/account/apps?done=ended");
    }
}

fn own_redirect(answer: &Answer) -> Option<String> {
    if !answer.status.is_redirection() {
        return None;
    }
    let location = answer.location();
    let own = location.strip_prefix(ORIGIN).unwrap_or(location);
    own.starts_with('/').then(|| own.to_owned())
}

impl Answer {
    /// The page's form that posts to `action`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn form(&self, action: &str) -> Form {
        let found = forms(&self.body)
            .into_iter()
            .find(|form| form.action.split('?').next() == Some(action));
        found.unwrap_or_else(|| panic!("no form posts to {action}: {}", self.body))
    }
}

impl Answer {
    /// What a script would read from the form that posts to `action`: its attribute `data-options`.
    #[must_use]
    pub fn options(&self, action: &str) -> Option<String> {
        let mut pieces = self.body.split("<form").skip(1);
        let form = pieces.find(|piece| attribute(piece, "action").as_deref() == Some(action))?;
        attribute(form, "data-options")
    }
}

/// The forms of a page that we rendered: tags are well-formed and attributes quoted.
fn forms(html: &str) -> Vec<Form> {
    let pieces = html.split("<form").skip(1);
    pieces
        .map(|piece| {
            let piece = piece.split("</form>").next().unwrap_or_default();
            let action = attribute(piece, "action").unwrap_or_default();
            let (mut fields, mut unticked) = (Vec::new(), Vec::new());
            for input in piece.split("<input").skip(1) {
                let tag = input.split('>').next().unwrap_or_default();
                let Some(name) = attribute(tag, "name") else {
                    continue;
                };
                let value = attribute(tag, "value").unwrap_or_default();
                let box_ = attribute(tag, "type").is_some_and(|kind| kind == "checkbox");
                let checked = tag
                    .split_whitespace()
                    .any(|word| word.trim_end_matches('/') == "checked");
                if box_ && !checked {
                    unticked.push((name, value))
                } else {
                    fields.push((name, value))
                }
            }
            Form {
                action,
                fields,
                unticked,
            }
        })
        .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next().unwrap_or_default();
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag.get(start..)?.split('"').next()?;
    let unescaped = value
        .replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&quot;", "\"");
    Some(
        unescaped
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<"),
    )
}
