//! The pictures of the guide, from real runs against the embedded server.
//!
//! `NIB_GUIDE=assets/guide cargo test --test it guide` draws them anew. Without it they are drawn and looked through, and thrown away.

use super::picture::{DARK, LIGHT, Palette, svg};
use super::pty::Terminal;
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

const CHAT: &str = "A channel of the demo world";

const SHOTS: [Shot; 9] = [
    Shot { name: "chat-200x50", title: CHAT, size: (200, 50), alone: false, steps: &[] },
    Shot { name: "chat-120x30", title: CHAT, size: (120, 30), alone: false, steps: &[] },
    Shot { name: "chat-80x24", title: CHAT, size: (80, 24), alone: false, steps: &[] },
    Shot { name: "chat-40x12", title: CHAT, size: (40, 12), alone: false, steps: &[] },
    Shot {
        name: "welcome-80x24",
        title: "What nib offers without an account",
        size: (80, 24),
        alone: true,
        steps: &[("", "sign in")],
    },
    Shot {
        name: "jump-80x24",
        title: "Jumping to a chat",
        size: (80, 24),
        alone: false,
        steps: &[("\x0b", "Jump to a chat"), ("he", "┃ he")],
    },
    Shot {
        name: "cursor-80x24",
        title: "A message under the cursor, and what can be done with it",
        size: (80, 24),
        alone: false,
        steps: &[("\x1b", "r reply")],
    },
    Shot {
        name: "person-80x24",
        title: "Who somebody is",
        size: (80, 24),
        alone: false,
        steps: &[("/who @ada\r", "both know")],
    },
    Shot {
        name: "themes-80x24",
        title: "Choosing a theme",
        size: (80, 24),
        alone: false,
        steps: &[("/theme\r", "contrast")],
    },
];

fn draw(shot: &Shot, theme: &str, palette: &Palette) -> String {
    let home = Home::new();
    let config = home.path().join("shot.toml");
    std::fs::write(&config, format!("theme = \"{theme}\"\n")).expect("a configuration");
    let config = config.to_str().expect("a path in letters");
    let demo = ["--open", "Rustaceans/general", "demo", "--people", "0", "--at", "2026-11-19T14:10Z"];
    let mut arguments = vec!["--config", config];
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
    for (keys, shown) in shot.steps {
        terminal.send(keys);
        terminal.wait_for(shown);
    }
    let picture = terminal.look(|screen| svg(screen, palette, shot.title));
    terminal.send("\x11\x11");
    picture
}

#[test]
fn pictures_are_drawn() {
    let into = std::env::var_os("NIB_GUIDE");
    let guide = include_str!("../../../assets/guide/README.md");
    for shot in &SHOTS {
        for (theme, palette) in [("dark", &DARK), ("light", &LIGHT)] {
            let file = format!("{}-{theme}.svg", shot.name);
            let picture = draw(shot, theme, palette);
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
