//! The registry as written and read.

use super::*;

#[test]
fn names_are_unique_and_kebab_case() {
    let mut names: Vec<_> = REGISTRY.iter().map(|info| info.name).collect();
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')), "{names:?}");
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_entry_can_be_read_back() {
    for info in REGISTRY {
        let arguments = match info.arguments {
            "CHAT" => "self",
            "online|idle|dnd|invisible [TEXT]" => "idle",
            "up|down" => "up",
            "all|mentions|none|usual" => "mentions",
            "PATH [TEXT]" => "a.png",
            "NUMBER" => "2",
            "TEXT" => "waves",
            "NAME [ARGUMENTS]" => "roll 6",
            "CHAT TEXT" => "self hello",
            "QUESTION | ANSWER | ANSWER" => "tea? | yes | no",
            _ => "",
        };
        let written = format!("{} {arguments}", info.name);
        assert!(parse(&written).is_ok(), "{written}");
        assert!(info.help.chars().next().is_some_and(char::is_uppercase) && !info.help.ends_with('.'), "{}", info.help);
    }
}

#[test]
fn wrong_names_and_arguments_say_what_is_right() {
    assert_eq!(parse("scroll -3"), Ok(Action::ScrollRows(-3)));
    assert_eq!(
        parse("page-upp").unwrap_err().to_string(),
        "there is no action called \"page-upp\"; did you mean \"page-up\"?"
    );
    for (written, near) in [("hlep", Some("help")), ("downlods", Some("downloads")), ("notif", Some("notify"))] {
        let Err(super::ActionError::Unknown { near: found, .. }) = parse(written) else { panic!("{written}") };
        assert_eq!(found, near);
    }
    for written in ["nosuch x", "set-topic x", "polls-of-mine", "xy"] {
        assert!(matches!(parse(written), Err(super::ActionError::Unknown { near: None, .. })), "{written}");
    }
    assert_eq!(parse("scroll far").unwrap_err().to_string(), "\"scroll\" goes like this: scroll [ROWS]");
    assert!(parse("quit now").is_err());
}
