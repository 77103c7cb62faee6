//! Two people at two terminals, on either network.

use super::super::lab::{Held, Lab};
use super::super::pty::{PATIENCE, Terminal};
use super::super::server::{Server, lasting_port};
use super::super::shell::Home;
use super::rows::{Row, Sight, Step};
use nib::demo::originchats::{AccountService, Options, ServiceAccount, World};
use nib::net::osmium::wire::core::client_message::Message as Request;
use nib::net::osmium::wire::friends::{ChangeRelationship, change_relationship::RelationshipChangeType};
use nib::net::osmium::wire::refs::UserRef;
use nib::state::action::find;
use notify::{RecursiveMode, Watcher};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

/// A picture to send.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/world/images/crab.png");
const SIZE: (u16, u16) = (110, 40);

/// Whoever serves.
enum Network {
    Osmium(Box<Server>),
    OriginChats(Box<Lab>),
}

pub(super) struct Desk {
    /// While it is there, nothing happens at the server, which cannot end either: it goes first.
    held: Option<Held>,
    network: Network,
    homes: [Home; 2],
    mine: Terminal,
    other: Terminal,
}

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A home with files to send, a folder to save in, and programs that stand in for a person's own.
fn furnished() -> Home {
    let home = Home::new();
    let folder = home.path();
    for name in ["programs", "Downloads", "config"] {
        std::fs::create_dir(folder.join(name)).unwrap();
    }
    let programs = folder.join("programs");
    let opened = folder.join("opened");
    program(&programs, "xdg-open", &format!("printf '%s\\n' \"$1\" >> '{}'", opened.display()));
    program(&programs, "open", &format!("printf '%s\\n' \"$1\" >> '{}'", opened.display()));
    for paste in ["wl-paste", "pngpaste"] {
        program(&programs, paste, &format!("cat '{}'", PICTURE.replace("crab", "fuji")));
    }
    program(&programs, "editor", "printf 'from the editor' > \"$1\"");
    let picture = std::fs::read(PICTURE).unwrap();
    let files: [(&str, &[u8], usize); 4] = [
        ("cat.png", &picture, 1),
        ("dog.png", &picture, 2),
        ("large.png", &picture, 3_000_000),
        ("plan.pdf", b"%PDF-1.4\n", 1),
    ];
    for (name, begins, more) in files {
        std::fs::write(folder.join(name), [begins, &vec![7; more]].concat()).unwrap();
    }
    std::fs::write(folder.join("config/config.toml"), "undo_seconds = 2\n").unwrap();
    home
}

fn open(home: &Home, chat: &str, environment: &[(&str, &str)]) -> Terminal {
    let path = format!("{}:/usr/bin:/bin", home.path().join("programs").display());
    let editor = home.path().join("programs/editor").display().to_string();
    let mut all = environment.to_vec();
    all.extend([("PATH", path.as_str()), ("EDITOR", editor.as_str())]);
    let terminal = Terminal::start_with(home.path(), &["--open", chat], SIZE.0, SIZE.1, &all);
    terminal.wait_until("the chat", |screen| screen.contains("┃ message ") && screen.contains("online"));
    terminal
}

impl Desk {
    pub(super) fn osmium(chats: [&str; 2]) -> Self {
        let (server, homes) = (Server::start(), [furnished(), furnished()]);
        let [mine, other] = [(0, "robin"), (1, "ada")].map(|(at, name): (usize, _)| {
            // What is held back is kept, which a sign-in from the environment is not.
            let account = server.account(name);
            homes[at].log_in(&server.url, &account.email, &account.password).went_well();
            open(&homes[at], chats[at], &[])
        });
        Self { network: Network::Osmium(Box::new(server)), homes, mine, other, held: None }
    }

