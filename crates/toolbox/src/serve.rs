//! Puts apps behind the guard and onto the wire: one exact path each, and their metadata documents.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, any, get};
use guard::metadata::{Metadata, path_of, root_path, url_of};
use guard::oauth::discovery::ResourceMetadata;
use guard::oauth::resource::Resource;
use guard::oauth::scope::Scope;
use guard::origin::Origins;
use guard::{Guard, InBand, Mode, Observer, Verify};

use crate::app::App;
use crate::connections::Connections;
use crate::endpoint::{Endpoint, Served};
use crate::part::Part;
use crate::plain::{call, widget_page};
use crate::store::PersonStore;

/// What all apps of one process share.
pub struct Host {
    /// The public origin, as configured, without a trailing slash.
    pub public_origin: String,
    /// The issuer whose tokens count.
    pub issuer: String,
    /// Who verifies tokens.
    pub verify: Arc<dyn Verify>,
    /// Where apps keep records.
    pub store: Arc<dyn PersonStore>,
    /// Where people's accounts elsewhere are kept, if the host has any.
    pub connections: Option<Arc<dyn Connections>>,
    /// Who is told of every decision.
    pub observer: Option<Arc<dyn Observer>>,
    /// Web origins that may call, beside our own and loopback.
    pub origins: Vec<String>,
    /// The longest request body.
    pub body_bytes_max: usize,
}

/// Where and how an app is served.
pub struct Mount {
    /// The app.
    pub app: App,
    /// Its path, which names its resource: `/mcp/notes`.
    pub path: String,
    /// A further path for the same resource, such as `/mcp`. Its document is also the one without a path.
    pub alias: Option<String>,
    /// What of the app is served.
    pub part: Part,
    /// When clients are asked to sign in.
    pub mode: Mode,
    /// Who gets challenges inside results.
    pub in_band: InBand,
}

/// An app cannot be served as it is.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// Origin and path do not make a resource.
    #[error("{0} does not name a resource")]
    NotAResource(String),
    /// Two resources would have the same path, or there would be two default resources.
    #[error("{0} is served twice")]
    PathTaken(String),
    /// A tool demands a scope that the app has no words for.
    #[error("{app}: the scope {scope} has no text")]
    ScopeWithoutText {
        /// The app's name.
        app: &'static str,
        /// The scope.
        scope: String,
    },
    /// Two tools have the same name, or a name is not one that clients accept.
    #[error("{app}: the tool name {tool} is taken or not 1 to 128 of A-Z a-z 0-9 _ . -")]
    ToolName {
        /// The app's name.
        app: &'static str,
        /// The tool's name.
        tool: &'static str,
    },
    /// A document cannot be written.
    #[error("a document cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// The routes of all apps: `POST` at their paths and `GET` at their documents.
///
/// # Errors
/// If an app contradicts itself.
pub fn router(host: &Host, mounts: Vec<Mount>) -> Result<Router, MountError> {
    let origins = Arc::new(Origins::new(&host.public_origin, host.origins.clone()));
    let mut routes = Routes {
        router: Router::new(),
        paths: BTreeSet::new(),
    };
    for mut mount in mounts {
        mount.app = mount.app.only(&mount.part);
        check_app(&mount.app)?;
        let resource = resource_at(host, &mount.path)?;
        let mut doors = vec![(resource.clone(), Part::default())];
        for (below, part) in mount.app.parts() {
            doors.push((resource_at(host, &format!("{}{below}", mount.path))?, part));
        }
        if let Some(path) = &mount.alias {
            doors.push((resource_at(host, path)?, Part::default()));
        }
        let guards: Vec<_> = doors
            .iter()
            .map(|(name, part)| {
                let guard = guard_of(host, &mount, resource.clone(), part);
                guard.with_metadata_url(url_of(name))
            })
            .collect();
        let describe = |name: &Resource| document(host, &mount.app, name);
        let documents = doors.iter().map(|(name, _)| describe(name));
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        // The document without a path is the alias's.
        let at_root = documents.last().filter(|_| mount.alias.is_some()).cloned();
        let pages = mount.app.widgets();
        let tools = mount.app.tools.iter().filter(|tool| tool.by_get);
        let by_get: Vec<_> = tools.map(|tool| tool.name).collect();
        let served = Arc::new(Served::new(mount.app, host));
        for widget in pages {
            let path = format!("/widgets/{}.html", widget.name);
            routes.add(&path, get(move || async move { widget_page(&widget) }))?;
        }
        for (((name, part), guard), document) in doors.iter().zip(guards).zip(documents) {
            let endpoint = Endpoint::new(guard, &origins, &served, part.clone());
            for tool in by_get.iter().copied().filter(|_| *name == resource) {
                let endpoint = endpoint.clone();
                let route = get(move |request| call(endpoint, tool, request));
                routes.add(&format!("/tools/{tool}"), route)?;
            }
            routes.add(name.path(), any(move |request| endpoint.answer(request)))?;
            routes.add(&path_of(name), document_route(document))?;
        }
        if let Some(document) = at_root {
            routes.add(root_path(), document_route(document))?;
        }
    }
    Ok(routes.router)
}

