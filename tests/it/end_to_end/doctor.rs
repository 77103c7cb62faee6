//! `nib doctor`: what it finds, what it says to do, and that nothing in it tells strangers who somebody is.

use super::server::{Server, kept};
use super::shell::{Done, Home, is_sentence};
use super::strangers::Stranger;
use crate::authority::{Authority, Front, Sort};
use serde_json::Value;
use std::fs::Permissions;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{PermissionsExt, chown};

/// The objects of a run with these arguments.
fn found(done: &Done) -> Vec<Value> {
    let objects = done.objects();
    for object in &objects {
        assert_eq!(object["v"], 1, "{object}");
        assert!(["ok", "note", "problem"].contains(&object["sign"].as_str().unwrap()), "{object}");
        assert!(
            ["section", "about", "text"].iter().all(|field| !object[field].as_str().unwrap().is_empty()),
            "{object}"
        );
        // What is wrong comes with what to do.
        assert_eq!(object["sign"] == "problem", object["next"].is_string(), "{object}");
    }
    objects
}

fn problems(done: &Done) -> Vec<(String, String)> {
    let text = |object: &Value, field: &str| object[field].as_str().unwrap().to_owned();
    let bad = found(done).into_iter().filter(|object| object["sign"] == "problem");
    bad.map(|object| (text(&object, "section"), text(&object, "text"))).collect()
}

/// Of a section, what is said about something.
fn about<'a>(objects: &'a [Value], section: &str, about: &str) -> &'a str {
    let fits = |object: &&Value| object["section"] == section && object["about"] == about;
    objects.iter().find(fits).unwrap_or_else(|| panic!("{section} {about} in {objects:?}"))["text"].as_str().unwrap()
}

#[test]
fn a_healthy_account_is_healthy_down_to_its_requests() {
    let (server, home) = (Server::start(), Home::new());
    let robin = server.account("robin");
    assert_eq!(home.log_in(&server.url, &robin.email, &robin.password).code(), 0);
    let done = home.run(&["doctor", "--json"]).went_well();
    let objects = found(&done);
    assert!(about(&objects, "program", "version").starts_with(concat!("nib ", env!("CARGO_PKG_VERSION"))));
    assert!(about(&objects, "files", "tokens").contains("(mode 0700)"));
    assert_eq!(about(&objects, "files", "token files"), "1");
    assert!(about(&objects, "keyring", "store").contains("kept in files"));
    assert!(about(&objects, "accounts", "account 1").ends_with("its token is kept in a file"));
    assert_eq!(about(&objects, "clock", "time"), "as the server's");
    let way = objects.iter().find(|object| object["section"] == "network" && object["open_ms"].is_u64()).unwrap();
    assert!(way["latency_ms"].is_u64() && way["encryption"].is_null() && way["ipv4"] == 1, "{way}");
    let counts = objects.iter().find(|object| object["section"] == "requests").unwrap();
    let count = |name: &str| counts[name].as_u64().unwrap();
    assert!(count("sent") > 0 && count("sent") == count("answered"), "{counts}");
    assert_eq!([count("refused"), count("timed_out"), count("lost"), count("late")], [0; 4]);

    // The same for people: sections, a sign in words on each line, and no problem.
    let done = home.run(&["doctor"]).went_well();
    let sections: Vec<&str> = done.out.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        sections,
        ["Program", "Terminal", "Configuration", "Files", "Keyring", "Accounts", "Network", "Clock", "Requests"]
    );
    let signed = |line: &&str| line.starts_with("  ok       ") || line.starts_with("  note     ");
    assert!(done.out.lines().filter(|line| line.starts_with(' ')).all(|line| signed(&line)), "{}", done.out);
}

