//! Every path, method and handler, with its flags: one screen per family.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::Issuer;
use crate::connections::webhook;
use crate::endpoints::{
    self, authorize, discovery, introspect, jwks, register, revoke, token, userinfo,
};
use crate::login::upstream::privy;
use crate::login::{
    email_code, forgot, level, passkey, reset, second, setup, sign_in, sign_out, sign_up, step_up,
    upstream, verify,
};
use crate::pages;
use crate::portal::security::{self, passkeys, recovery_codes, totp};
use crate::portal::{
    account, activity, app, app_end, apps, connect, connections, delete, email, export, not_me,
    password, profile, sessions, settings, token_new, tokens,
};

/// What holds for a family of paths.
#[derive(Clone, Copy)]
enum Family {
    /// Read by any program: any origin, and cached as each answer says.
    Document,
    /// Called by any program: any origin, and never stored.
    Protocol,
}

/// Everything the issuer serves.
pub fn router(issuer: Issuer) -> Router {
    let routes = Router::new()
        .merge(documents(&issuer))
        .merge(protocol())
        .merge(pages(&issuer))
        .merge(privy_token(&issuer))
        .route("/static/{version}/passkey.js", get(pages::script))
        .route("/static/{version}/privy.js", get(pages::script))
        .route("/static/{version}/style.css", get(pages::style))
        .route("/static/{version}/brand.css", get(pages::brand::style))
        .route("/static/{version}/logo", get(pages::brand::logo))
        .route("/webhooks/{upstream}", post(webhook::post));
    routes.with_state(issuer)
}

fn documents(issuer: &Issuer) -> Router<Issuer> {
    let mut routes = Router::new()
        .route("/.well-known/{*rest}", get(discovery::get_below))
        .route("/.well-known/jwks.json", get(jwks::get))
        .route("/oauth/jwks", get(jwks::get))
        .route("/oauth2/jwks", get(jwks::get));
    for path in discovery::mcp_paths(&issuer.settings) {
        for name in discovery::NAMES {
            let path = format!("{path}/.well-known/{name}");
            routes = routes.route(&path, get(discovery::get));
        }
    }
    Family::Document.flags(routes)
}

fn protocol() -> Router<Issuer> {
    let manage = get(register::manage::get)
        .put(register::manage::put)
        .delete(register::manage::delete);
    let families = [
        ("token", post(token::post)),
        ("register", post(register::post)),
        ("revoke", post(revoke::post)),
        ("introspect", post(introspect::post)),
        ("userinfo", get(userinfo::get).post(userinfo::get)),
    ];
    let routes = families.into_iter().fold(Router::new(), everywhere);
    let routes = routes.route("/oauth/register/{client_id}", manage);
    Family::Protocol.flags(routes)
}

/// For resource servers alone, so no other origin may look. Only where people sign in with Privy.
fn privy_token(issuer: &Issuer) -> Router<Issuer> {
    match has_privy(issuer) {
        true => Router::new().route("/token/privy/access-token", post(endpoints::privy::post)),
        false => Router::new(),
    }
}

fn has_privy(issuer: &Issuer) -> bool {
    let mut upstreams = issuer.settings.upstreams.iter();
    upstreams.any(|upstream| upstream.privy().is_some())
}

/// Visited by people: never stored, framed or called from other sites.
fn pages(issuer: &Issuer) -> Router<Issuer> {
    let authorize = get(authorize::get)
        .post(authorize::post)
        .head(authorize::head);
    let routes = everywhere(account_pages(), ("authorize", authorize))
        .route("/oauth/authorize/consent", post(authorize::consent::post))
        .route(
            "/oauth/authorize/finish",
            get(authorize::finish::get).head(authorize::head),
        )
        .route("/login", get(sign_in::get).post(sign_in::post))
        .route("/login/passkey", post(passkey::sign_in::post))
        .route("/login/second", get(second::get).post(second::post))
        .route(
            "/login/second/mail",
            get(email_code::second::get).post(email_code::second::post),
        )
        .route("/login/{upstream}", post(upstream::start::post))
        .route("/auth/{upstream}", get(upstream::start::get))
        .route(
            "/auth/{upstream}/callback",
            callback().post(upstream::callback::post),
        )
        .route("/oauth/authorize/provider", post(upstream::start::choose))
        .route("/signup", get(sign_up::get).post(sign_up::post))
        .route("/verify", get(verify::get).post(verify::post))
        .route("/forgot", get(forgot::get).post(forgot::post))
        .route("/reset", get(reset::get).post(reset::post))
        .route("/keep", get(delete::get_keep).post(delete::post_keep))
        .route("/logout", get(sign_out::get).post(sign_out::post))
        .route("/connect/{upstream}", get(connect::get).post(connect::post))
        .route("/connect/{upstream}/disconnect", post(connect::disconnect))
        .route("/setup", get(setup::get).post(setup::post));
    // As other systems have it: `/github/callback`.
    let names = issuer.settings.connecting();
    let aliases = names.map(|upstream| format!("/{}/callback", upstream.name));
    let routes = aliases.fold(routes, |routes, path| routes.route(&path, callback()));
    let routes = match has_privy(issuer) {
        true => routes
            .route(privy::PAGE, get(privy::get))
            .route("/auth/privy/callback", post(privy::post)),
        false => routes,
    };
    routes.layer(from_fn_with_state(issuer.clone(), pages::dress))
}

