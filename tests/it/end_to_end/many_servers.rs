//! The network of many servers, from the command line: signing in to it in all ways, and what commands then do with it.

use super::lab::Lab;
use super::pty::Terminal;
use super::shell::{Done, Home};
use super::strangers::Stranger;
use nib::demo::originchats::Accounts;
use serde_json::{Value, json};

/// The accounts as scripts see them.
fn accounts(home: &Home) -> Vec<Value> {
    home.run(&["accounts", "--json"]).went_well().objects()
}

fn labels(home: &Home) -> Vec<String> {
    accounts(home).iter().map(|account| account["account"].as_str().unwrap().to_owned()).collect()
}

/// What an account is called where nobody says it: as its server calls itself.
const DEFAULT_LABEL: &str = "loopback-lab";

#[test]
fn a_token_signs_in_and_every_command_works_with_it() {
    let lab = Lab::start(&[Accounts::Service]);
    let (home, url) = (Home::new(), lab.servers[0].url());
    let label = DEFAULT_LABEL;
    // As people write it: the address of the page.
    let page = url.replace("ws://", "HTTP://") + "/";
    let arguments = ["login", "--network", "originchats", "--server", &page, "--token-stdin"];
    let done = lab.nib(&home, &arguments).input("tok-bob\n").run().went_well();
    assert_eq!(done.out, format!("Signed in to {url} as bob (@bob). nib calls this account \"{label}\".\n"));
    let account = &accounts(&home)[0];
    assert_eq!((&account["network"], &account["server"]), (&json!("originchats"), &json!(url)));
    // The account service is kept with the account: no variable is needed any more.
    let chats = home.run(&["chats", "--json"]).went_well().objects();
    let general = chats.iter().find(|chat| chat["name"] == "Loopback Lab/general").expect("a channel");
    assert_eq!(&general["account"], label);
    home.run(&["send", &format!("{label}:general"), "one line"]).went_well();
    // Nothing was read there before, so that its mark cannot be put back.
    let read = home.run(&["read", "Loopback Lab/general", "--json"]);
    assert!(read.code() == 0 && read.err.contains("there is no mark to put back"), "{read:?}");
    let read = read.objects();
    assert_eq!(read.last().unwrap()["text"], "one line");
    let doctor = home.run(&["doctor"]);
    assert!(
        doctor.out.contains("originchats at ws://127.0.0.1") && doctor.out.contains("sign-in is taken"),
        "{doctor:?}"
    );
    assert!(
        doctor.out.contains("its account service, http://127.0.0.1") && doctor.out.contains("on this computer"),
        "{doctor:?}"
    );
    // Something else at its place is told apart, and so is nobody.
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    for (service, said) in [
        (format!("http://127.0.0.1:{}", Stranger::Answers(page).listen()), "is something else: it answers with 200"),
        ("http://127.0.0.1:1".to_owned(), "cannot be asked"),
    ] {
        let config = home.run(&["config", "path"]).went_well().out;
        std::fs::create_dir_all(std::path::Path::new(config.trim()).parent().unwrap()).unwrap();
        std::fs::write(config.trim(), format!("[accounts.{label}]\naccount_service = \"{service}\"\n")).unwrap();
        let doctor = home.run(&["doctor"]);
        let line = doctor.out.lines().find(|line| line.contains(said) && line.contains("account service"));
        assert!(doctor.code() != 0 && line.is_some(), "{said} in {doctor:?}");
        std::fs::remove_file(config.trim()).unwrap();
    }
    let out = home.run(&["logout"]).went_well();
    assert!(out.out.contains(&format!("Signed out of \"{label}\"")), "{out:?}");
    assert!(accounts(&home).is_empty());
    for file in home.files() {
        let text = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("tok-bob"), "{}", file.display());
    }
}

#[test]
fn the_environment_is_enough_for_one_run() {
    let lab = Lab::start(&[Accounts::Both]);
    let home = Home::new();
    let by_environment = |arguments: &[&str], server: &str| {
        let call = lab.nib(&home, arguments).env("NIB_NETWORK", "originchats").env("NIB_TOKEN", "tok-carol");
        call.env("NIB_SERVER", server)
    };
    let chats = by_environment(&["chats"], &lab.servers[0].url()).run().went_well();
    assert!(chats.out.contains("Loopback Lab/general"), "{chats:?}");
    assert!(accounts(&home).is_empty());
    by_environment(&["chats"], "").run().failed(2, &["NIB_SERVER is no server's address"]);
    by_environment(&["chats"], "tcp://127.0.0.1:1").run().failed(2, &["NIB_SERVER", "tcp://"]);
    let call = by_environment(&["chats"], &lab.servers[0].url()).env("NIB_TOKEN", "tok-nobody");
    call.run().failed(3, &["token in NIB_TOKEN was refused"]);
}

