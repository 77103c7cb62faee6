//! Files at a terminal: saved, looked at in their list, and opened.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use std::os::unix::fs::PermissionsExt;

/// Sends files as Ada.
fn sent(server: &Server, home: &Home, chat: &str, files: &[(&str, &[u8])]) {
    let mut arguments = vec!["send", chat, "look"];
    for (name, content) in files {
        std::fs::write(home.path().join(name), content).unwrap();
        arguments.extend(["--attach", name]);
    }
    let call = home.nib(&arguments);
    server.environment("ada").into_iter().fold(call, |call, (name, value)| call.env(name, value)).run().went_well();
}

fn open(server: &Server, home: &Home, chat: &str, columns: u16, rows: u16, path: &str) -> Terminal {
    let [token, address] = server.environment("robin");
    let environment = [token, address, ("PATH", path)];
    let terminal = Terminal::start_with(home.path(), &["--open", chat], columns, rows, &environment);
    terminal.wait_until("the chat", |screen| screen.contains("message #") && screen.contains("online"));
    terminal
}

#[test]
fn files_are_saved_by_a_key_listed_and_opened_in_the_users_program() {
    let server = Server::start();
    let homes = [Home::new(), Home::new()];
    let chat = "rustaceans/off-topic";
    let cat = vec![7; 700_000];
    sent(&server, &homes[0], chat, &[("cat.png", &cat), ("run.sh", b"echo no\n")]);
    // The user's program writes down what it is given.
    let programs = homes[1].path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    let opener = programs.join(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
    let opened = homes[1].path().join("opened");
    std::fs::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> {}\n", opened.display())).unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    let downloads = homes[1].path().join("Downloads");
    std::fs::create_dir(&downloads).unwrap();
    std::fs::write(downloads.join("run.sh"), "mine").unwrap();

    let path = format!("{}:/usr/bin:/bin", programs.display());
    let mut robin = open(&server, &homes[1], chat, 110, 32, &path);
    robin.wait_for("run.sh");
    robin.send("\x1b[27u");
    robin.wait_for("O save");
    robin.send("O");
    robin.wait_for("Saved as");
    robin.send("\x1bOS");
    let both =
        |screen: &str| screen.contains("Saved files") && screen.contains("700 KB") && screen.contains("run (2).sh");
    robin.wait_until("the list", both);
    assert!(std::fs::read(downloads.join("cat.png")).unwrap() == cat);
    assert_eq!(std::fs::read_to_string(downloads.join("run (2).sh")).unwrap(), "echo no\n");
    assert_eq!(std::fs::read_to_string(downloads.join("run.sh")).unwrap(), "mine");

    // The newest stands first; what may run is opened after a question, which stands on no.
    robin.wait_for("Enter open");
    robin.send("\r");
    robin.wait_for("Opening \"run (2).sh\" may run what is in it");
    robin.send("\r");
    robin.wait_gone("may run what is in it");
    robin.send("j\r");
    let wanted = format!("{}\n", downloads.join("cat.png").display());
    let end = std::time::Instant::now() + super::pty::PATIENCE;
    while std::fs::read_to_string(&opened).unwrap_or_default() != wanted {
        assert!(std::time::Instant::now() < end, "it is not opened");
        std::thread::yield_now();
    }
    // What is taken out of the list stays where it is.
    robin.send("xx");
    robin.wait_gone("Saved files");
    assert!(downloads.join("cat.png").exists() && downloads.join("run (2).sh").exists());
    robin.send(":save /nowhere/at/all\r");
    robin.wait_for("is not saved: there is no folder \"/nowhere/at\"");
    robin.send("\x11");
    assert_eq!(robin.wait_exit(), 0);
}

#[test]
fn several_files_are_chosen_looked_at_and_sent_with_a_caption() {
    let server = Server::start();
    let homes = [Home::new(), Home::new()];
    let chat = "rustaceans/off-topic";
    let folder = homes[0].path();
    std::fs::create_dir(folder.join("pictures")).unwrap();
    std::fs::write(folder.join("pictures/cat.png"), [7; 5_000]).unwrap();
    std::fs::write(folder.join("my notes.txt"), "words\n").unwrap();
    std::fs::write(folder.join("extra.txt"), "too much\n").unwrap();
    let path = "/usr/bin:/bin";
    let mut robin = open(&server, &homes[0], chat, 110, 32, path);
    let mut other = open(&server, &homes[1], chat, 80, 24, path);

    // Ctrl-O lists the folder that nib was started in; folders open, files are taken and the list stays.
    robin.send("\x0f");
    robin.wait_until("the folder", |screen| screen.contains("pictures/") && screen.contains("my notes.txt"));
    robin.send("pictu\r");
    robin.wait_until("the one below", |screen| screen.contains("cat.png") && !screen.contains("my notes.txt"));
    robin.send("cat\r");
    robin.wait_for("attached");
    robin.send("\x1b[27u");
    robin.wait_until("the tray", |screen| screen.contains("1 cat.png  5.0 KB") || screen.contains("1 cat.png  5 KB"));
    // A path that is pasted is a file, if there is one.
    robin.paste(&format!("'{}'", folder.join("my notes.txt").display()));
    robin.wait_for("2 my notes.txt  6 B");
    robin.send("/add-file extra.txt\r");
    robin.wait_for("3 extra.txt");
    robin.send("\x18");
    robin.wait_gone("3 extra.txt");
    robin.send("/rename-file 2 notes of today.txt\r");
    robin.wait_for("2 notes of today.txt");
    robin.send("two of them\r");
    robin.wait_gone("2 notes of today.txt  6 B ");
    let screen =
        other.wait_until("both files", |screen| screen.contains("cat.png") && screen.contains("notes of today.txt"));
    assert!(screen.contains("two of them") && !screen.contains("extra.txt"), "{screen}");
    // What is not there is text.
    robin.paste("/no/such/file");
    robin.wait_for("/no/such/file");
    robin.send("\x03\x11");
    other.send("\x11");
    assert_eq!((robin.wait_exit(), other.wait_exit()), (0, 0));
}