/// Of the person who is signed in.
fn account_pages() -> Router<Issuer> {
    Router::new()
        .route("/account", get(account::get))
        .route("/account/apps", get(apps::get))
        .route("/account/apps/{app}", get(app::get).post(app::post))
        .route(
            "/account/apps/{app}/end",
            get(app_end::get).post(app_end::post),
        )
        .route("/account/connections", get(connections::get))
        .route("/account/confirm", get(step_up::get).post(step_up::post))
        .route(
            "/account/confirm/mail",
            get(email_code::confirm::get).post(email_code::confirm::post),
        )
        .route("/account/level", get(level::get))
        .route("/account/security", get(security::get))
        .route(
            "/account/security/recovery-codes",
            get(recovery_codes::get).post(recovery_codes::post),
        )
        .route(
            "/account/security/recovery-codes/download",
            get(recovery_codes::download),
        )
        .route(
            "/account/security/passkeys/new",
            get(passkeys::get_new).post(passkeys::post_new),
        )
        .route("/account/security/passkeys/edit", get(passkeys::get_edit))
        .route("/account/security/passkeys/rename", post(passkeys::rename))
        .route("/account/security/passkeys/remove", post(passkeys::remove))
        .route("/account/security/totp", get(totp::get).post(totp::post))
        .route("/account/security/totp/remove", post(totp::remove))
        .route("/account/sessions", get(sessions::get))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .route("/account/sessions/end-all", post(sessions::end_all))
        .route("/account/tokens", get(tokens::get))
        .route(
            "/account/tokens/new",
            get(token_new::get).post(token_new::post),
        )
        .route("/account/tokens/made", get(token_new::show))
        .route("/account/tokens/revoke", post(tokens::revoke))
        .route("/account/activity", get(activity::get))
        .route("/account/settings", get(settings::get))
        .route("/look", post(settings::post))
        .route("/account/not-me", get(not_me::get).post(not_me::post))
        .route("/account/profile", get(profile::get).post(profile::post))
        .route("/account/email", get(email::get).post(email::post))
        .route("/account/password", get(password::get).post(password::post))
        .route("/account/export", post(export::post))
        .route("/account/delete", get(delete::get).post(delete::post))
        .route("/account/identities/{upstream}", post(upstream::link::post))
        .route(
            "/account/identities/{upstream}/unlink",
            post(upstream::link::unlink),
        )
}

/// It is visited once, and counts: not by who looks at nothing.
fn callback() -> MethodRouter<Issuer> {
    get(upstream::callback::get).head(authorize::head)
}

/// The canonical path and its aliases, under one handler.
fn everywhere(
    routes: Router<Issuer>,
    (name, handler): (&str, MethodRouter<Issuer>),
) -> Router<Issuer> {
    let roots = ["/oauth", "/oauth2", ""].iter();
    roots.fold(routes, |routes, root| {
        routes.route(&format!("{root}/{name}"), handler.clone())
    })
}

impl Family {
    /// Adds what the family's answers have in common, errors included.
    fn flags(self, routes: Router<Issuer>) -> Router<Issuer> {
        let store = match self {
            Self::Document => "no-cache",
            Self::Protocol => "no-store",
        };
        let store = HeaderValue::from_static(store);
        routes
            .layer(SetResponseHeaderLayer::if_not_present(
                header::CACHE_CONTROL,
                store,
            ))
            .layer(cors())
    }
}

/// Any origin, without credentials. A preflight is answered before anything else looks at it.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        // Mirrored, because `Mcp-Param-*` has no list, and `*` leaves out Authorization.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            header::WWW_AUTHENTICATE,
            header::RETRY_AFTER,
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(std::time::Duration::from_secs(3_600))
}
