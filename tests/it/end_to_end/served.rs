//! The demo's servers on their own: what is printed of them is true, for programs and for people, and one gets in by each of its doors.

use super::pty::Terminal;
use super::shell::{Done, Home, Running};
use rustix::process::Signal;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

const QUIET: [&str; 4] = ["demo", "--serve-only", "--people", "0"];

/// The servers in a process of their own, and what they say of themselves.
fn serve(home: &Home, more: &[&str]) -> (Running, Value) {
    let mut running = home.nib(&[&QUIET[..], &["--json"], more].concat()).start();
    let description = running.object("the description", |object| object["v"] == 1);
    (running, description)
}

fn end(running: Running) -> Done {
    running.signal(Signal::TERM);
    let done = running.wait();
    assert_eq!(done.code(), 0, "{done:?}");
    done
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {path} in {value}"))
}

/// Asks something of a web service as a browser would; the whole answer.
fn get(service: &str, path: &str) -> String {
    let address = service.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn the_description_holds_what_was_promised_and_more_beside_it() {
    let (home, mine) = (Home::new(), Home::new());
    let (running, description) = serve(&home, &[]);
    // What scripts rely on.
    assert!(text(&description, "/url").starts_with("ws://127.0.0.1:"));
    let accounts = description["accounts"].as_array().unwrap();
    assert!(accounts.len() > 40);
    for account in accounts {
        for field in ["name", "email", "password", "token"] {
            let is_given = !text(account, &format!("/{field}")).is_empty();
            // Nobody signs in as a bot with a password.
            assert!(is_given || account["bot"] == true && field != "token", "{field} of {account}");
        }
        let known = ["name", "email", "password", "token", "totp_secret", "recovery_codes", "bot"];
        assert!(keys(account).iter().all(|key| known.contains(key)), "{account}");
    }
    assert_eq!(keys(&description), ["accounts", "invites", "originchats", "tcp", "url", "v"]);
    // The other network, beside it.
    let other = &description["originchats"];
    assert_eq!(keys(other), ["account_service", "accounts", "servers"]);
    assert!(other["accounts"].as_array().unwrap().iter().all(|account| keys(account) == ["token", "username"]));
    let servers = other["servers"].as_array().unwrap();
    let told = servers.iter().map(|server| (text(server, "/label"), server["direct"].as_bool().unwrap()));
    assert_eq!(told.collect::<Vec<_>>(), [("garden", false), ("tea", false), ("dms", true)]);
    // Each of them is there, and lets in whom it says.
    let service = text(other, "/account_service");
    let token = text(other, "/accounts/0/token");
    for server in servers {
        let (url, label) = (text(server, "/url"), text(server, "/label"));
        let arguments = ["--network", "originchats", "--account-service", service, "--token-stdin", "--label", label];
        let login = [&["login", "--server", url][..], &arguments].concat();
        mine.nib(&login).input(&format!("{token}\n")).run().went_well();
    }
    let own = &servers[0]["accounts"][0];
    let arguments = ["--network", "originchats", "--username", text(own, "/username"), "--password-stdin"];
    let login = [&["login", "--label", "guest", "--server", text(&servers[0], "/url")][..], &arguments].concat();
    mine.nib(&login).input(&format!("{}\n", text(own, "/password"))).run().went_well();
    assert_eq!(mine.run(&["accounts", "--json"]).went_well().objects().len(), 4);
    assert_eq!(end(running).err, "");
    assert!(home.files().iter().all(|file| file.file_name().is_some_and(|name| name == "nib.log")), "no profile");
}

#[test]
fn each_network_is_shown_alone() {
    let home = Home::new();
    let (running, description) = serve(&home, &["--network", "osmium"]);
    assert_eq!(keys(&description), ["accounts", "invites", "tcp", "url", "v"]);
    end(running);
    let (running, description) = serve(&home, &["--network", "originchats"]);
    assert_eq!(keys(&description), ["originchats", "v"]);
    end(running);
    assert_eq!(home.run(&["demo", "--network", "elsewhere"]).code(), 2);
    for (network, there, not) in [("osmium", "Rustaceans", "garden"), ("originchats", "garden", "Rustaceans")] {
        let arguments = ["demo", "--people", "0", "--network", network];
        let mut terminal = Terminal::start(home.path(), &arguments, 120, 34);
        let screen = terminal.wait_until("the network", |screen| screen.contains(there) && screen.contains("online"));
        assert!(!screen.contains(not), "{screen}");
        terminal.send("\x11");
        assert_eq!(terminal.wait_exit(), 0);
    }
}

/// The commands that the text shows, each on one line.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().filter_map(|line| line.trim().strip_prefix("nib "));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Everything that is printed at the start, up to its last line.
fn printed(running: &mut Running) -> String {
    let mut printed = String::new();
    while !printed.ends_with("direct chats alone.\n") {
        printed.push_str(&running.line());
    }
    printed
}

#[test]
fn the_commands_that_are_shown_to_people_work_as_they_are() {
    let (home, mine) = (Home::new(), Home::new());
    let mut running = home.nib(&QUIET).start();
    let shown = printed(&mut running);
    for line in shown.lines() {
        assert!(line.chars().count() <= 80 && line.trim_end() == line, "{line:?} in\n{shown}");
    }
    let [osmium, token] = &commands(&shown)[..] else { panic!("other commands in\n{shown}") };
    let typed = |command: &str| command.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let with_password = [typed(osmium), vec!["--password-stdin".to_owned()]].concat();
    mine.nib(&with_password).input("demo-robin\n").run().went_well();
    mine.nib(&typed(token)).input("demo-robin\n").run().went_well();

    // In place of the token there may be a code. One is allowed on the page...
    let elsewhere = token.replace("--token-stdin", "--link").replace("--label garden", "--label page");
    let service = elsewhere.split(' ').skip_while(|word| *word != "--account-service").nth(1).unwrap();
    let mut terminal = Terminal::start(mine.path(), &typed(&elsewhere), 110, 24);
    let code = code(&terminal.wait_for("type this code:"));
    assert!(terminal.screen().contains(&format!("{service}/link")), "{}", terminal.screen());
    assert!(get(service, "/link").contains("<form action=/link/allow>"));
    assert!(get(service, "/link/allow?code=FFFFFFF&name=fern").starts_with("HTTP/1.1 404 "));
    let done = get(service, &format!("/link/allow?code=+{}&name=fern", code.to_lowercase()));
    assert!(done.starts_with("HTTP/1.1 200 ") && done.contains("Allowed."), "{done}");
    terminal.wait_for("Signed in to");
    assert_eq!(terminal.wait_exit(), 0);

    // ... and one is typed where the servers run.
    let elsewhere = elsewhere.replace("--label page", "--label typed");
    let mut terminal = Terminal::start(mine.path(), &typed(&elsewhere), 110, 24);
    let second = self::code(&terminal.wait_for("type this code:"));
    let input = running.input.as_mut().unwrap();
    write!(input, "allow nothing\nallow {second} nobody\nallow {} juno\n", second.to_lowercase()).unwrap();
    terminal.wait_for("Signed in to");
    assert_eq!(terminal.wait_exit(), 0);
    let done = end(running);
    for said in [
        format!("To let them in, type: allow {code} NAME"),
        format!("To let them in, type: allow {second} NAME"),
        "Type: allow CODE NAME\n".to_owned(),
        "There is no such code, or nobody of that name.".to_owned(),
        "Allowed as juno.".to_owned(),
    ] {
        assert!(done.err.contains(&said), "no {said:?} in {}", done.err);
    }
    let accounts = mine.run(&["accounts"]).went_well().out;
    for account in ["robin  @robin  osmium", "garden  @robin", "page  @fern", "typed  @juno"] {
        assert!(accounts.contains(account), "no {account} in {accounts}");
    }
}

/// The code that a terminal shows.
fn code(screen: &str) -> String {
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    screen.split_whitespace().rev().find(is_code).unwrap_or_else(|| panic!("no code in {screen}")).to_owned()
}

#[test]
fn the_first_port_is_the_one_asked_for_and_the_others_make_way() {
    let home = Home::new();
    for network in [None, Some("originchats")] {
        // Everything behind the port is somebody else's.
        let (port, _others) = taken_behind();
        let listen = format!("127.0.0.1:{port}");
        let mut more = vec!["--listen", &listen];
        more.extend(network.iter().flat_map(|network| ["--network", network]));
        let (running, description) = serve(&home, &more);
        let told = &description["originchats"];
        let service = text(told, "/account_service");
        let first = if network.is_none() { text(&description, "/url") } else { service };
        assert!(first.ends_with(&format!("://{listen}")), "{first}");
        assert!(get(service, "/link").contains("200"), "{service}");
        for server in told["servers"].as_array().unwrap() {
            assert!(TcpStream::connect(text(server, "/url").strip_prefix("ws://").unwrap()).is_ok(), "{server}");
        }
        let done = home.nib(&[&QUIET[..], &more].concat()).start().wait();
        assert_eq!(done.code(), 1, "{done:?}");
        assert!(done.err.contains(&format!("cannot listen on {listen}")), "{done:?}");
        end(running);
    }
}

/// A port that is free and others behind it that are not.
fn taken_behind() -> (u16, Vec<TcpListener>) {
    let at = |port| TcpListener::bind(("127.0.0.1", port)).ok();
    let found = (20_000..30_000).step_by(7).find_map(|port| {
        let all = (port..port + 5).map(at).collect::<Option<Vec<_>>>()?;
        Some((port, all.into_iter().skip(1).collect()))
    });
    found.expect("five free ports in a row")
}
