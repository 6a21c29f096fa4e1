//! A request, before it is known with whose token it goes out.

use reqwest::Method;
use serde_json::{Map, Value};

use super::base::encode;
use super::error::GithubError;
use super::limit::Pool;
use crate::budget::Paging;

/// What is asked for: a path below the API's root, never a host.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) accept: Accept,
    pub(crate) pool: Pool,
    /// How to find out whether a write was done.
    pub(crate) look: &'static str,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    Json,
    Diff,
}

impl Accept {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/vnd.github+json",
            Self::Diff => "application/vnd.github.diff",
        }
    }
}

impl Request {
    /// Reads what is at these segments.
    pub(crate) fn get(segments: &[&str]) -> Result<Self, GithubError> {
        Self::new(Method::GET, segments)
    }

    /// Writes. `look` tells the model how to find out whether it was done, should the answer get lost.
    pub(crate) fn write(
        method: Method,
        segments: &[&str],
        body: Value,
        look: &'static str,
    ) -> Result<Self, GithubError> {
        let request = Self::new(method, segments)?;
        Ok(Self {
            body: Some(body),
            look,
            ..request
        })
    }

    fn new(method: Method, segments: &[&str]) -> Result<Self, GithubError> {
        let path = encode(segments).ok_or_else(|| {
            let text = "A name in the arguments is empty or consists of dots.";
            GithubError::Arguments(text.to_owned())
        })?;
        let pool = match segments.first() {
            Some(&"search") => Pool::Search,
            _ => Pool::Core,
        };
        Ok(Self {
            method,
            path,
            query: Vec::new(),
            body: None,
            accept: Accept::Json,
            pool,
            look: "",
        })
    }

    /// Adds to the query, unless there is nothing to say.
    pub(crate) fn query(mut self, name: &'static str, value: impl Into<Option<String>>) -> Self {
        self.query.extend(value.into().map(|value| (name, value)));
        self
    }

    /// Asks for one page of a list.
    pub(crate) fn paged(self, paging: Paging) -> Self {
        self.query("per_page", paging.per_page.to_string())
            .query("page", paging.page.to_string())
    }

    pub(crate) const fn for_diff(mut self) -> Self {
        self.accept = Accept::Diff;
        self
    }

    pub(crate) fn is_write(&self) -> bool {
        self.method != Method::GET
    }
}

/// The members of a body that were given; what is left out stays as it is at GitHub.
pub(crate) fn given<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let members = members.into_iter();
    members
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
