//! How the person wants pages: language and theme, kept in this browser and, once signed in, for the others.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::SET_COOKIE;
use url::form_urlencoded;

use crate::Issuer;
use crate::db::{self, DbError};
use crate::login::session::SignedIn;
use crate::pages::{Choice, Frame, PageError, PageForm};

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    frame: &'a Frame,
}

pub(crate) async fn get(_: SignedIn, frame: Frame) -> Result<Response, PageError> {
    let frame = &frame;
    frame.show(&SettingsPage { frame })
}

/// Keeps a choice; whoever is not signed in has the footer for it.
pub(crate) async fn post(
    State(issuer): State<Issuer>,
    signed_in: Option<SignedIn>,
    form: PageForm,
) -> Result<Response, PageError> {
    let choice = Choice::read(form.text("language"), form.text("theme"));
    let cookies = choice.cookies(&issuer);
    if let Some(signed_in) = signed_in {
        let look = db::people::Look {
            language: choice.language().map(str::to_owned),
            theme: choice.theme().map(str::to_owned),
        };
        let kept = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { db::people::update_look(tx, &signed_in.person.id, look).await })
        });
        kept.await?;
    }
    let mut response = Redirect::to(&way_back(form.text("to"))).into_response();
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A page of ours, in the language that was chosen: what the client wished for counts no longer.
fn way_back(to: &str) -> String {
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    if !ours || !to.bytes().all(|byte| byte.is_ascii_graphic()) {
        return "/account".to_owned();
    }
    without_wish(to)
}

fn without_wish(to: &str) -> String {
    let Some((path, query)) = to.split_once('?') else {
        return to.to_owned();
    };
    let mut kept = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "ui_locales" => {}
            // One page of ours waits behind another, and no further.
            "continue" if !path.contains('?') && value.contains("ui_locales") => {
                kept.append_pair(&name, &without_wish(&value));
            }
            _ => {
                kept.append_pair(&name, &value);
            }
        }
    }
    format!("{path}?{}", kept.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_ours_and_without_the_clients_wish() {
        for (to, back) in [
            ("/login", "/login"),
            ("/oauth/authorize?a=b&ui_locales=de", "/oauth/authorize?a=b"),
            (
                "/login?continue=%2Foauth%2Fauthorize%3Fui_locales%3Dde%26a%3Db",
                "/login?continue=%2Foauth%2Fauthorize%3Fa%3Db",
            ),
            ("//evil.test", "/account"),
            ("/\\evil.test", "/account"),
            ("https://evil.test", "/account"),
            ("/a\r\nb", "/account"),
            ("", "/account"),
        ] {
            assert_eq!(way_back(to), back, "{to}");
        }
    }
}