#[test]
fn nothing_in_it_tells_who_somebody_is() {
    let (server, authority, home) = (Server::start(), Authority::new(), Home::new());
    let ada = server.account("ada");
    let to: SocketAddr = server.url.strip_prefix("ws://").unwrap().parse().unwrap();
    let front = Front::open(authority.acceptor(Sort::Good), "127.0.0.1:0".parse().unwrap(), to);
    std::fs::create_dir_all(home.path().join("config")).unwrap();
    let text = format!(
        "tls.ca_file = \"{}\"\ntheme = \"https://private.example/ada\"\n[accounts.\"grace@private.example\"]\n\
         token_command = [\"/usr/bin/false\", \"hunter2\"]\nserver = \"ws://chat.private.invalid\"\nsever = \"x\"\n\
         Miller = 1\n[accounts.\"Joe \\\"Evil\\\" Smith\"]\nserver = \"x\"\n[accounts.other]\nserver = \"corporate secretly\"\n",
        authority.file().display()
    );
    std::fs::write(home.path().join("config/config.toml"), text).unwrap();
    let call = home.nib(&[
        "login",
        "--server",
        &format!("wss://{}", front.address),
        "--email",
        &ada.email,
        "--label",
        "ada@private.example",
        "--password-stdin",
    ]);
    let done = call.input(&format!("{}\n", ada.password)).run();
    assert_eq!(done.code(), 0, "{done:?}");
    let token = std::fs::read_dir(home.path().join("data/secrets")).unwrap().next().unwrap().unwrap();
    let token = std::fs::read_to_string(token.path()).unwrap();
    let place = home.path().to_str().unwrap();
    for arguments in [&["doctor"][..], &["doctor", "--json"], &["doctor", "--offline"]] {
        let done = home.nib(arguments).env("HTTP_PROXY", "http://me:hunter3@proxy.private.invalid:9").run();
        let all = format!("{}{}", done.out, done.err);
        assert_ne!(done.code(), 0, "the configuration has mistakes");
        for secret in [
            token.trim(),
            "private",
            "ada",
            "grace",
            &ada.email,
            &ada.password,
            place,
            "hunter2",
            "hunter3",
            "Miller",
            "Joe",
            "Evil",
            "Smith",
            "corporate",
            "secretly",
            &ada.name,
            "me:",
        ] {
            let whole = |at: usize, text: &str| {
                let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                edge(all[..at].chars().next_back()) && edge(all[at + text.len()..].chars().next())
            };
            let told = all.match_indices(secret).any(|(at, text)| whole(at, text));
            assert!(!told, "{secret} in {all}");
        }
        assert!(all.contains("$NIB_HOME/config/config.toml:"), "{all}");
    }
    let done = home.run(&["doctor", "--offline", "--unmasked"]);
    assert!(done.out.contains("ada@private.example") && done.out.contains(place), "{done:?}");
    assert!(!done.out.contains(token.trim()) && !done.out.contains("hunter2"), "{done:?}");
}

