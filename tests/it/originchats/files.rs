//! Files up and down over HTTP, against the embedded server and its account service over real sockets.

use super::with_server::{Client, PATIENCE, named, server};
use nib::demo::originchats::Accounts;
use nib::domain::*;
use nib::net::{Credentials, NetEvent};
use std::sync::Arc;

fn noise(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(5);
    (0..length).map(|_| random.u8(..)).collect()
}

fn png(length: usize) -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x05\x00\0\0\x03\x20\x08\x06\0\0\0crc!".to_vec();
    picture.extend(noise(length));
    picture
}

fn with(chat: ChatId, nonce: u64, text: &str, attachments: Vec<Upload>) -> Request {
    Request::Send(Arc::new(Outgoing {
        chat,
        nonce: Nonce(nonce),
        text: text.to_owned(),
        attachments,
        ..Outgoing::default()
    }))
}

/// What somebody is told next in a chat.
async fn heard(client: &mut Client) -> Arc<Message> {
    client
        .until(|event| match event {
            NetEvent::Update(Update::MessageCreated { message, .. }) => Some(Arc::clone(message)),
            _ => None,
        })
        .await
}

/// The whole of a file, part by part.
async fn whole(client: &mut Client, file: &Attachment, length: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let request = Request::FetchPart { file: file.file.clone(), offset: bytes.len() as u64, length };
        match client.ask(request).await.unwrap() {
            Reply::Part { bytes: part, last, .. } => {
                assert!(part.0.len() <= length as usize);
                bytes.extend_from_slice(&part.0);
                if last {
                    return bytes;
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_one_sends_another_sees_and_saves_byte_by_byte() {
    let server = server(Accounts::Both).await;
    let mut alice = Client::token(&server, "alice");
    let (_, caps, _) = alice.signed_in().await;
    assert_eq!((caps.max_files, caps.part), (10, 4 << 20));
    assert!(caps.max_file > 20_000_000 && caps.file_types.takes("image/png") && !caps.file_types.takes("text/plain"));
    let chat = named(&alice.channels().await, "general").id;
    let mut bob = Client::token(&server, "bob");
    bob.signed_in().await;
    bob.channels().await;
    let (sky, song) = (png(1_300_000), noise(40_000));
    let files = vec![Upload::new("sky.png", sky.clone().into()), Upload::new("a \"song\".mp3", song.clone().into())];
    alice.asked += 1;
    let id = RequestId(alice.asked);
    alice.handle.request(id, with(chat, 7, "from **the** roof", files), Priority::User).unwrap();
    let mut told = Vec::new();
    let outcome = loop {
        match alice.next().await {
            NetEvent::Progress(progress) if progress.request == id => told.push((progress.done, progress.total)),
            NetEvent::Answer(answer) if answer.request == id => break answer.outcome,
            _ => {}
        }
    };
    assert!(matches!(outcome, Ok(Reply::Sent { .. })), "{outcome:?}");
    let total = (sky.len() + song.len()) as u64;
    assert_eq!(told.first(), Some(&(0, total)));
    assert!(told.is_sorted() && told.len() > 3 && told.iter().all(|(done, of)| done <= of && *of == total), "{told:?}");
    let message = heard(&mut bob).await;
    assert_eq!(message.body.text.as_str(), "from the roof");
    let [picture, sound] = &message.attachments[..] else { panic!("{message:?}") };
    assert_eq!((picture.name.as_str(), picture.size), ("sky.png", sky.len() as u64));
    assert_eq!(picture.kind, AttachmentKind::Image { width: 1280, height: 800 });
    assert_eq!(sound.name.as_str(), "a \"song\".mp3");
    assert_eq!(picture.file.elsewhere(), None);
    assert!(whole(&mut bob, picture, 300_000).await == sky);
    assert!(whole(&mut bob, sound, 4 << 20).await == song);
    // With their message they go.
    assert_eq!(alice.ask(Request::Delete { chat, messages: vec![message.key] }).await, Ok(Reply::Done));
    let gone = Request::FetchPart { file: picture.file.clone(), offset: 0, length: 100 };
    assert_eq!(bob.ask(gone).await.unwrap_err().kind, RefusalKind::NotFound);
    // Files alone are a message, too, and the proof is good for some time.
    let outcome = alice.ask(with(chat, 8, "", vec![Upload::new("b.png", png(10).into())])).await;
    assert!(matches!(outcome, Ok(Reply::Sent { .. })), "{outcome:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_server_does_not_take_is_said_in_words_and_nothing_is_sent() {
    let server = server(Accounts::Both).await;
    let mut alice = Client::token(&server, "alice");
    alice.signed_in().await;
    let channels = alice.channels().await;
    let chat = named(&channels, "general").id;
    let refused = alice.ask(with(chat, 1, "", vec![Upload::new("a.txt", "words\n".into())])).await.unwrap_err();
    assert_eq!(refused.text.as_str(), "\"a.txt\" is of a kind that this server does not take.");
    // The same bytes of another are that one's.
    let same = || vec![Upload::new("same.png", png(100).into())];
    alice.ask(with(chat, 2, "mine", same())).await.unwrap();
    let mut bob = Client::token(&server, "bob");
    bob.signed_in().await;
    bob.channels().await;
    let refused = bob.ask(with(chat, 3, "mine, too", same())).await.unwrap_err();
    assert_eq!(
        refused.text.as_str(),
        "Somebody else sent the very same file first, and this server takes it from nobody else."
    );
    // What is not there, and what others keep.
    for (address, kind) in [
        ("/attachments/none", RefusalKind::NotFound),
        ("/elsewhere/x", RefusalKind::ServerFault),
        ("https://other.example/x", RefusalKind::Forbidden),
        ("//other.example/x", RefusalKind::Forbidden),
    ] {
        let file = FileRef { address: CleanText::new(address), ..FileRef::default() };
        let request = Request::FetchPart { file, offset: 0, length: 100 };
        let refusal = tokio::time::timeout(PATIENCE, bob.ask(request)).await.unwrap().unwrap_err();
        assert_eq!(refusal.kind, kind, "{address}: {refusal:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_account_of_the_server_alone_sends_no_files_and_says_so_before() {
    let server = server(Accounts::Both).await;
    let password = Secret::new("correct horse".to_owned());
    let login = "paula".to_owned();
    let up = Credentials::SignUp { name: login.clone(), login, password };
    let mut paula = Client::new(&server, up);
    let (_, caps, _) = paula.signed_in().await;
    assert_eq!((caps.max_files, caps.part), (0, 4 << 20));
    let chat = named(&paula.channels().await, "general").id;
    let refused = paula.ask(with(chat, 1, "", vec![Upload::new("a.png", png(10).into())])).await.unwrap_err();
    assert!(refused.text.starts_with("This server takes files only from accounts of the network"), "{refused:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_that_is_stopped_is_answered_once_and_never_both_stopped_and_sent() {
    let server = server(Accounts::Both).await;
    let mut alice = Client::token(&server, "alice");
    alice.signed_in().await;
    let chat = named(&alice.channels().await, "general").id;
    let mut bob = Client::token(&server, "bob");
    bob.signed_in().await;
    bob.channels().await;
    let (mut sent, mut stopped) = (Vec::new(), 0);
    let mut random = fastrand::Rng::with_seed(9);
    for number in 0..6_u64 {
        alice.asked += 1;
        let id = RequestId(alice.asked);
        let mut bytes = png(200_000);
        bytes.extend(number.to_be_bytes());
        let name = format!("{number}.png");
        let file = Upload::new(&name, bytes.into());
        alice.handle.request(id, with(chat, 100 + number, &name, vec![file]), Priority::User).unwrap();
        // It is stopped before anything, on its way, or when it may be too late.
        let after = random.usize(0..8);
        let mut seen = 0;
        let outcome = loop {
            if seen == after {
                alice.handle.stop_request(id);
            }
            seen += 1;
            match alice.next().await {
                NetEvent::Answer(answer) if answer.request == id => break answer.outcome,
                _ => {}
            }
        };
        match outcome {
            Ok(Reply::Sent { .. }) => sent.push(name),
            Err(refusal) if refusal == Refusal::stopped() => stopped += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent.len() + stopped, 6);
    assert!(stopped > 0, "none was stopped");
    let outcome = alice.ask(with(chat, 999, "the end", vec![Upload::new("end.png", png(5).into())])).await;
    assert!(matches!(outcome, Ok(Reply::Sent { .. })), "{outcome:?}");
    sent.push("the end".to_owned());
    for expected in sent {
        assert_eq!(heard(&mut bob).await.body.text.as_str(), expected);
    }
    server.stop().await;
}
