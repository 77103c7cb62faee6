//! What lies around the cells: the window's title, the focus, the mouse.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use std::os::unix::fs::PermissionsExt;

const CHAT: &str = "rustaceans/off-topic";

struct Desk {
    server: Server,
    home: Home,
    terminal: Terminal,
}

impl Desk {
    fn new(environment: &[(&str, &str)]) -> Self {
        let (server, home) = (Server::start(), Home::new());
        let mut all = server.environment("robin").to_vec();
        all.extend_from_slice(environment);
        let terminal = Terminal::start_with(home.path(), &["--open", CHAT], 110, 32, &all);
        terminal.wait_until("the chat", |screen| {
            screen.contains("message #off-topic") && screen.contains("online") && !screen.contains("loading messages")
        });
        Self { server, home, terminal }
    }

    fn says(&self, text: &str) {
        let chat = self.server.running().channel("Rustaceans", "off-topic").unwrap();
        self.server.running().say("ada", chat, text).unwrap();
    }

    /// The title that was set last.
    fn title(&self) -> String {
        let output = String::from_utf8_lossy(&self.terminal.output()).into_owned();
        let last = output.rsplit("\x1b]2;").next().and_then(|rest| rest.split('\x07').next());
        last.unwrap_or_default().to_owned()
    }

    /// Column and row, from 0, where a text begins.
    #[track_caller]
    fn place(&self, text: &str) -> (usize, usize) {
        let screen = self.terminal.screen();
        let find = |(row, line): (usize, &str)| line.find(text).map(|at| (line[..at].chars().count(), row));
        screen.lines().enumerate().find_map(find).unwrap_or_else(|| panic!("no {text:?} in\n{screen}"))
    }

    fn mouse(&mut self, button: u8, (column, row): (usize, usize), last: char) {
        self.terminal.send(&format!("\x1b[<{button};{};{}{last}", column + 1, row + 1));
    }

    #[track_caller]
    fn clicks(&mut self, text: &str) {
        let place = self.place(text);
        self.mouse(0, place, 'M');
        self.mouse(0, place, 'm');
    }

    fn quits(mut self) {
        self.terminal.send("\x11\x11");
        assert_eq!(self.terminal.wait_exit(), 0);
    }
}

#[test]
fn the_title_names_the_chat_and_counts_what_is_for_oneself() {
    let mut desk = Desk::new(&[]);
    let title = desk.title();
    let count = |title: &str| title.strip_prefix('(').and_then(|rest| rest.split_once(") ")?.0.parse::<u32>().ok());
    let before = count(&title).unwrap_or_else(|| panic!("no count in {title:?}"));
    assert!(title.ends_with("#off-topic - nib"), "{title:?}");
    // The next one that is unread has a mention or is personal.
    desk.terminal.send("\x1ba");
    desk.terminal
        .wait_until("another chat", |screen| screen.contains("message ") && !screen.contains("message #off-topic"));
    // The other chat's name, and a smaller count once it is read.
    loop {
        let set = desk.terminal.count("\x1b]2;");
        let after = desk.title();
        if count(&after).unwrap_or(0) < before && !after.contains("off-topic") {
            break;
        }
        desk.terminal.wait_more("\x1b]2;", set);
    }
    // Redrawing sets no title again, and the end takes it back.
    desk.terminal.send("\x0cx");
    desk.terminal.wait_for("┃ x");
    let output = String::from_utf8_lossy(&desk.terminal.output()).into_owned();
    let titles: Vec<&str> = output.split("\x1b]2;").skip(1).filter_map(|rest| rest.split('\x07').next()).collect();
    assert!(titles.len() > 1 && titles.windows(2).all(|pair| pair[0] != pair[1]), "{titles:?}");
    assert_eq!((desk.terminal.count("\x1b[22;2t"), desk.terminal.count("\x1b[23;2t")), (1, 0));
    desk.quits();
}

