//! The first hour, with the real binary in a real pseudo-terminal and a server of the test's own: from no account to the first messages.

use super::pty::{PATIENCE, Terminal};
use nib::demo::osmium::{Options, Running, start};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A server, and a home without an account.
struct Newcomer {
    runtime: Runtime,
    server: Running,
    home: TempDir,
}

impl Newcomer {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let options = Options { people: 0, ..Options::default() };
        let server = runtime.block_on(start(options)).unwrap();
        let home = TempDir::new().unwrap();
        Self { runtime, server, home }
    }

    fn open(&self, columns: u16, rows: u16) -> Terminal {
        let server = [("NIB_SERVER", self.server.url.as_str())];
        Terminal::start_with(self.home.path(), &[] as &[&str], columns, rows, &server)
    }

    /// The token in the next mail.
    fn token(&self) -> String {
        let mail = async { tokio::time::timeout(PATIENCE, self.server.next_mail()).await };
        let mail = self.runtime.block_on(mail).expect("a mail");
        assert_eq!(mail.to, "ink@example.org");
        mail.token
    }

    fn invite(&self, name: &str) -> String {
        self.server.invites.iter().find(|invite| invite.name == name).unwrap().code.clone()
    }
}

#[test]
fn a_newcomer_signs_up_verifies_joins_and_writes() {
    let newcomer = Newcomer::new();
    let mut terminal = newcomer.open(100, 30);
    terminal.wait_until("the offers", |screen| {
        screen.contains("make an account") && screen.contains("try the demo") && screen.contains("not signed in")
    });
    terminal.send("n");
    terminal.wait_for("A new account");
    // The server's address is proposed; the cursor stands in the first field that is empty.
    terminal.send("Ink Well\rink@example.org\rshort\r");
    terminal.wait_until("the reason at the password", |screen| {
        screen.contains("at least eight characters") && screen.contains("ink@example.org")
    });
    // Pasted as terminals do it.
    terminal.send("\x15\x1b[200~long enough\n\x1b[201~\r");
    terminal.wait_for("From the mail");
    terminal.send("nonsense\r");
    terminal.wait_for("That token was not right");
    let token = newcomer.token();
    terminal.send(&format!("{token}\r"));
    // Nothing is there, and the screen is not empty.
    terminal.wait_until("the offers of an empty account", |screen| {
        screen.contains("join by an invite") && screen.contains("Nothing here yet") && screen.contains("online")
    });
    assert!(!terminal.screen().contains("Token"));

    terminal.send("c");
    terminal.wait_for("A link or a code");
    terminal.send("nowhere\r");
    terminal.wait_for("no such invite");
    terminal.send(&format!("\x15https://osm.pm/i/{}\r", newcomer.invite("Rustaceans")));
    terminal.wait_until("where it leads", |screen| {
        screen.contains("The community Rustaceans.") && screen.contains("Invited by") && screen.contains("Enter join")
    });
    terminal.send("\r");
    terminal.wait_until("a channel in which something can be written", |screen| screen.contains("message #"));
    terminal.send("Hello, I am new\r");
    terminal.wait_until("the first message, sent", |screen| {
        screen.contains("Hello, I am new") && screen.contains("Ink Well") && screen.contains("message #")
    });

    terminal.send("/write @ada\r");
    terminal.wait_for("message Ada");
    terminal.send("Thanks for the invite\r");
    terminal.wait_until("the direct message, sent", |screen| {
        screen.contains("Thanks for the invite") && screen.contains("message Ada")
    });
    terminal.send("/open self\r");
    terminal.wait_for("write a note");

    terminal.send("/open Rustaceans/general\r");
    terminal.wait_for("message #general");
    terminal.send("/leave\r");
    terminal.wait_for("Leave the community Rustaceans?");
    terminal.send("\t\r");
    terminal.wait_until("no community", |screen| !screen.contains("Rustaceans"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);

    // The next run needs no form: the token was kept, in a file that only its owner reads.
    let mut again = newcomer.open(80, 24);
    again.wait_until("the same account", |screen| screen.contains("Ink Well") && screen.contains("Ada"));
    again.send("\x11");
    assert_eq!(again.wait_exit(), 0);
}

#[test]
fn a_sign_in_with_a_second_factor_takes_a_recovery_code_and_keeps_nothing_when_told_so() {
    let newcomer = Newcomer::new();
    let account = newcomer.server.accounts.iter().find(|account| account.totp_secret.is_some()).unwrap();
    let mut terminal = newcomer.open(40, 12);
    terminal.wait_for("sign in");
    terminal.send("s");
    terminal.wait_for("The address of your account");
    terminal.send(&format!("{}\rwrong\r", account.email));
    terminal.wait_for("is wrong.");
    // "Stay in" lies below; Right chooses the other word.
    terminal.send(&format!("\x15{}\t\x1b[C\r", account.password));
    terminal.wait_for("recovery code");
    terminal.send("00000-00000\r");
    terminal.wait_for("That code was not");
    terminal.send(&format!("{}\r", account.recovery_codes[0]));
    terminal.wait_until("the chats", |screen| screen.contains("online") && !screen.contains("Sign in"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);

    let mut again = newcomer.open(40, 12);
    again.wait_for("not signed in anywhere");
    again.send("\x11");
    assert_eq!(again.wait_exit(), 0);
}

#[test]
fn a_sign_in_that_failed_leaves_nothing_and_the_account_is_called_by_who_signed_in() {
    let newcomer = Newcomer::new();
    let mut terminal = newcomer.open(100, 30);
    terminal.wait_for("sign in");
    terminal.send("s");
    terminal.wait_for("The address of your account");
    terminal.send("typo@demo.example\rdemo-ada\r");
    terminal.wait_for("is wrong.");
    // To the e-mail address, and the right one while the server says nothing.
    newcomer.server.freeze(true);
    terminal.send("\x1b[Z\x15ada@demo.example\r");
    terminal.wait_for("signing in");
    newcomer.server.drop_connections();
    terminal.wait_until("the end of the try", |screen| screen.contains('×') && !screen.contains("signing in"));
    newcomer.server.freeze(false);
    terminal.send("\x15grace@demo.example\t\x15demo-grace\r");
    terminal.wait_until("the account by its user name", |screen| {
        screen.contains("online") && screen.contains("grace") && !screen.contains("grace@") && !screen.contains("typo")
    });
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let saved = std::fs::read_to_string(newcomer.home.path().join("data/accounts.toml")).unwrap();
    assert!(saved.contains("label = \"grace\"") && !saved.contains("ada") && !saved.contains("typo"), "{saved}");
}

#[test]
fn the_demo_is_tried_from_the_welcome_page_and_leaves_no_account() {
    let home = TempDir::new().unwrap();
    let mut terminal = Terminal::start(home.path(), &[] as &[&str], 100, 30);
    terminal.wait_for("try the demo");
    terminal.send("t");
    terminal.wait_until("the demo's world", |screen| screen.contains("Rustaceans") && screen.contains("robin"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let mut again = Terminal::start(home.path(), &[] as &[&str], 20, 5);
    again.wait_for("sign in");
    again.send("\x11");
    assert_eq!(again.wait_exit(), 0);
}
