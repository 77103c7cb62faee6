//! Clients that send frames over plain TCP, to the same port as all others.

use super::fixture::options;
use nib::demo::osmium::{Running, start};
use nib::net::osmium::wire::core::client_message::Message as Request;
use nib::net::osmium::wire::core::rpc_result::Result as Answer;
use nib::net::osmium::wire::core::{ClientMessage, Initialize, ServerMessage, server_message};
use prost::Message as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

async fn connect(running: &Running) -> TcpStream {
    TcpStream::connect(running.address).await.expect("the server listens")
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

async fn answer(tcp: &mut TcpStream) -> ServerMessage {
    let length = timeout(PATIENCE, tcp.read_u32()).await.expect("in time").expect("a length");
    let mut bytes = vec![0; length as usize];
    timeout(PATIENCE, tcp.read_exact(&mut bytes)).await.expect("in time").expect("a frame");
    ServerMessage::decode(&bytes[..]).expect("a server message")
}

/// Greets in pieces of this size, and reads the answer.
async fn greet(tcp: &mut TcpStream, piece: usize) {
    let greeting = ClientMessage { id: 7, message: Some(Request::CoreInitialize(Initialize::default())) };
    for piece in framed(&greeting.encode_to_vec()).chunks(piece) {
        tcp.write_all(piece).await.unwrap();
        tcp.flush().await.unwrap();
    }
    let Some(server_message::Message::Result(result)) = answer(tcp).await.message else { panic!("no result") };
    assert_eq!(result.req_id, 7);
    assert!(matches!(result.result, Some(Answer::Initialized(_))));
}

/// Whether the server has closed, whatever it said before.
async fn is_closed(tcp: &mut TcpStream) -> bool {
    let mut scrap = Vec::new();
    // A reset is as good an end.
    timeout(PATIENCE, tcp.read_to_end(&mut scrap)).await.is_ok()
}

#[tokio::test]
async fn frames_are_answered_however_they_are_cut() {
    let running = start(options()).await.unwrap();
    for piece in [1, 3, 1_000] {
        greet(&mut connect(&running).await, piece).await;
    }
}

#[tokio::test]
async fn a_frame_beyond_measure_ends_the_connection_and_no_other() {
    let running = start(options()).await.unwrap();
    let mut good = connect(&running).await;
    greet(&mut good, 1_000).await;
    let mut tcp = connect(&running).await;
    tcp.write_all(&[0, 0xff, 0xff, 0xff, 1, 2, 3]).await.unwrap();
    assert!(is_closed(&mut tcp).await);
    // One that cannot be read is refused or skipped, and its sender stays.
    let mut tcp = connect(&running).await;
    tcp.write_all(&framed(&[0xff; 9])).await.unwrap();
    greet(&mut tcp, 1_000).await;
    assert_eq!(running.garbage(), 1);
    // The first one is still heard: nobody may greet twice, and it is told so.
    let again = ClientMessage { id: 8, message: Some(Request::CoreInitialize(Initialize::default())) };
    good.write_all(&framed(&again.encode_to_vec())).await.unwrap();
    let Some(server_message::Message::Result(result)) = answer(&mut good).await.message else { panic!("no result") };
    assert!(result.req_id == 8 && matches!(result.result, Some(Answer::Error(_))));
}

#[tokio::test]
async fn half_a_frame_harms_nobody() {
    let running = start(options()).await.unwrap();
    let mut tcp = connect(&running).await;
    tcp.write_all(&[0, 0, 0, 9, 1]).await.unwrap();
    tcp.shutdown().await.unwrap();
    assert!(is_closed(&mut tcp).await);
    let mut tcp = connect(&running).await;
    greet(&mut tcp, 1_000).await;
    running.drop_connections();
    assert!(is_closed(&mut tcp).await);
}