#[test]
fn allowing_it_in_a_browser_signs_in_and_a_second_server_needs_no_second_time() {
    let lab = Lab::start(&[Accounts::Both, Accounts::Service]);
    let home = Home::new();
    let url = lab.servers[0].url();
    let arguments = ["login", "--network", "originchats", "--server", &url, "--account-service", &lab.service()];
    let mut terminal = Terminal::start(home.path(), &arguments, 110, 24);
    terminal.wait_for("type this code:");
    let code = lab.allow_next("bob");
    let screen = terminal.wait_for("Signed in to");
    assert!(screen.contains(&code) && screen.contains(&format!("{}/link", lab.service())), "{screen}");
    assert_eq!(terminal.wait_exit(), 0);
    let done = lab.login(&home, 1, &[]).run();
    let [first, second] = [DEFAULT_LABEL, "loopback-lab-2"];
    assert_eq!(done.err, format!("Using the sign-in of \"{first}\"; with --link nib takes another.\n"));
    assert!(done.out.contains(&format!("as bob (@bob). nib calls this account \"{second}\".")), "{done:?}");
    // Somebody else, without a terminal; then it has to be said who is meant.
    let waiting = lab.login(&home, 1, &["--link", "--label", "other"]).start();
    lab.allow_next("carol");
    let done = waiting.wait();
    assert!(done.out.contains("as carol (@carol)") && done.err.contains("type this code"), "{done:?}");
    assert_eq!(labels(&home), [first, second, "other"]);
    lab.login(&home, 0, &[]).run().failed(2, &[&format!("--same-as ({first}, other)"), "--link"]);
    let done = lab.login(&home, 0, &["--same-as", "other"]).run().went_well();
    assert!(done.out.contains("as carol (@carol)"), "{done:?}");
    lab.login(&home, 0, &["--same-as", "nobody"]).run().failed(3, &["no account \"nobody\""]);
}

#[test]
fn giving_up_ends_the_wait_for_a_browser() {
    let lab = Lab::start(&[Accounts::Both]);
    let home = Home::new();
    let url = lab.servers[0].url();
    let arguments = ["login", "--network", "originchats", "--server", &url, "--account-service", &lab.service()];
    let mut terminal = Terminal::start(home.path(), &arguments, 110, 24);
    terminal.wait_for("Ctrl-C gives up");
    terminal.send("\x03");
    assert_eq!(terminal.wait_exit(), 1);
    assert!(accounts(&home).is_empty());
}

#[test]
fn a_server_with_accounts_of_its_own_makes_one_and_takes_it_again() {
    let lab = Lab::start(&[Accounts::Own]);
    let home = Home::new();
    let made = lab.login(&home, 0, &["--username", "Dave", "--password-stdin", "--register"]);
    let made = made.input("s:cr,t pw\n").run().went_well();
    let label = DEFAULT_LABEL;
    assert!(made.out.contains(&format!("as dave. nib calls this account \"{label}\"")), "{made:?}");
    // Restarts come back with what was kept.
    let chats = home.run(&["chats"]).went_well();
    assert!(chats.out.contains("Loopback Lab/general"), "{chats:?}");
    let again = lab.login(&home, 0, &["--username", "dave", "--password-stdin"]);
    let again = again.input("s:cr,t pw\n").run().went_well();
    assert!(again.out.contains(&format!("\"{label}\", which was there already")), "{again:?}");
    // Nothing but the password is waited for, though more could come.
    let mut third = lab.login(&home, 0, &["--username", "dave", "--password-stdin"]).start();
    let mut input = third.input.take().unwrap();
    std::io::Write::write_all(&mut input, b"s:cr,t pw\n").unwrap();
    third.wait().went_well();
    drop(input);
    let taken = lab.login(&home, 0, &["--username", "dave", "--password-stdin", "--register"]);
    taken.input("other pw\n").run().failed(3, &["Somebody has this name already"]);
    let wrong = lab.login(&home, 0, &["--username", "dave", "--password-stdin"]);
    wrong.input("wrong\n").run().failed(3, &["The password is not right"]);
    // Its sign-in is for its own server alone.
    lab.login(&home, 0, &["--same-as", label]).run().failed(3, &["for its own server alone"]);
    let log = home.log();
    assert!(!log.contains("s:cr,t") && !log.contains("other pw"));
}

