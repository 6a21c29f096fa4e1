//! Reading bodies up to a limit.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::refusal::Reason;

/// Reads a request's body, or refuses it as soon as it is known to be too large.
pub(crate) async fn read<B>(body: B, bytes_max: usize) -> Result<Bytes, Reason>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let announced = usize::try_from(body.size_hint().lower());
    if announced.is_ok_and(|bytes| bytes > bytes_max) {
        return Err(Reason::BodyTooLarge);
    }
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Reason::BodyTooLarge),
        Err(_) => Err(Reason::BodyAborted),
    }
}

/// Reads an answer's body chunk by chunk.
pub(crate) async fn read_answer(
    mut response: reqwest::Response,
    bytes_max: usize,
) -> Result<Bytes, &'static str> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| "the answer broke off")? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err("the answer is too large");
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
