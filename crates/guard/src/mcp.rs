//! A bounded look into a JSON-RPC message: which method, which tool, which era.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Deeper nesting than this is refused.
pub const NESTING_MAX: usize = 64;

/// `_meta` member with the protocol version of a request since 2026-07-28.
pub const META_PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// What a message asks for, as far as access depends on it.
#[derive(Debug)]
pub struct Look {
    /// The request's id as it was written: a string or a number. `None` for a notification.
    pub id: Option<Box<RawValue>>,
    /// The method.
    pub method: Box<str>,
    /// `params.name`: the tool of `tools/call`.
    pub name: Option<Box<str>>,
    /// The protocol version in `params._meta`, which only requests since 2026-07-28 carry.
    pub protocol_version: Option<Box<str>>,
    /// The client's own name in `params._meta`.
    pub client_name: Option<Box<str>>,
}

impl Look {
    /// Whether this is a call of a tool that wants an answer.
    #[must_use]
    pub fn is_tool_call(&self) -> bool {
        &*self.method == "tools/call" && self.id.is_some()
    }
}

/// Why a body is no message that can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// Not JSON, or not UTF-8.
    #[error("Parse error: the body is not JSON")]
    Malformed,
    /// More than [`NESTING_MAX`] levels.
    #[error("Invalid Request: nested too deeply")]
    TooDeep,
    /// Two members of one object have the same name, so that readers may disagree.
    #[error("Invalid Request: a member is given twice")]
    DuplicateKey,
    /// A batch: gone from the protocol since 2025-06-18.
    #[error("Invalid Request: batches are not supported")]
    Batch,
    /// Not an object with `jsonrpc` 2.0, a textual method, and a textual or numeric id if any.
    #[error("Invalid Request")]
    NotARequest,
    /// `params` or what is read of it has the wrong type.
    #[error("Invalid params: params must be an object, and its name and _meta of their types")]
    BadParams,
}

impl LookError {
    /// The JSON-RPC error code.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Malformed => -32700,
            Self::TooDeep | Self::DuplicateKey | Self::Batch | Self::NotARequest => -32600,
            Self::BadParams => -32602,
        }
    }
}

#[derive(serde::Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "given")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "given")]
    params: Option<&'a RawValue>,
}

#[derive(Default, serde::Deserialize)]
struct Params {
    name: Option<Box<str>>,
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

#[derive(Default, serde::Deserialize)]
struct Meta {
    #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
    protocol_version: Option<Box<str>>,
    #[serde(rename = "io.modelcontextprotocol/clientInfo")]
    client_info: Option<ClientInfo>,
}

#[derive(serde::Deserialize)]
struct ClientInfo {
    name: Option<Box<str>>,
}

/// Tells `null` from absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Looks into a message.
///
/// # Errors
/// If the body is not one well-formed message: what cannot be read alike by everyone is refused.
pub fn look(body: &[u8]) -> Result<Look, LookError> {
    check_shape(body)?;
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(LookError::Batch);
    }
    let envelope: Envelope<'_> =
        serde_json::from_slice(body).map_err(|_| LookError::NotARequest)?;
    let (Some("2.0"), Some(method)) = (envelope.jsonrpc.as_deref(), envelope.method) else {
        return Err(LookError::NotARequest);
    };
    let id_start = |id: &RawValue| id.get().bytes().next().unwrap_or_default();
    if let Some(id) = envelope.id
        && !matches!(id_start(id), b'"' | b'-' | b'0'..=b'9')
    {
        return Err(LookError::NotARequest);
    }
    let params = match envelope.params {
        Some(params) if params.get().starts_with('{') => {
            serde_json::from_str::<Params>(params.get()).map_err(|_| LookError::BadParams)?
        }
        Some(_) => return Err(LookError::BadParams),
        None => Params::default(),
    };
    if &*method == "tools/call" && params.name.is_none() {
        return Err(LookError::BadParams);
    }
    let meta = params.meta.unwrap_or_default();
    Ok(Look {
        id: envelope.id.map(ToOwned::to_owned),
        method: method.into(),
        name: params.name,
        protocol_version: meta.protocol_version,
        client_name: meta.client_info.and_then(|client| client.name),
    })
}

/// The whole document is JSON, no deeper than allowed, with no member given twice.
fn check_shape(body: &[u8]) -> Result<(), LookError> {
    let found = Cell::new(LookError::Malformed);
    let shape = Shape {
        depth: 0,
        found: &found,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    shape
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|_| found.get())
}

#[derive(Clone, Copy)]
struct Shape<'a> {
    depth: usize,
    found: &'a Cell<LookError>,
}

impl Shape<'_> {
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= NESTING_MAX {
            return Err(self.fail(LookError::TooDeep));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    fn fail<E: de::Error>(self, why: LookError) -> E {
        self.found.set(why);
        E::custom(why)
    }
}

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut names: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        while let Some(Name(name)) = members.next_key()? {
            if !names.insert(name) {
                return Err(self.fail(LookError::DuplicateKey));
            }
            members.next_value_seed(inside)?;
        }
        Ok(())
    }
}

/// A member's name, borrowed where it holds no escapes.
#[derive(serde::Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