#[test]
fn what_arrives_out_of_focus_stays_unread_until_it_is_back() {
    let mut desk = Desk::new(&[]);
    let unread = |desk: &Desk| {
        let call = desk.home.nib(&["chats", "--unread", "--json"]);
        let call = desk.server.environment("robin").into_iter().fold(call, |call, (name, value)| call.env(name, value));
        let chats = call.run().went_well().objects();
        chats
            .iter()
            .find(|chat| chat["name"] == "Rustaceans/off-topic")
            .map_or(0, |chat| chat["unread"].as_u64().unwrap())
    };
    // Nothing was said of the focus: it counts as in.
    desk.says("seen at once");
    desk.terminal.wait_for("seen at once");
    let wait = |desk: &Desk, want: u64| {
        let end = std::time::Instant::now() + super::pty::PATIENCE;
        while unread(desk) != want {
            assert!(std::time::Instant::now() < end, "waited for {want} unread");
        }
    };
    wait(&desk, 0);
    desk.terminal.send("\x1b[O");
    desk.says("while away");
    desk.terminal.wait_for("while away");
    wait(&desk, 1);
    desk.terminal.send("\x1b[I");
    wait(&desk, 0);
    desk.quits();
}

#[test]
fn the_mouse_opens_points_scrolls_drags_and_answers() {
    let home = Home::new();
    let opener = home.path().join("xdg-open");
    let opened = home.path().join("opened");
    std::fs::write(&opener, format!("#!/bin/sh\necho \"$1\" > '{}'\n", opened.display())).unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:/usr/bin:/bin", home.path().display());
    let mut desk = Desk::new(&[("PATH", &path)]);
    // A chat.
    desk.clicks("# beginners");
    desk.terminal.wait_for("message #beginners");
    desk.clicks("# off-topic");
    desk.terminal.wait_for("message #off-topic");
    // The edge of the list, dragged to the left and let go.
    let (edge, row) = desk.place("│ # off-topic");
    desk.mouse(0, (edge, row + 3), 'M');
    desk.mouse(32, (edge - 3, row + 4), 'M');
    desk.mouse(32, (edge - 6, row + 4), 'M');
    desk.mouse(0, (edge - 6, row + 4), 'm');
    desk.terminal.wait_until("a narrower list", |screen| {
        screen.lines().next().and_then(|line| line.find("│ # off-topic")).is_some_and(|at| at < edge)
    });
    // The wheel over the messages.
    let newest = "seen from above";
    desk.says(newest);
    desk.terminal.wait_for(newest);
    let (column, row) = desk.place(newest);
    for _ in 0..4 {
        desk.mouse(64, (column, row - 5), 'M');
    }
    desk.terminal.wait_gone(newest);
    for _ in 0..6 {
        desk.mouse(65, (column, row - 5), 'M');
    }
    desk.terminal.wait_for(newest);
    // An address, opened by the user's program.
    let call = desk.home.nib(&["send", CHAT, "look at https://example.org/here now"]);
    let ada = desk.server.environment("ada");
    ada.into_iter().fold(call, |call, (name, value)| call.env(name, value)).run().went_well();
    desk.terminal.wait_for("example.org/here");
    desk.clicks("https://example.org/here");
    let end = std::time::Instant::now() + super::pty::PATIENCE;
    while std::fs::read_to_string(&opened).unwrap_or_default() != "https://example.org/here\n" {
        assert!(std::time::Instant::now() < end, "nothing was opened:\n{}", desk.terminal.screen());
        std::thread::yield_now();
    }
    // A message of one's own, and the answers of a question.
    desk.terminal.send("\rmine to delete\r");
    desk.terminal.wait_until("it is sent", |screen| {
        screen.contains("mine to delete") && screen.contains("message #off-topic") && !screen.contains('◷')
    });
    desk.clicks("mine to delete");
    desk.terminal.wait_for("r reply");
    desk.terminal.send("d");
    desk.terminal.wait_for("Delete \"");
    let (column, row) = desk.place("Delete \"");
    let button = desk
        .terminal
        .screen()
        .lines()
        .enumerate()
        .skip(row + 1)
        .find_map(|(row, line)| line.find("Delete").map(|at| (line[..at].chars().count(), row)));
    let button = button.unwrap_or_else(|| panic!("no button below {column}, {row}:\n{}", desk.terminal.screen()));
    desk.mouse(0, button, 'M');
    desk.mouse(0, button, 'm');
    desk.terminal.wait_gone("mine to delete");
    desk.quits();
}

#[test]
fn without_the_mouse_the_terminal_keeps_it() {
    let (server, home) = (Server::start(), Home::new());
    std::fs::create_dir_all(home.path().join("config")).unwrap();
    std::fs::write(home.path().join("config/config.toml"), "mouse = false\n").unwrap();
    let mut terminal = Terminal::start_with(home.path(), &["--open", CHAT], 110, 32, &server.environment("robin"));
    terminal.wait_for("message #off-topic");
    assert_eq!(terminal.count("\x1b[?1000h"), 0);
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}
