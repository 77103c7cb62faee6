//! The default keymap, look-up, and the user's own keys over it.

use nib::input::{Key, Keymap};
use nib::state::action::{Action, Context, MessageAction, REGISTRY, TextEdit, parse};

fn key(written: &str) -> Key {
    written.parse().unwrap()
}

fn takes_text(inner: Context) -> bool {
    matches!(inner, Context::Composer | Context::Find | Context::Completion | Context::List | Context::Form)
}

fn press(keymap: &Keymap, inner: Context, written: &str) -> Option<Action> {
    keymap.action(key(written), &[inner, Context::Everywhere], takes_text(inner))
}

fn with(text: &str) -> (Keymap, Vec<String>) {
    let config = nib::config::Config::from_text(text, std::path::Path::new("config.toml"));
    (config.keymap, config.problems.iter().map(ToString::to_string).collect())
}

#[test]
fn the_default_keymap_has_no_mistake() {
    assert_eq!(Keymap::default_problems(), &[]);
}

#[test]
fn every_action_has_a_key_or_is_a_command() {
    let keymap = Keymap::default();
    let bound: Vec<&str> = keymap.bindings().map(|bound| bound.written.split(' ').next().unwrap()).collect();
    let missing: Vec<&str> =
        REGISTRY.iter().filter(|info| !info.command && !bound.contains(&info.name)).map(|info| info.name).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_default_binding_stands_where_its_action_works() {
    // Leaving the sidebar by the key that leads there is no help line of its own, and the same goes for getting out of the messages.
    for bound in Keymap::default().bindings() {
        let info = REGISTRY.iter().find(|info| bound.written.split(' ').next() == Some(info.name)).unwrap();
        let works = info.contexts.contains(&bound.context) || info.contexts == [Context::Everywhere];
        assert!(works || bound.context == Context::Everywhere, "{} in {}", bound.written, bound.context.name());
    }
}

#[test]
fn the_fixed_keys_are_exactly_so() {
    use Context::{Composer, Everywhere, Form, List, Messages, Question, Sidebar};
    let keymap = Keymap::default();
    let fixed = [
        (Composer, "enter", "send"),
        (Composer, "alt-enter", "new-line"),
        (Composer, "shift-enter", "new-line"),
        (Composer, "ctrl-j", "new-line"),
        (Composer, "esc", "focus-messages"),
        (Composer, "up", "up"),
        (Composer, "ctrl-c", "clear"),
        (Composer, "ctrl-a", "line-start"),
        (Composer, "ctrl-e", "line-end"),
        (Composer, "ctrl-u", "kill-to-start"),
        (Composer, "ctrl-w", "delete-word-left"),
        (Composer, "ctrl-y", "yank"),
        (Composer, "alt-b", "word-left"),
        (Composer, "alt-f", "word-right"),
        (Composer, "alt-d", "delete-word-right"),
        (Composer, "ctrl-left", "word-left"),
        (Composer, "ctrl-right", "word-right"),
        (Composer, "ctrl-_", "undo"),
        (Messages, "r", "reply"),
        (Messages, "e", "edit"),
        (Messages, "d", "delete"),
        (Messages, "+", "react"),
        (Messages, "y", "copy-text"),
        (Messages, "Y", "copy-link"),
        (Messages, "o", "open-link"),
        (Messages, "j", "move 1"),
        (Messages, "k", "move -1"),
        (Messages, "down", "move 1"),
        (Messages, "up", "move -1"),
        (Messages, "g", "move-first"),
        (Messages, "G", "move-last"),
        (Messages, "i", "details"),
        (Messages, "p", "pin"),
        (Messages, "D", "date"),
        (Messages, "enter", "focus-composer"),
        (Messages, "esc", "focus-composer"),
        (Messages, "R", "retry"),
        (Messages, "X", "discard"),
        (Messages, ">", "go-to-replied"),
        (List, "tab", "move 1"),
        (List, "shift-tab", "move -1"),
        (Form, "tab", "move 1"),
        (Form, "shift-tab", "move -1"),
    ];
    for (inner, written, action) in fixed {
        assert_eq!(press(&keymap, inner, written), parse(action).ok(), "{written} in {}", inner.name());
    }
    let everywhere = [
        ("ctrl-k", "jump"),
        ("alt-a", "next-unread"),
        ("alt-up", "previous-chat"),
        ("alt-down", "next-chat"),
        ("f1", "help"),
        ("ctrl-l", "redraw"),
        ("ctrl-q", "quit"),
        ("ctrl-z", "suspend"),
    ];
    for inner in [Composer, Messages, Sidebar, List, Form, Question, Everywhere] {
        for (written, action) in everywhere {
            assert_eq!(press(&keymap, inner, written), parse(action).ok(), "{written} in {}", inner.name());
        }
    }
    for inner in [Composer, Messages, Sidebar] {
        for (written, action) in
            [("tab", "focus-next"), ("shift-tab", "focus-previous"), ("pgup", "page-up"), ("pgdn", "page-down")]
        {
            assert_eq!(press(&keymap, inner, written), parse(action).ok(), "{written} in {}", inner.name());
        }
    }
    for inner in Context::ALL {
        let expected = if takes_text(inner) { Action::Insert("?".to_owned()) } else { Action::Help };
        assert_eq!(press(&keymap, inner, "?"), Some(expected), "{}", inner.name());
    }
}

#[test]
fn characters_are_text_where_text_is_taken_and_only_there() {
    let keymap = Keymap::default();
    for written in ["r", "G", "space", "ß", "-"] {
        let typed = if written == "space" { " " } else { written };
        assert_eq!(press(&keymap, Context::Composer, written), Some(Action::Insert(typed.to_owned())));
    }
    assert_eq!(press(&keymap, Context::Messages, "Q"), None);
    assert_eq!(press(&keymap, Context::Composer, "alt-j"), None);
    assert_eq!(press(&keymap, Context::Composer, "f12"), None);
}

#[test]
fn the_users_keys_come_first() {
    let (keymap, problems) = with(
        "[keys.everywhere]\n\"Ctrl-G\" = \"jump\"\n\"ctrl-q\" = \"none\"\n[keys.composer]\n\"ctrl-l\" = \"none\"\n",
    );
    assert_eq!(problems, [""; 0]);
    let composer = [Context::Composer, Context::Everywhere];
    assert_eq!(press(&keymap, Context::Composer, "ctrl-g"), Some(Action::Jump));
    assert_eq!(press(&keymap, Context::Composer, "ctrl-k"), Some(Action::Jump));
    assert_eq!(keymap.key_for(&Action::Jump, &composer).as_deref(), Some("Ctrl-G"));
    assert_eq!(press(&keymap, Context::Composer, "ctrl-q"), None);
    assert_eq!(keymap.key_for(&Action::Quit, &composer), None);
    // Freed in the composer only.
    assert_eq!(press(&keymap, Context::Composer, "ctrl-l"), None);
    assert_eq!(keymap.key_for(&Action::Redraw, &composer), None);
    assert_eq!(keymap.key_for(&Action::Redraw, &[Context::Messages, Context::Everywhere]).as_deref(), Some("Ctrl-L"));
}

#[test]
fn a_key_is_named_only_where_it_works() {
    let keymap = Keymap::default();
    let messages = [Context::Messages, Context::Everywhere];
    let composer = [Context::Composer, Context::Everywhere];
    assert_eq!(keymap.key_for(&Action::Message(MessageAction::Reply), &messages).as_deref(), Some("r"));
    assert_eq!(keymap.key_for(&Action::Message(MessageAction::Reply), &composer), None);
    assert_eq!(keymap.key_for(&Action::Message(MessageAction::GoToReplied), &messages).as_deref(), Some(">"));
    assert_eq!(keymap.key_for(&Action::NewLine, &composer).as_deref(), Some("Alt-Enter"));
    assert_eq!(keymap.key_for(&Action::Text(TextEdit::Undo), &composer).as_deref(), Some("Ctrl-_"));
    let keys_of_help = |contexts: &[Context]| {
        keymap.hints(contexts).into_iter().find(|hint| hint.action == Action::Help).unwrap().keys
    };
    assert_eq!(keys_of_help(&messages), ["F1", "?"]);
    assert_eq!(keys_of_help(&composer), ["F1"]);
}

#[test]
fn hints_are_what_the_keys_do() {
    let keymap = Keymap::default();
    for inner in Context::ALL {
        let contexts = [inner, Context::Everywhere];
        let hints = keymap.hints(&contexts);
        for hint in &hints {
            for written in &hint.keys {
                assert_eq!(
                    press(&keymap, inner, written).as_ref(),
                    Some(&hint.action),
                    "{written} in {}",
                    inner.name()
                );
            }
        }
        let named: usize = hints.iter().map(|hint| hint.keys.len()).sum();
        let everything = keymap.bindings().map(|bound| bound.key).collect::<std::collections::BTreeSet<_>>();
        let working = everything.iter().filter(|key| {
            let action = keymap.action(**key, &contexts, takes_text(inner));
            !matches!(action, None | Some(Action::Insert(_)))
        });
        assert_eq!(named, working.count(), "{}", inner.name());
    }
}

#[test]
fn bad_bindings_are_told_and_the_others_hold() {
    let (keymap, problems) = with(concat!(
        "[keys.everywhere]\n",
        "\"ctrl-pgupp\" = \"jump\"\n",
        "\"ctrl-g\" = \"jumpp\"\n",
        "\"ctrl-t\" = 3\n",
        "\"ctrl-o\" = \"scroll far\"\n",
        "\"ctrl-r\" = \"scroll   -5\"\n",
        "[keys.composer]\n",
        "\"x\" = \"send\"\n",
        "\"ctrl-s\" = \"send\"\n",
        "\"Ctrl-S\" = \"clear\"\n",
        "[keys.mesages]\n",
        "\"r\" = \"edit\"\n",
    ));
    assert_eq!(
        problems,
        [
            "config.toml:2:1: there is no key called \"ctrl-pgupp\"; did you mean \"ctrl-pgup\"?",
            "config.toml:3:12: there is no action called \"jumpp\"; did you mean \"jump\"?",
            "config.toml:4:12: what Ctrl-T does is an action's name in quotes, or \"none\"",
            "config.toml:5:12: \"scroll\" goes like this: scroll [ROWS]",
            "config.toml:8:1: x types a character here and cannot do anything else; add Ctrl or Alt",
            "config.toml:10:1: note: Ctrl-S is bound twice in [keys.composer]: \"clear\" holds, \"send\" does not",
            "config.toml:11:7: there is no place for keys called \"mesages\"; did you mean \"messages\"?",
        ]
    );
    assert_eq!(press(&keymap, Context::Messages, "ctrl-r"), Some(Action::ScrollRows(-5)));
    assert_eq!(press(&keymap, Context::Composer, "ctrl-s"), Some(Action::Clear));
    assert_eq!(press(&keymap, Context::Messages, "r"), Some(Action::Message(MessageAction::Reply)));
}