#[test]
fn what_is_missing_or_does_not_fit_is_said() {
    let lab = Lab::start(&[Accounts::Both]);
    let home = Home::new();
    let login = |more: &[&str]| lab.login(&home, 0, more).run();
    login(&[]).failed(2, &["no terminal to ask on", "--link"]);
    login(&["--email", "a@b"]).failed(2, &["OriginChats has no use for --email"]);
    login(&["--register"]).failed(2, &["--register needs --username"]);
    login(&["--username", "dave"]).failed(2, &["add --password-stdin"]);
    login(&["--token-stdin"]).failed(2, &["There is no token on standard input"]);
    login(&["--account-service", "http://api.example.org", "--link"]).failed(2, &["--account-service is an address"]);
    home.run(&["login", "--network", "originchats"]).failed(2, &["OriginChats has many servers", "--server HOST"]);
    home.run(&["login", "--link"]).failed(2, &["Osmium has no use for --link"]);
    let done = home.run(&["login", "--network", "irc"]);
    assert!(done.code() == 2 && done.err.contains("osmium, originchats"), "{done:?}");
}

#[test]
fn a_command_about_one_account_is_not_disturbed_by_another() {
    let mut lab = Lab::start(&[Accounts::Both, Accounts::Both]);
    let home = Home::new();
    for (server, label) in [(0, "one"), (1, "two")] {
        lab.login(&home, server, &["--token-stdin", "--label", label]).input("tok-bob\n").run().went_well();
    }
    lab.stop(0);
    home.run(&["send", "two:Loopback Lab/general", "still here"]).went_well();
    let read = home.run(&["read", "two:Loopback Lab/general"]);
    assert!(read.code() == 0 && read.out.contains("still here") && !read.err.contains("\"one\""), "{read:?}");
    home.run(&["read", "one:Loopback Lab/general"]).failed(4, &["\"one\" is offline"]);
}

#[test]
fn one_that_is_not_there_keeps_the_others_from_nothing() {
    let mut lab = Lab::start(&[Accounts::Both, Accounts::Both, Accounts::Both]);
    let home = Home::new();
    for (server, label) in [(0, "one"), (1, "two"), (2, "mara")] {
        lab.login(&home, server, &["--token-stdin", "--label", label]).input("tok-bob\n").run().went_well();
    }
    let token = home.files().into_iter().find(|file| file.ends_with("mara")).expect("a token");
    std::fs::write(token, "void").unwrap();
    lab.stop(0);
    let run = |arguments: &[&str]| lab.nib(&home, arguments).run();
    let served = |done: Done| {
        assert_eq!(done.code(), 0, "{done:?}");
        assert!(done.err.contains("\"one\" is offline") && done.err.contains("\"mara\" is not signed in"), "{done:?}");
        done
    };
    let done = served(run(&["chats"]));
    assert!(done.out.lines().count() > 2 && done.out.lines().all(|line| line.starts_with("two  ")), "{done:?}");
    served(run(&["chats", "--unread"]));
    // Whoever is called so may be on one of the others: nothing goes to a namesake.
    for name in ["Loopback Lab/general", "@alice"] {
        let done = run(&["send", name, "for whom?"]);
        let told = format!("\"{name}\" may be in \"one\", \"mara\", which cannot be asked now");
        assert!(done.code() == 4 && done.err.contains(&told) && done.err.contains(&format!("two:{name}")), "{done:?}");
    }
    run(&["send", "two:Loopback Lab/general", "heard all the same"]).went_well();
    assert!(served(run(&["read", "Loopback Lab/general"])).out.contains("heard all the same"));
    // What is asked for of one that is not there fails as it.
    run(&["read", "mara:Loopback Lab/general"]).failed(3, &["\"mara\" is not signed in"]);
    run(&["read", "one:Loopback Lab/general"]).failed(4, &["\"one\" is offline"]);
    let done = run(&["read", "Elsewhere/nothing"]);
    assert!(done.code() == 4 && done.err.contains("may be in \"one\", \"mara\""), "{done:?}");
    // And what happens is told, with how each of them stands.
    let mut tail = lab.nib(&home, &["tail", "--json"]).start();
    let of = |label: &'static str, state: &'static str| {
        move |object: &serde_json::Value| object["account"] == label && object["state"] == state
    };
    tail.object("one", of("one", "offline"));
    tail.object("two", of("two", "online"));
    tail.object("mara", of("mara", "signed out"));
    run(&["send", "two:Loopback Lab/general", "and streamed"]).went_well();
    tail.object("the message", |object| object["text"] == "and streamed");
}
