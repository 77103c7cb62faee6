//! Files from a disk to another person, over real sockets: by the core, by the shell, and by the chat in a terminal.

use crate::demo_server::socket::Client;
use nib::config::Paths;
use nib::demo::osmium::{Options, Running, start};
use nib::domain::{
    AccountId, Attachment, AttachmentKind, ChatKey, Message, Page, Permissions, Refusal, RefusalKind, Secret, Settings,
    Update, Upload,
};
use nib::net::osmium::wire;
use nib::shell::accounts::{AccountSetup, TokenSource};
use nib::shell::host::Host;
use nib::shell::startup::Startup;
use nib::state::{Action, Event, Outcome};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use wire::core::client_message::Message as Call;
use wire::core::rpc_result::Result as Answer;

pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn server() -> Running {
    start(Options { people: 0, ..Options::default() }).await.unwrap()
}

pub(super) async fn host(server: &Running, account: usize, home: &TempDir) -> Host {
    let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
    let token = TokenSource::Given(Secret::new(server.accounts[account].token.clone()));
    let accounts = vec![AccountSetup::new(AccountId(0), "osmium", "test", &server.url, token)];
    let downloads = home.path().join("saved").to_string_lossy().into_owned();
    let settings = Arc::new(Settings { downloads, ..Settings::default() });
    let mut host = Host::start(Startup { accounts, settings, ..Startup::bare(paths) });
    host.online(PATIENCE).await.unwrap();
    host
}

/// A channel that both see and where the first may send files.
pub(super) fn common(one: &Host, other: &Host) -> ChatKey {
    let known = |host: &Host| host.state().core.accounts[0].clone();
    let (mine, theirs) = (known(one), known(other));
    let fits = |chat: &&nib::domain::Chat| {
        chat.can_open()
            && theirs.chats.contains_key(&chat.id)
            && mine.may(chat, Permissions::SEND.union(Permissions::SEND_MEDIA))
    };
    let chat = mine.chats.values().filter(|chat| *chat.name == *"general").find(fits).expect("a channel that both see");
    ChatKey::new(AccountId(0), chat.id)
}

pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(5);
    (0..length).map(|_| random.u8(..)).collect()
}

pub(super) fn with_files(chat: ChatKey, text: &str, attachments: Vec<Upload>) -> Action {
    Action::SendTo { chat, text: text.to_owned(), verbatim: false, reply_to: None, attachments }
}

/// The next message that somebody is told of.
pub(super) async fn heard(host: &mut Host) -> Arc<Message> {
    let next = async {
        loop {
            if let Event::Update(_, Update::MessageCreated { message, .. }) = host.next().await {
                return message;
            }
        }
    };
    tokio::time::timeout(PATIENCE, next).await.expect("a message in time")
}