/// Routes, no two at the same path.
struct Routes {
    router: Router,
    paths: BTreeSet<String>,
}

impl Routes {
    fn add(&mut self, path: &str, route: MethodRouter) -> Result<(), MountError> {
        if !self.paths.insert(path.to_owned()) {
            return Err(MountError::PathTaken(path.to_owned()));
        }
        self.router = std::mem::take(&mut self.router).route(path, route);
        Ok(())
    }
}

fn document(host: &Host, app: &App, name: &Resource) -> Result<Metadata, MountError> {
    let scopes = app.scope_set();
    let document = Metadata::new(&ResourceMetadata {
        // The URL that the client was given, or it refuses the document.
        resource: name.to_string(),
        authorization_servers: vec![host.issuer.clone()],
        scopes_supported: scopes.iter().map(ToString::to_string).collect(),
        bearer_methods_supported: ["header"],
        resource_name: app.title.to_owned(),
        resource_documentation: None,
    })?;
    Ok(document)
}

fn document_route(document: Metadata) -> MethodRouter {
    any(move |request: Request| {
        let response = document.respond(&request);
        async move { response.map(axum::body::Body::from).into_response() }
    })
}

fn resource_at(host: &Host, path: &str) -> Result<Resource, MountError> {
    let url = format!("{}{path}", host.public_origin);
    let resource = Resource::parse(&url).ok();
    let resource = resource.filter(|resource| resource.path() == path && path.len() > 1);
    resource.ok_or(MountError::NotAResource(url))
}

fn guard_of(host: &Host, mount: &Mount, resource: Resource, part: &Part) -> Guard {
    let mut guard = Guard::new(resource, Arc::clone(&host.verify))
        .with_mode(mount.mode)
        .with_in_band(mount.in_band)
        // Lists and widgets are for everyone; they hold no data.
        .with_open_methods()
        .with_body_bytes_max(host.body_bytes_max);
    for tool in mount.app.tools.iter().filter(|tool| part.has(tool)) {
        let names = std::iter::once(&tool.name).chain(tool.aliases);
        for name in names {
            guard = guard.with_tool(*name, tool.policy.clone());
            if let Some(needed) = &tool.assurance {
                guard = guard.with_assurance(*name, needed.clone());
            }
        }
    }
    for text in mount.app.scopes {
        for implied in text.implies {
            if let (Ok(holder), Ok(implied)) = (text.scope.parse(), implied.parse()) {
                guard = guard.with_implied(holder, implied);
            }
        }
    }
    match &host.observer {
        Some(observer) => guard.with_observer(Arc::clone(observer)),
        None => guard,
    }
}

fn check_app(app: &App) -> Result<(), MountError> {
    let mut names = BTreeSet::new();
    let own = app.tools.iter().map(|tool| tool.name);
    let others = app.tools.iter().flat_map(|tool| tool.aliases).copied();
    for tool in own.chain(others) {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        let well_formed = (1..=128).contains(&tool.len()) && tool.bytes().all(legal);
        if !well_formed || !names.insert(tool) {
            return Err(MountError::ToolName {
                app: app.name,
                tool,
            });
        }
    }
    let has_text = |scope: &Scope| app.scopes.iter().any(|text| text.scope == scope.as_str());
    match app.scope_set().iter().find(|scope| !has_text(scope)) {
        Some(scope) => Err(MountError::ScopeWithoutText {
            app: app.name,
            scope: scope.to_string(),
        }),
        None => Ok(()),
    }
}
