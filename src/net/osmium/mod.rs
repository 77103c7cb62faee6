//! The Osmium network: protobuf messages over a WebSocket.

pub mod rpc;
pub mod wire;