/// What the server has under a file's id.
async fn stored(client: &mut Client, file: &Attachment) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let id = wire::media::file_ref::MediaFileRef { file_id: u64::try_from(file.file.id.value()).unwrap() };
        let request = wire::media::DownloadFilePart {
            file_ref: Some(wire::media::FileRef { r#ref: Some(wire::media::file_ref::Ref::MediaFile(id)) }),
            offset: whole.len() as u64,
            length: 262_144,
        };
        let answer = client.call(Call::MediaDownloadFilePart(request)).await;
        let Some(Answer::FilePart(part)) = answer else { panic!("{answer:?}") };
        if part.data.is_empty() {
            return whole;
        }
        whole.extend_from_slice(&part.data);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_one_sends_arrives_byte_by_byte_and_the_other_sees_it() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let (mut ada, mut grace) = (host(&server, 0, &home).await, host(&server, 1, &home).await);
    let chat = common(&ada, &grace);
    grace.watch();
    let mut picture =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x05\x00\0\0\x03\x20\x08\x06\0\0\0crc!\0\x13\xd0\x00IDAT".to_vec();
    picture.extend(noise(1_300_000));
    let files = vec![Upload::new("sky.png", picture.clone().into()), Upload::new("note.txt", "a note\n".into())];
    let ticket = ada.submit(with_files(chat, "from *the* roof", files));
    let mut told = Vec::new();
    let outcome = ada.outcome_of_long(ticket, PATIENCE, |progress| told.push((progress.done, progress.total))).await;
    let Ok(Outcome::Sent { message, .. }) = outcome else { panic!("{outcome:?}") };
    let total = picture.len() as u64 + 7;
    assert_eq!(told.last(), Some(&(total, total)));
    assert!(told.iter().is_sorted(), "{told:?}");

    let seen = heard(&mut grace).await;
    assert_eq!((seen.key.id, seen.body.text.as_str(), seen.attachments.len()), (message.id, "from the roof", 2));
    let [sky, note] = &seen.attachments[..] else { panic!() };
    assert_eq!((sky.name.as_str(), sky.mimetype.as_str(), sky.size), ("sky.png", "image/png", picture.len() as u64));
    assert_eq!(sky.kind, AttachmentKind::Image { width: 1280, height: 800 });
    assert_eq!(
        (note.name.as_str(), note.mimetype.as_str(), note.kind),
        ("note.txt", "text/plain", AttachmentKind::File)
    );
    let mut client = Client::enter(&server, &server.accounts[1].username).await;
    assert!(stored(&mut client, sky).await == picture);
    assert_eq!(stored(&mut client, note).await, b"a note\n");
    for host in [ada, grace] {
        host.close().await;
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_link_lost_on_the_way_is_told_and_nothing_arrives() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let (mut ada, grace) = (host(&server, 0, &home).await, host(&server, 1, &home).await);
    let chat = common(&ada, &grace);
    // Nothing is read any more, so that the first part is on its way when the connection goes.
    server.freeze(true);
    let file = Upload::new("big.bin", noise(3_000_000).into());
    let ticket = ada.submit(with_files(chat, "never", vec![file.clone()]));
    let mut begun = false;
    let outcome = ada.outcome_of_long(ticket, PATIENCE, |progress| {
        if !std::mem::replace(&mut begun, true) {
            assert_eq!((progress.done, progress.total), (0, 3_000_000));
            server.drop_connections();
            server.freeze(false);
        }
    });
    let outcome = outcome.await.unwrap();
    let Outcome::Refused(Refusal { kind: RefusalKind::LinkLost, text, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(text.ends_with("nothing was sent"), "{text}");
    let ticket = ada.submit(Action::Fetch { chat, page: Page::Latest, limit: 20 });
    let Outcome::History { messages, .. } = ada.outcome(ticket, PATIENCE).await.unwrap() else { panic!() };
    assert!(messages.iter().all(|message| message.body.text.as_str() != "never"));

    let ticket = ada.submit(with_files(chat, "now", vec![file]));
    let outcome = ada.outcome(ticket, PATIENCE).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    for host in [ada, grace] {
        host.close().await;
    }
    server.stop().await;
}

/// The binary for the first account of a server, with nothing of the tester's environment.
fn nib(server: &Running, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nib"));
    command.env_clear().current_dir(home).stdin(Stdio::null());
    command
        .env("NIB_HOME", home.join("nib"))
        .env("NIB_TOKEN", &server.accounts[0].token)
        .env("NIB_SERVER", &server.url);
    command
}

fn ended(output: &Output) -> (i32, &str) {
    (output.status.code().expect("no signal"), std::str::from_utf8(&output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shell_sends_files_with_words_code_and_answers() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let content = noise(1_300_000);
    std::fs::write(home.path().join("big.bin"), &content).unwrap();
    std::fs::write(home.path().join("log.txt"), "all is well\n").unwrap();
    let run = |arguments: &[&str]| nib(&server, home.path()).arg("send").args(arguments).output().unwrap();

    let output = run(&["self", "--json", "--attach", "big.bin", "--attach", "log.txt"]);
    assert_eq!(ended(&output), (0, ""), "nothing is said where nobody looks");
    let sent: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let id = sent["id"].as_str().unwrap().to_owned();
    assert_eq!(
        ended(&run(&["--attach", "log.txt", "self", "--reply-to", &id, "--code-block", "rust", "let x;"])),
        (0, "")
    );
    // Whatever standard input holds goes with the files.
    let mut piped = nib(&server, home.path());
    let mut piped = piped.args(["send", "self", "--attach", "log.txt"]).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut piped.stdin.take().unwrap(), b"piped\n").unwrap();
    assert_eq!(piped.wait().unwrap().code(), Some(0));

    let output = nib(&server, home.path()).args(["read", "self", "--json", "--limit", "3"]).output().unwrap();
    let lines: Vec<serde_json::Value> =
        std::str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let files = |line: &serde_json::Value| {
        let files = line["attachments"].as_array().unwrap().iter();
        files
            .map(|file| (file["name"].as_str().unwrap().to_owned(), file["size"].as_u64().unwrap()))
            .collect::<Vec<_>>()
    };
    let log = ("log.txt".to_owned(), 12);
    assert_eq!(files(&lines[0]), [("big.bin".to_owned(), 1_300_000), log.clone()]);
    assert_eq!((lines[0]["text"].as_str(), lines[0]["id"].as_str()), (Some(""), Some(id.as_str())));
    assert_eq!((files(&lines[1]), lines[1]["text"].as_str()), (vec![log.clone()], Some("let x;")));
    assert_eq!(lines[1]["reply_to"].as_str(), Some(id.as_str()));
    assert_eq!((files(&lines[2]), lines[2]["text"].as_str()), (vec![log], Some("piped")));
    let big = Attachment {
        file: nib::domain::FileRef {
            id: nib::domain::FileId(lines[0]["attachments"][0]["id"].as_str().unwrap().parse().unwrap()),
            ..Default::default()
        },
        ..Attachment::default()
    };
    let mut client = Client::enter(&server, &server.accounts[0].username).await;
    assert!(stored(&mut client, &big).await == content);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standard_input_is_a_file_with_a_name() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let piped = |arguments: &[&str], input: &[u8]| {
        let mut command = nib(&server, home.path());
        command.arg("send").args(arguments).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whoever says that the call makes no sense does not read.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input);
        child.wait_with_output().unwrap()
    };
    let content = noise(700_000);
    assert_eq!(ended(&piped(&["self", "the log", "--attach", "-", "--name", "../build.log"], &content)), (0, ""));
    assert_eq!(ended(&piped(&["self", "--attach", "-"], b"plain words\n")), (0, ""));
    for (arguments, input, words) in [
        (&["self", "--attach", "-"][..], &b""[..], "Standard input is empty; there is no file in it.\n"),
        (&["self", "--attach", "-", "--attach", "-"], b"x", "Standard input is one file; give --attach - once.\n"),
        (&["self", "x", "--name", "a"], b"x", "--name is for the file from standard input; give --attach - with it.\n"),
    ] {
        assert_eq!(ended(&piped(arguments, input)), (2, words), "{arguments:?}");
    }
    let output = nib(&server, home.path()).args(["read", "self", "--json", "--limit", "2"]).output().unwrap();
    let lines: Vec<serde_json::Value> =
        std::str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let file = |at: usize| (lines[at]["attachments"][0]["name"].as_str(), lines[at]["attachments"][0]["size"].as_u64());
    assert_eq!((file(0), lines[0]["text"].as_str()), ((Some(".._build.log"), Some(700_000)), Some("the log")));
    assert_eq!((file(1), lines[1]["text"].as_str()), ((Some("input"), Some(12)), Some("")));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shell_says_what_is_wrong_with_a_file_and_how() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    std::fs::write(path("a.txt"), "a").unwrap();
    std::fs::write(path("empty"), "").unwrap();
    std::fs::create_dir(path("folder")).unwrap();
    for (name, size) in [("large.iso", 64_000_001), ("huge.iso", 256_000_001), ("half.iso", 130_000_000)] {
        std::fs::File::create(path(name)).unwrap().set_len(size).unwrap();
    }
    let mut cases = vec![
        (vec!["gone.txt"], 2, "There is no file \"gone.txt\".\n"),
        (vec!["a.txt", "a.txt/x"], 2, "There is no file \"a.txt/x\".\n"),
        (vec!["folder"], 2, "\"folder\" is a folder; send an archive of it, or its files.\n"),
        (vec!["empty"], 2, "\"empty\" is empty.\n"),
        (vec!["huge.iso"], 2, "\"huge.iso\" is too large: at most 256 MB can be sent.\n"),
        (vec!["half.iso", "half.iso"], 2, "The files are too large together: at most 256 MB can be sent.\n"),
        (vec!["large.iso"], 1, "\"large.iso\" is too large: at most 64 MB can be sent.\n"),
        (vec!["a.txt"; 11], 1, "A message takes at most 10 files.\n"),
    ];
    #[cfg(target_os = "linux")]
    {
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::RUSR).unwrap();
        cases.push((vec!["pipe"], 2, "\"pipe\" is not an ordinary file.\n"));
    }
    for (files, code, words) in cases {
        let mut command = nib(&server, home.path());
        command.args(["send", "self", "words"]);
        files.iter().for_each(|file| _ = command.args(["--attach", file]));
        assert_eq!(ended(&command.output().unwrap()), (code, words), "{files:?}");
    }
    let output = nib(&server, home.path()).args(["send", "self"]).output().unwrap();
    assert_eq!(ended(&output), (2, "There is nothing to send; give a text, pipe one in, or attach a file.\n"));
    let output = nib(&server, home.path()).args(["send", "self", "--code-block", "rust"]).output().unwrap();
    assert_eq!(ended(&output).0, 2, "a block of nothing is nothing");
    let output = nib(&server, home.path()).args(["send", "nobody/nowhere", "--attach", "a.txt"]).output().unwrap();
    assert_eq!(ended(&output), (1, "There is no chat \"nobody/nowhere\".\n"));

    // What the server refuses is said in its words, though it has the file by then.
    let long = "words ".repeat(1_000);
    let output = nib(&server, home.path()).args(["send", "self", &long, "--attach", "a.txt"]).output().unwrap();
    let (code, said) = ended(&output);
    assert!(code == 1 && said.starts_with("The message is too long; at most 4000 characters fit"), "{code} {said}");
    let output = nib(&server, home.path()).args(["read", "self", "--limit", "50"]).output().unwrap();
    assert!(!std::str::from_utf8(&output.stdout).unwrap().contains("words"), "nothing of it was sent");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_is_told_how_far_it_is_and_nothing_of_that_stays() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("big.bin"), noise(1_300_000)).unwrap();
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_nib"));
    command.args(["send", "self", "--attach", "big.bin"]);
    command.env_clear();
    command.cwd(home.path());
    command.env("TERM", "xterm");
    command.env("NIB_HOME", home.path().join("nib"));
    command.env("NIB_TOKEN", &server.accounts[0].token);
    command.env("NIB_SERVER", &server.url);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let said = tokio::task::spawn_blocking(move || {
        let mut said = Vec::new();
        // A terminal whose program has ended is an error on some systems.
        let _ = reader.read_to_end(&mut said);
        String::from_utf8(said).unwrap()
    });
    let said = tokio::time::timeout(PATIENCE, said).await.expect("an end in time").unwrap();
    assert_eq!(child.wait().unwrap().exit_code(), 0);
    for share in ["0%", "40%", "100%"] {
        assert!(said.contains(&format!("\rSending big.bin: {share} of 1.3 MB\x1b[K")), "{said:?}");
    }
    assert!(said.ends_with("\r\x1b[K") && !said.contains('\n'), "{said:?}");
    server.stop().await;
}
