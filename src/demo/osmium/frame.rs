//! What an incoming frame is: a request, the empty keepalive, or something to refuse. Total over all bytes.

use prost::Message as _;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use bytes::Bytes;

use crate::net::osmium::wire::core::{ClientMessage, RpcError, RpcResult, ServerMessage, rpc_result, server_message};

/// The largest frame taken, in bytes: an upload part of the documented maximum of 1 MiB and its envelope.
pub(crate) const MAX_INBOUND: usize = 1_048_576 + 4_096;

/// The largest frame ever sent, in bytes; a common client library refuses more.
pub(crate) const MAX_OUTBOUND: usize = 1_048_576;

/// A frame, understood as far as possible.
#[derive(Debug)]
pub(crate) enum Inbound {
    /// An envelope without a request.
    Keepalive,
    /// A request that this schema knows.
    Request(Box<ClientMessage>),
    /// Anything else; `id` is the request id when it can be made out.
    Rejected {
        /// The request to refuse.
        id: Option<u32>,
        /// What is wrong, in words.
        reason: String,
    },
}

/// Encodes a frame. An answer that would be too large becomes an error under the same id; a push that would be too large
/// is nothing. The limits on single messages and pages keep either from happening.
pub(crate) fn encode(message: &ServerMessage) -> Option<Bytes> {
    if message.encoded_len() < MAX_OUTBOUND {
        return Some(message.encode_to_vec().into());
    }
    let Some(server_message::Message::Result(result)) = &message.message else { return None };
    let error = RpcError { error_code: 500, error_message: "The answer is too large; ask for less.".to_owned() };
    let result = RpcResult {
        req_id: result.req_id,
        trace_id: Some(format!("demo-too-large-{}", message.id)),
        result: Some(rpc_result::Result::Error(error)),
    };
    let message = ServerMessage { id: message.id, message: Some(server_message::Message::Result(result)) };
    Some(message.encode_to_vec().into())
}

/// Looks at a frame.
pub(crate) fn classify(frame: &[u8]) -> Inbound {
    if frame.len() > MAX_INBOUND {
        let reason = format!("The frame has {} bytes; at most {MAX_INBOUND} are taken.", frame.len());
        return Inbound::Rejected { id: leading_id(frame), reason };
    }
    match ClientMessage::decode(frame) {
        Ok(message) if message.message.is_some() => Inbound::Request(Box::new(message)),
        Ok(message) => match unknown_request(frame) {
            Some(number) => Inbound::Rejected {
                id: Some(message.id),
                reason: format!("This demo server knows no request with number {number}."),
            },
            None => Inbound::Keepalive,
        },
        Err(_) => Inbound::Rejected { id: leading_id(frame), reason: "The frame is not a client message.".to_owned() },
    }
}

/// The request id, if the frame begins with a whole one.
fn leading_id(mut frame: &[u8]) -> Option<u32> {
    if frame.first() != Some(&0x08) {
        return None;
    }
    frame = frame.get(1..)?;
    u32::try_from(decode_varint(&mut frame).ok()?).ok()
}

/// The number of the first field that is not the id.
fn unknown_request(mut frame: &[u8]) -> Option<u32> {
    while !frame.is_empty() {
        let (number, wire_type): (u32, WireType) = decode_key(&mut frame).ok()?;
        if number != 1 {
            return Some(number);
        }
        skip_field(wire_type, number, &mut frame, DecodeContext::default()).ok()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_keepalive_and_the_empty_frame_are_no_requests() {
        assert!(matches!(classify(&[0x08, 0x01]), Inbound::Keepalive));
        assert!(matches!(classify(&[]), Inbound::Keepalive));
    }

    #[test]
    fn an_unknown_request_is_refused_by_its_id() {
        // id 7, field 2000 with an empty message
        let frame = [0x08, 0x07, 0x82, 0x7d, 0x00];
        assert!(matches!(classify(&frame), Inbound::Rejected { id: Some(7), reason } if reason.contains("2000")));
    }

    #[test]
    fn garbage_after_an_id_is_refused_by_it() {
        assert!(matches!(classify(&[0x08, 0x2a, 0xff, 0xff]), Inbound::Rejected { id: Some(42), .. }));
        assert!(matches!(classify(&[0xff; 40]), Inbound::Rejected { id: None, .. }));
    }

    #[test]
    fn an_oversize_frame_is_refused_without_being_decoded() {
        let mut frame = vec![0x08, 0x05];
        frame.resize(MAX_INBOUND + 1, 0);
        assert!(matches!(classify(&frame), Inbound::Rejected { id: Some(5), reason } if reason.contains("bytes")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(frame in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = classify(&frame);
        }
    }
}
