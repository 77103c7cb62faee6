//! Files from another person to a disk, over real sockets.

use crate::demo_server::socket::Client;
use crate::files::{PATIENCE, common, heard, host, noise, server, with_files};
use nib::demo::osmium::Running;
use nib::domain::download::Told;
use nib::domain::{AccountId, CleanText, FileRef, Message, Upload};
use nib::net::osmium::wire;
use nib::shell::host::Host;
use nib::state::action::FileAction;
use nib::state::downloads::{Download, Wanted};
use nib::state::{Action, Event, Outcome, Ticket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use wire::core::client_message::Message as Call;

/// The next thing that is told of a file.
async fn told(host: &mut Host) -> Told {
    let next = async {
        loop {
            if let Event::Saved(_, told) = host.next().await {
                return told;
            }
        }
    };
    tokio::time::timeout(PATIENCE, next).await.expect("a step in time")
}

/// Waits until a file is here or has failed.
async fn over(host: &mut Host, ticket: Ticket) -> Result<PathBuf, String> {
    match host.outcome(ticket, PATIENCE).await.unwrap() {
        Outcome::Saved(path) => Ok(PathBuf::from(path)),
        Outcome::Refused(refusal) => Err(refusal.text.to_string()),
        other => panic!("{other:?}"),
    }
}

fn save(host: &mut Host, wanted: Wanted) -> Ticket {
    host.submit(Action::File(FileAction::SaveNow(Box::new(wanted))))
}

fn newest(host: &Host) -> &Download {
    host.state().downloads.list.last().expect("a download")
}

fn file(message: &Message, at: usize) -> Wanted {
    Wanted::of(AccountId(0), &message.attachments[at], "", false)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Ada sends files to a channel; what Grace hears.
async fn sent(server: &Running, home: &TempDir, files: Vec<Upload>) -> (Host, Arc<Message>) {
    let (mut ada, mut grace) = (host(server, 0, home).await, host(server, 1, home).await);
    let chat = common(&ada, &grace);
    grace.watch();
    let ticket = ada.submit(with_files(chat, "here", files));
    let outcome = ada.outcome_of_long(ticket, PATIENCE, |_| {}).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    let message = heard(&mut grace).await;
    ada.close().await;
    (grace, message)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_sent_is_saved_byte_by_byte_beside_what_is_there() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let saved = home.path().join("saved");
    std::fs::create_dir(&saved).unwrap();
    std::fs::write(saved.join("sky.png"), "mine").unwrap();
    let sky = noise(1_300_000);
    let files = vec![Upload::new("sky.png", sky.clone().into()), Upload::new("note.txt", "a note\n".into())];
    let (mut grace, message) = sent(&server, &home, files).await;
    let (first, second) = (save(&mut grace, file(&message, 0)), save(&mut grace, file(&message, 1)));
    let first = over(&mut grace, first).await.unwrap();
    let second = over(&mut grace, second).await.unwrap();
    assert_eq!((&first, &second), (&saved.join("sky (2).png"), &saved.join("note.txt")));
    assert_eq!(grace.state().downloads.list[0].percent(), Some(100));
    assert!(std::fs::read(&first).unwrap() == sky);
    assert_eq!(std::fs::read_to_string(&second).unwrap(), "a note\n");
    assert_eq!(std::fs::read_to_string(saved.join("sky.png")).unwrap(), "mine");
    assert_eq!(names(&saved), ["note.txt", "sky (2).png", "sky.png"], "nothing else is left");
    // To a place that was named, and to one that is none.
    let to = home.path().join("sky as I saw it.png").to_string_lossy().into_owned();
    let third = save(&mut grace, Wanted { to, ..file(&message, 0) });
    assert_eq!(over(&mut grace, third).await.unwrap(), home.path().join("sky as I saw it.png"));
    let to = home.path().join("nowhere/x.png").to_string_lossy().into_owned();
    let fourth = save(&mut grace, Wanted { to, ..file(&message, 0) });
    let why = over(&mut grace, fourth).await.unwrap_err();
    assert!(why.starts_with("\"sky.png\" is not saved: there is no folder \""), "{why}");
    grace.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_cut_connection_and_the_next_run_go_on_where_it_was() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let content = noise(5_000_000);
    let (mut grace, message) = sent(&server, &home, vec![Upload::new("big.bin", content.clone().into())]).await;
    save(&mut grace, file(&message, 0));
    assert_eq!(told(&mut grace).await, Told::Begun(Ok(0)));
    assert!(matches!(told(&mut grace).await, Told::Written(Ok((1.., None)))));
    server.drop_connections();
    while !matches!(told(&mut grace).await, Told::Written(Ok((1_000_000.., None)))) {}
    // Nothing more comes; what is here stays for the next run.
    server.freeze(true);
    let had = newest(&grace).done;
    grace.close().await;
    server.freeze(false);
    let left = names(&home.path().join("saved"));
    assert!(matches!(&left[..], [one] if one.starts_with("big.bin.") && one.ends_with(".part")), "{left:?}");

    let mut grace = host(&server, 1, &home).await;
    grace.watch();
    let ticket = save(&mut grace, file(&message, 0));
    let begun = told(&mut grace).await;
    assert!(matches!(begun, Told::Begun(Ok(at)) if at >= had && at < 5_000_000), "{begun:?} after {had}");
    let path = over(&mut grace, ticket).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == content);
    assert_eq!(names(&home.path().join("saved")), ["big.bin"]);
    grace.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_that_is_given_up_leaves_nothing() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let (mut grace, message) = sent(&server, &home, vec![Upload::new("big.bin", noise(5_000_000).into())]).await;
    save(&mut grace, file(&message, 0));
    let number = newest(&grace).number;
    while !matches!(told(&mut grace).await, Told::Written(Ok(_))) {}
    for _ in 0..2 {
        grace.submit(Action::File(FileAction::Stop(number)));
    }
    assert!(grace.state().downloads.list.is_empty());
    // Steps are done in order: once the next one has begun, the one before is gone.
    let ticket = save(&mut grace, Wanted { name: CleanText::new("again.bin"), ..file(&message, 0) });
    let path = over(&mut grace, ticket).await.unwrap();
    assert_eq!(names(&home.path().join("saved")), ["again.bin"]);
    assert_eq!(std::fs::metadata(path).unwrap().len(), 5_000_000);
    grace.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn hostile_names_sizes_and_files_do_no_harm() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let content = noise(300_000);
    let (mut grace, message) = sent(&server, &home, vec![Upload::new("x", content.clone().into())]).await;
    let saved = home.path().join("saved");
    for (name, safe) in [
        ("../../../evil.sh", "_.._.._evil.sh"),
        ("/etc/passwd", "_etc_passwd"),
        (".bashrc", "bashrc"),
        ("NUL", "_NUL"),
        ("a\u{202e}gnp.exe", "agnp.exe"),
        ("", "file"),
    ] {
        let ticket = save(&mut grace, Wanted { name: CleanText::new(name), ..file(&message, 0) });
        assert_eq!(over(&mut grace, ticket).await.unwrap(), saved.join(safe));
    }
    // More than is there, less than is there, and a file that is none.
    let more = save(&mut grace, Wanted { size: 400_000, name: CleanText::new("more"), ..file(&message, 0) });
    let why = "\"more\" is not saved: the server has only 300 KB of 400 KB";
    assert_eq!(over(&mut grace, more).await.unwrap_err(), why);
    let less = save(&mut grace, Wanted { size: 1_000, name: CleanText::new("less"), ..file(&message, 0) });
    let why = "\"less\" is not saved: the server has more of it than 1 KB, as the message says";
    assert_eq!(over(&mut grace, less).await.unwrap_err(), why);
    let parts = names(&saved).into_iter().filter(|name| name.starts_with("less.")).map(|name| saved.join(name));
    assert!(parts.into_iter().all(|part| std::fs::metadata(part).unwrap().len() <= 1_000), "no more than was told");
    let none = FileRef { id: nib::domain::FileId::new(12_345), ..FileRef::default() };
    let none = save(&mut grace, Wanted { file: none, name: CleanText::new("none"), ..file(&message, 0) });
    let why = over(&mut grace, none).await.unwrap_err();
    assert!(why.starts_with("\"none\" is not saved: "), "{why}");
    assert!(names(home.path()).iter().all(|name| !name.contains("evil")), "{:?}", names(home.path()));
    grace.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_embedded_server_gives_less_than_it_is_asked_for_and_nothing_beyond_the_end() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let (grace, message) = sent(&server, &home, vec![Upload::new("x", noise(700_000).into())]).await;
    let mut client = Client::enter(&server, &server.accounts[1].username).await;
    let id = u64::try_from(message.attachments[0].file.id.value()).unwrap();
    for (offset, expected) in [(0, 524_288), (524_288, 175_712), (700_000, 0), (u64::MAX, 0)] {
        let reference = wire::media::file_ref::Ref::MediaFile(wire::media::file_ref::MediaFileRef { file_id: id });
        let file_ref = Some(wire::media::FileRef { r#ref: Some(reference) });
        let request = wire::media::DownloadFilePart { file_ref, offset, length: 1 << 20 };
        let answer = client.call(Call::MediaDownloadFilePart(request)).await;
        let Some(wire::core::rpc_result::Result::FilePart(part)) = answer else { panic!("{answer:?}") };
        assert_eq!(part.data.len(), expected);
    }
    grace.close().await;
    server.stop().await;
}