    pub(super) fn originchats() -> Self {
        let accounts =
            ["robin", "ada"].map(|name| ServiceAccount::new(name, &format!("USR:{name}"), &format!("tok-{name}")));
        let world = World::new("Walk", "ada")
            .with_emoji(&["inkblot"])
            .with_person(&accounts[0], &["owner", "user"])
            .with_person(&accounts[1], &["user"])
            .with_text("off-topic", Vec::new())
            .with_text("beginners", Vec::new());
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, lasting_port()));
        let options = Options { world: Some(world), listen, limits: false, ..Options::default() };
        let lab = Lab::of(AccountService::of(3, accounts.into()), [options]);
        let homes = [furnished(), furnished()];
        let [mine, other] = [(0, "tok-robin"), (1, "tok-ada")].map(|(at, token): (usize, _)| {
            let more = ["--label", "walk", "--token-stdin"];
            lab.login(&homes[at], 0, &more).input(&format!("{token}\n")).run().went_well();
            open(&homes[at], "Walk/off-topic", &[("NIB_ACCOUNT_SERVICE", &lab.service())])
        });
        Self { network: Network::OriginChats(Box::new(lab)), homes, mine, other, held: None }
    }

    /// Somebody types, and both see what comes of it.
    pub(super) fn does(&mut self, row: &Row) {
        let Step::Keys { by_other, keys, here, there, .. } = &row.step else { return };
        let home = self.homes[usize::from(*by_other)].path().display().to_string();
        let many: Vec<String> = (1..=60).map(|number| format!("line {number}")).collect();
        let keys = keys.replace("{home}", &home).replace("{many}", &many.join("\n"));
        if *by_other {
            self.other.send(&keys)
        } else {
            self.mine.send(&keys)
        }
        for (terminal, wanted, whose) in [(&self.mine, here, "here"), (&self.other, there, "there")] {
            sees(terminal, wanted, &format!("{} ({whose})", row.told));
        }
    }

    /// The action is nowhere offered: not in the help, not as a command, not in the menu of a message, nor by its key in the hints.
    pub(super) fn lacks(&mut self, row: &Row, action: &str, menu: &str) {
        let info = find(action).unwrap_or_else(|| panic!("{}", row.told));
        self.mine.send("\x1bOP");
        sees(&self.mine, &[Sight::Words("What can be done here".to_owned())], &row.told);
        self.mine.send(info.help);
        sees(&self.mine, &[Sight::Words("nothing fits".to_owned())], &row.told);
        self.mine.send("\x1b[27u");
        sees(&self.mine, &[Sight::Without("nothing fits".to_owned())], &row.told);
        if info.command {
            self.mine.send(&format!("/{action}"));
            let screen = self.mine.wait_for(&format!("┃ /{action}"));
            assert!(!screen.contains(&format!("▌ /{action}")), "{}\n{screen}", row.told);
            self.mine.send("\x03");
            self.mine.wait_gone(&format!("┃ /{action}"));
        }
        let screen = self.mine.wait_for("┃ message");
        self.hints_lack(row, action, &screen);
        if !menu.is_empty() {
            self.mine.send("\x1b[27u");
            let screen = self.mine.wait_for("r reply");
            self.hints_lack(row, action, &screen);
            self.mine.send(" ");
            let screen = self.mine.wait_for("With this message");
            assert!(!screen.contains(menu), "{}\n{screen}", row.told);
            self.mine.send("\x1b[27u");
            self.mine.wait_gone("With this message");
            self.mine.send("\r");
            self.mine.wait_for("┃ message");
        }
    }

    /// No hint of the last row names a key for it.
    fn hints_lack(&self, row: &Row, action: &str, screen: &str) {
        let all = self.homes[0].run(&["keys", "--json"]).went_well().objects();
        let is_it = |told: &&Value| told["action"].as_str().and_then(|known| known.split(' ').next()) == Some(action);
        let keys: Vec<&str> = all
            .iter()
            .filter(is_it)
            .flat_map(|told| told["keys"].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let hints: Vec<&str> = screen.lines().last().unwrap_or_default().split("   ").map(str::trim).collect();
        assert!(hints.len() > 2, "{} has hints\n{screen}", row.told);
        let named = hints.iter().find(|hint| hint.split(' ').next().is_some_and(|key| keys.contains(&key)));
        assert_eq!(named, None, "{}\n{screen}", row.told);
    }

    /// Something happens to the server.
    pub(super) fn server(&mut self, row: &Row, what: &str) {
        if let Some(name) = what.strip_prefix("opened ") {
            return self.opened(row, name);
        }
        match (&mut self.network, what) {
            (Network::Osmium(server), "refuse" | "allow") => block(server, what == "refuse"),
            (Network::OriginChats(lab), "refuse" | "allow") => let_write(lab, what == "allow"),
            (Network::Osmium(server), "freeze" | "thaw") => server.running().freeze(what == "freeze"),
            (Network::OriginChats(lab), "freeze") => self.held = Some(lab.hold(0)),
            (Network::OriginChats(_), "thaw") => drop(self.held.take()),
            _ => panic!("{}", row.told),
        }
    }

    /// A file was given to the person's own program.
    fn opened(&self, row: &Row, name: &str) {
        let end = Instant::now() + PATIENCE;
        let folder = self.homes[0].path();
        let (tell, told) = std::sync::mpsc::channel();
        let changed = move |event: notify::Result<notify::Event>| {
            // Reading is an event as well.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                let _ = tell.send(());
            }
        };
        let mut watcher = notify::recommended_watcher(changed).unwrap();
        watcher.watch(folder, RecursiveMode::NonRecursive).unwrap();
        while !std::fs::read_to_string(folder.join("opened")).unwrap_or_default().contains(name) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(told.recv_timeout(left).is_ok(), "{}", row.told);
        }
    }

    pub(super) fn quits(mut self) {
        for terminal in [&mut self.mine, &mut self.other] {
            terminal.send("\x11\x11");
            assert_eq!(terminal.wait_exit(), 0);
        }
    }
}

fn sees(terminal: &Terminal, wanted: &[Sight], told: &str) {
    let fits = |screen: &str| {
        wanted.iter().all(|sight| match sight {
            Sight::Words(words) => screen.contains(words),
            Sight::Without(words) => !screen.contains(words),
            Sight::Together(words, others) => screen.lines().any(|line| line.contains(words) && line.contains(others)),
            Sight::Apart(words, others) => screen.lines().any(|line| line.contains(words) && !line.contains(others)),
            Sight::Written(_) => true,
        })
    };
    if !wanted.is_empty() {
        terminal.wait_until(told, fits);
    }
    for sight in wanted {
        if let Sight::Written(bytes) = sight {
            terminal.wait_output(bytes);
        }
    }
}

/// Ada wants to hear nothing from robin any more, or everything again.
fn block(server: &Server, blocked: bool) {
    let change = if blocked { RelationshipChangeType::Block } else { RelationshipChangeType::Unblock };
    let user = Some(UserRef { user_id: server.account("robin").id });
    let request = ChangeRelationship { user, change: change.into() };
    server.running().ask("ada", Request::FriendsChangeRelationship(request)).unwrap();
}

/// Who may write is changed at the server, and nobody is told.
fn let_write(lab: &Lab, may: bool) {
    let senders = if may { json!(["user"]) } else { json!(["nobody"]) };
    let shape = json!({"permissions": {"view": ["user"], "send": senders}});
    lab.servers[0].with(|server, now| {
        server.build("off-topic", Some(&shape), now);
        ((), Vec::new())
    });
}