#[test]
fn trouble_with_the_network_has_its_own_exit_code() {
    let (server, home) = (Server::start(), Home::new());
    let robin = server.account("robin");
    let doctor =
        |url: &str| home.nib(&["doctor", "--json"]).env("NIB_TOKEN", &robin.token).env("NIB_SERVER", url).run();
    let nobody = kept(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let port = nobody.local_addr().unwrap().port();
    let done = doctor(&format!("ws://127.0.0.1:{port}"));
    assert_eq!(done.code(), 4, "{done:?}");
    is_sentence(&done.err);
    let told = problems(&done);
    assert!(told.len() == 1 && told[0].0 == "network" && told[0].1.contains("nobody answers there"), "{told:?}");

    let page = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n";
    let done = doctor(&format!("ws://127.0.0.1:{}", Stranger::Answers(page).listen()));
    assert_eq!(done.code(), 4, "{done:?}");
    assert!(problems(&done)[0].1.contains("HTTP 302 (Found) and sends nib to p…,"), "{done:?}");

    let authority = Authority::new();
    let to: SocketAddr = server.url.strip_prefix("ws://").unwrap().parse().unwrap();
    let front = Front::open(authority.acceptor(Sort::Good), "127.0.0.1:0".parse().unwrap(), to);
    let done = doctor(&format!("wss://{}", front.address));
    assert!(done.code() == 4 && problems(&done)[0].1.contains("nobody this computer trusts"), "{done:?}");
    let done = home.nib(&["doctor", "--json", "--offline"]).env("NIB_TOKEN", &robin.token).run();
    assert_eq!(done.code(), 0, "{done:?}");
    // With trust, the encryption and who vouches for it are told.
    std::fs::create_dir_all(home.path().join("config")).unwrap();
    std::fs::write(
        home.path().join("config/config.toml"),
        format!("tls.ca_file = \"{}\"\n", authority.file().display()),
    )
    .unwrap();
    let done = doctor(&format!("wss://{}", front.address)).went_well();
    assert!(done.out.contains("TLS 1.3, certificate by An authority for tests"), "{done:?}");
}

#[test]
fn a_refused_sign_in_says_how_to_get_another() {
    let (server, home) = (Server::start(), Home::new());
    let robin = server.account("robin");
    assert_eq!(home.log_in(&server.url, &robin.email, &robin.password).code(), 0);
    server.running().revoke("robin");
    let done = home.run(&["doctor", "--json"]);
    assert_eq!(done.code(), 1, "{done:?}");
    let told = problems(&done);
    assert!(told.len() == 1 && told[0].0 == "accounts" && told[0].1.contains("not taken"), "{told:?}");
    assert!(done.out.contains("nib login"), "{done:?}");
}

#[test]
fn files_that_others_can_read_are_named_with_the_remedy() {
    let (server, home) = (Server::start(), Home::new());
    let robin = server.account("robin");
    assert_eq!(home.log_in(&server.url, &robin.email, &robin.password).code(), 0);
    let chmod = |place: &str, mode: u32| {
        std::fs::set_permissions(home.path().join(place), Permissions::from_mode(mode)).unwrap();
    };
    chmod("data/secrets", 0o755);
    chmod("data", 0o755);
    let token = std::fs::read_dir(home.path().join("data/secrets")).unwrap().next().unwrap().unwrap();
    std::fs::set_permissions(token.path(), Permissions::from_mode(0o644)).unwrap();
    let done = home.run(&["doctor", "--offline"]);
    assert_eq!(done.code(), 1, "{done:?}");
    let line = |start: &str| {
        done.out.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {done:?}"))
    };
    for (start, words) in [
        ("  problem  tokens", "Run \"chmod 700 $NIB_HOME/data/secrets\"."),
        ("  problem  token ", "Run \"chmod 600 $NIB_HOME/data/secrets/*\", and sign in again"),
        ("  note     data", "\"chmod 700 $NIB_HOME/data\" closes it"),
    ] {
        assert!(line(start).contains(words), "{done:?}");
    }
    chmod("data/secrets", 0o700);
    chmod("data", 0o700);
    std::fs::set_permissions(token.path(), Permissions::from_mode(0o600)).unwrap();
    home.run(&["doctor", "--offline"]).went_well();
}

#[test]
fn looking_changes_nothing() {
    let home = Home::new();
    let done = home.run(&["doctor", "--offline"]).went_well();
    assert!(done.out.contains("not there yet"), "{done:?}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing is made");
    std::fs::create_dir_all(home.path().join("data")).unwrap();
    std::fs::write(home.path().join("data/accounts.toml"), "nonsense [").unwrap();
    let done = home.run(&["doctor", "--json"]);
    assert!(done.code() == 1 && done.out.contains("cannot be understood"), "{done:?}");
    assert_eq!(std::fs::read_to_string(home.path().join("data/accounts.toml")).unwrap(), "nonsense [");
}

#[test]
fn asking_servers_changes_nothing_either() {
    let server = Server::start();
    let robin = server.account("robin");
    let fresh = Home::new();
    let done = fresh.nib(&["doctor"]).env("NIB_TOKEN", &robin.token).env("NIB_SERVER", &server.url).run();
    assert!(done.went_well().out.contains("the sign-in is taken"));
    assert_eq!(fresh.files(), Vec::<std::path::PathBuf>::new(), "nothing is made for who has signed in");
    assert_eq!(std::fs::read_dir(fresh.path()).unwrap().count(), 0, "no directory either");

    let home = Home::new();
    for (place, text) in [
        ("config/config.toml", format!("[accounts.work]\ntoken_command = [\"false\"]\nserver = \"{}\"\n", server.url)),
        ("data/accounts.toml", "nonsense [".to_owned()),
    ] {
        let path = home.path().join(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let before = home.files();
    let done = home.run(&["doctor", "--json"]);
    let way = found(&done).iter().any(|object| object["section"] == "network" && object["open_ms"].is_u64());
    assert!(way, "the server is asked: {done:?}");
    assert_eq!(home.files(), before);
    assert_eq!(std::fs::read_to_string(home.path().join("data/accounts.toml")).unwrap(), "nonsense [");
    assert!(!home.path().join("state").exists() && !home.path().join("cache").exists());
}

#[test]
fn names_without_a_dot_and_places_elsewhere_are_masked_too() {
    let (home, elsewhere) = (Home::new(), Home::new());
    let settings = elsewhere.path().join("robins settings.toml");
    std::fs::write(&settings, "colour = 1\nproxy = \"none\"\n[accounts.nightowl]\ntoken_command = [\"false\"]\nserver = \"ws://robins-nas:1\"\n")
        .unwrap();
    let place = elsewhere.path().file_name().unwrap().to_str().unwrap();
    let call = |more: &[&str]| {
        let arguments = [&["--config", settings.to_str().unwrap(), "doctor"], more].concat();
        let done = home.run(&arguments);
        format!("{}{}", done.out, done.err)
    };
    let all = call(&[]);
    for secret in ["robins-nas", "nightowl", place] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert!(all.contains("…/robins settings.toml:1:1") && all.contains("r…:1"), "{all}");
    let all = call(&["--offline", "--unmasked"]);
    assert!(all.contains("robins-nas") && all.contains("nightowl") && all.contains(place), "{all}");

    let done = home.run(&["--profile", "../nightowl", "doctor", "--offline"]);
    assert!(done.code() == 1 && !format!("{}{}", done.out, done.err).contains("nightowl"), "{done:?}");
    assert!(done.out.contains("A profile cannot be called"), "{done:?}");
}

#[test]
fn settings_of_the_system_are_no_problem() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("config/themes")).unwrap();
    let settings = home.path().join("config/config.toml");
    std::fs::write(&settings, "").unwrap();
    std::fs::set_permissions(&settings, Permissions::from_mode(0o444)).unwrap();
    let objects = found(&home.run(&["doctor", "--offline", "--json"]).went_well());
    assert!(about(&objects, "files", "settings").contains("(mode 0444)"));
    assert!(about(&objects, "files", "store").ends_with("not there yet"));
    let given = [&settings, &home.path().join("config/themes")].map(|place| chown(place, Some(1), None));
    if given.iter().any(Result::is_err) {
        eprintln!("NOT TESTED: settings of another user, since only root can give files away");
        return;
    }
    let objects = found(&home.run(&["doctor", "--offline", "--json"]).went_well());
    for (what, mode) in [("settings", "0444"), ("themes", "07")] {
        let text = about(&objects, "files", what);
        assert!(text.contains(&format!("it belongs to another user (mode {mode}")), "{text}");
    }
    std::fs::create_dir_all(home.path().join("data")).unwrap();
    std::fs::write(home.path().join("data/store.db"), "[]").unwrap();
    chown(home.path().join("data/store.db"), Some(1), None).unwrap();
    let done = home.run(&["doctor", "--offline", "--json"]);
    let told = problems(&done);
    assert!(told.len() == 1 && told[0].1.contains("store.db: it belongs to another user"), "{told:?}");
}
