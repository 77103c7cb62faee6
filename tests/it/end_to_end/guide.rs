//! The pictures of the guide, from real runs against the embedded server.
//!
//! `NIB_GUIDE=assets/guide cargo test --test it guide` draws them anew. Without it they are drawn and looked through, and thrown away.

use super::picture::{DARK, LIGHT, Palette, svg};
use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use std::path::Path;

/// A picture: its name, what it shows, columns and rows, what is typed, each followed by what is waited for.
struct Shot {
    name: &'static str,
    title: &'static str,
    size: (u16, u16),
    /// Without the demo: the welcome of a first start.
    alone: bool,
    steps: &'static [(&'static str, &'static str)],
}

/// A picture of somebody who is signed in.
const fn shot(
    name: &'static str,
    title: &'static str,
    size: (u16, u16),
    steps: &'static [(&'static str, &'static str)],
) -> Shot {
    Shot { name, title, size, alone: false, steps }
}

const CHAT: &str = "A channel of the demo world";

/// To a channel of the other network, with the account of the first one folded.
const BESIDE: [(&str, &str); 8] = [
    // Everything of it is known.
    ("", "PG 12"),
    ("\x0b", "Jump to a chat"),
    ("garden/pixels", "Pixel Garden/pixels"),
    ("\r", "message #pixels"),
    ("\x1bOQ", "Enter open"),
    ("g\r", "▸ ● robin"),
    ("i", "Alt-A next unread"),
    ("", "● dms"),
];

/// To a forum there.
const FORUM: [(&str, &str); 7] = [
    ("", "PG 12"),
    ("\x0b", "Jump to a chat"),
    ("garden/ideas", "Pixel Garden/ideas"),
    ("\r", "4 threads"),
    ("\x1bOQ", "Enter open"),
    ("g\r", "▸ ● robin"),
    ("i", "Ctrl-K jump"),
];

const SHOTS: [Shot; 11] = [
    shot("chat-200x50", CHAT, (200, 50), &[]),
    shot("chat-120x30", CHAT, (120, 30), &[]),
    shot("chat-80x24", CHAT, (80, 24), &[]),
    shot("chat-40x12", CHAT, (40, 12), &[]),
    Shot {
        name: "welcome-80x24",
        title: "What nib offers without an account",
        size: (80, 24),
        alone: true,
        steps: &[("", "sign in")],
    },
    shot("jump-80x24", "Jumping to a chat", (80, 24), &[("\x0b", "Jump to a chat"), ("he", "┃ he")]),
    shot("cursor-80x24", "A message under the cursor, and what can be done with it", (80, 24), &[("\x1b", "r reply")]),
    shot("person-80x24", "Who somebody is", (80, 24), &[("/who @ada\r", "both know")]),
    shot("themes-80x24", "Choosing a theme", (80, 24), &[("/theme\r", "contrast")]),
    shot("networks-120x32", "A channel of the other network, beside the first", (120, 32), &BESIDE),
    shot("forum-120x32", "A forum with its threads", (120, 32), &FORUM),
];

/// Pictures with several accounts, the last of which is refused.
const SEVERAL: [Shot; 4] = [
    shot("accounts-120x30", "Several accounts in the sidebar", (120, 30), &[]),
    shot("account-list-80x24", "The list of accounts", (80, 24), &[("/accounts\r", "a add")]),
    shot("refused-80x24", "An account that is refused", (80, 24), &[("\x1bOQ", "Enter open"), ("G", "signed out:")]),
    shot("rail-120x14", "A rail that does not fit", (120, 14), &[]),
];

/// Signs in to four accounts at two servers. The token of the last one is spoilt.
fn several(home: &Home) -> [Server; 2] {
    let servers = [Server::start(), Server::start()];
    for (label, server, who) in [("robin", 0, "robin"), ("work", 1, "ada"), ("pens", 0, "grace"), ("katnip", 1, "mara")]
    {
        let server: &Server = &servers[server];
        let account = server.account(who);
        let arguments =
            ["login", "--server", &server.url, "--email", &account.email, "--password-stdin", "--label", label];
        home.nib(&arguments).input(&format!("{}\n", account.password)).run().went_well();
    }
    let token = home.files().into_iter().find(|file| file.ends_with("katnip")).expect("a token");
    std::fs::write(token, "no token").expect("it is spoilt");
    servers
}

/// A configuration that chooses a theme.
fn themed(home: &Home, theme: &str) -> String {
    let config = home.path().join("shot.toml");
    std::fs::write(&config, format!("theme = \"{theme}\"\n")).expect("a configuration");
    config.to_str().expect("a path in letters").to_owned()
}

/// The picture of what stands there after the steps.
fn taken(shot: &Shot, terminal: &mut Terminal, palette: &Palette) -> String {
    for (keys, shown) in shot.steps {
        terminal.send(keys);
        terminal.wait_for(shown);
    }
    let picture = terminal.look(|screen| svg(screen, palette, shot.title));
    terminal.send("\x11\x11");
    picture
}

fn draw_several(shot: &Shot, theme: &str, palette: &Palette) -> String {
    let home = Home::new();
    let _servers = several(&home);
    let config = themed(&home, theme);
    let (columns, rows) = shot.size;
    let arguments = ["--config", &config, "--open", "robin:Rustaceans/general"];
    let mut terminal = Terminal::start_with(home.path(), &arguments, columns, rows, &[("COLORTERM", "truecolor")]);
    terminal.wait_for("message #general");
    terminal.wait_until("every connection", |screen| !screen.contains("connecting") && !screen.contains("syncing"));
    terminal.wait_for("katnip:");
    terminal.wait_gone("katnip:");
    taken(shot, &mut terminal, palette)
}

fn draw(shot: &Shot, theme: &str, palette: &Palette) -> String {
    let home = Home::new();
    let config = themed(&home, theme);
    let demo = ["--open", "Rustaceans/general", "demo", "--people", "0", "--at", "2026-11-19T14:10Z"];
    let mut arguments = vec!["--config", config.as_str()];
    if !shot.alone {
        arguments.extend(demo);
    }
    let (columns, rows) = shot.size;
    let mut terminal = Terminal::start_with(home.path(), &arguments, columns, rows, &[("COLORTERM", "truecolor")]);
    if !shot.alone {
        terminal.wait_for("message #general");
        // Everything that is still on its way: the rest of the lists, and how fast the server answers.
        terminal.wait_until("the newest message", |screen| screen.contains("14:0") && !screen.contains("connecting"));
    }
    taken(shot, &mut terminal, palette)
}

#[test]
fn pictures_are_drawn() {
    let into = std::env::var_os("NIB_GUIDE");
    let guide = include_str!("../../../assets/guide/README.md");
    let all = SHOTS.iter().map(|shot| (shot, false)).chain(SEVERAL.iter().map(|shot| (shot, true)));
    for (shot, several) in all {
        for (theme, palette) in [("dark", &DARK), ("light", &LIGHT)] {
            let file = format!("{}-{theme}.svg", shot.name);
            let picture = if several { draw_several(shot, theme, palette) } else { draw(shot, theme, palette) };
            assert!(picture.ends_with("</svg>\n") && picture.contains(shot.title));
            assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count(), "{file}");
            assert!(picture.matches("<text").count() > 8, "{file} is empty");
            if let Some(into) = &into {
                std::fs::write(Path::new(into).join(&file), picture).expect("the picture is written");
            }
            let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/guide").join(&file);
            assert!(kept.exists(), "{file} is not there; draw it with NIB_GUIDE=assets/guide");
            assert!(guide.contains(&file), "the guide does not show {file}");
        }
    }
}
