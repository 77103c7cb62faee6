//! What terminals send, whole, in pieces, late and broken.

use super::*;
use crossterm::event::{KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

/// Everything that is heard when these pieces are read one after the other, and then nothing comes for long.
fn heard(pieces: &[&[u8]]) -> Vec<Heard> {
    let (mut parser, mut heard) = (Parser::default(), Vec::new());
    for piece in pieces {
        parser.advance(piece, &mut heard);
    }
    parser.give_up(&mut heard);
    assert_eq!(parser.wait(true), None);
    heard
}

/// The same as people say it.
fn said(pieces: &[&[u8]]) -> String {
    let one = |heard: &Heard| match heard {
        Heard::Event(Event::Key(pressed)) => {
            let kind = match pressed.kind {
                KeyEventKind::Release => "!",
                _ => "",
            };
            crate::shell::keys::key(KeyEvent { kind: KeyEventKind::Press, ..*pressed })
                .map_or_else(|| "none".to_owned(), |key| format!("{key}{kind}"))
        }
        Heard::Event(other) => format!("{other:?}"),
        Heard::Reply(reply) => format!("<{reply:?}>"),
    };
    heard(pieces).iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn keys_are_those_that_terminals_send() {
    for (bytes, want) in [
        ("aZ1 é日", "a Z 1 Space é 日"),
        ("\r\t\x7f\x08\n", "Enter Tab Backspace Ctrl-H Ctrl-J"),
        ("\x01\x1a\x1c\x1f\0", "Ctrl-A Ctrl-Z Ctrl-\\ Ctrl-_ Ctrl-Space"),
        ("\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "Up Down Right Left Home End"),
        ("\x1bOA\x1bOH\x1bOP\x1bOS\x1bOM", "Up Home F1 F4 Enter"),
        ("\x1b[1;3A\x1b[1;5D\x1b[1;2F\x1b[1;6C", "Alt-Up Ctrl-Left Shift-End Ctrl-Shift-Right"),
        ("\x1b[2~\x1b[3~\x1b[5~\x1b[6~\x1b[1~\x1b[8~\x1b[3;5~", "Insert Delete PgUp PgDn Home End Ctrl-Delete"),
        ("\x1b[11~\x1b[15~\x1b[17~\x1b[24~\x1b[[A\x1b[[E", "F1 F5 F6 F12 F1 F5"),
        ("\x1b[Z\x1b[9;2u", "Shift-Tab Shift-Tab"),
        ("\x1ba\x1bK\x1b\r\x1b\x7f\x1bé\x1b1", "Alt-A Alt-Shift-K Alt-Enter Alt-Backspace Alt-é Alt-1"),
        ("\x1b[27u\x1b[13;2u\x1b[97;5u\x1b[107;3u\x1b[57414u\x1b[57400u", "Esc Shift-Enter Ctrl-A Alt-K Enter 1"),
        ("\x1b[97;1:3u\x1b[97;1:2u\x1b[97:65;2u", "a! a A"),
        ("\x1b[57441u\x1b[57376u\x1b[99999999u", "F13"),
        ("\x1b[1;9A", "none"),
    ] {
        assert_eq!(said(&[bytes.as_bytes()]), want, "{bytes:?}");
    }
}

#[test]
fn a_lone_esc_is_esc_once_nothing_follows() {
    assert_eq!(said(&[b"\x1b"]), "Esc");
    assert_eq!(said(&[b"\x1b", b"k"]), "Esc k");
    assert_eq!(said(&[b"\x1bk"]), "Alt-K");
    assert_eq!(said(&[b"\x1b\x1b\x1b"]), "Esc Esc Esc");
    assert_eq!(said(&[b"\x1b\x1b[A"]), "Esc Up");
    assert_eq!(said(&[b"\x1b", b"[A"]), "Up", "cut right after its first byte");
    assert_eq!(said(&[b"\x1b["]), "Alt-[");
    assert_eq!(said(&[b"\x1b]"]), "Alt-]");
    assert_eq!(said(&[b"\x1b]x"]), "Alt-] x");
    assert_eq!(said(&[b"\x1bPx"]), "Alt-Shift-P x");
    let mut parser = Parser::default();
    parser.advance(b"\x1b", &mut Vec::new());
    assert_eq!((parser.wait(false), parser.wait(true)), (Some(KEY_WAIT), Some(AWAITING_WAIT)));
    parser.advance(b"[1;", &mut Vec::new());
    assert_eq!(parser.wait(false), Some(SEQUENCE_WAIT));
}

/// The answers of a whole batch, and what is told of them.
const ANSWERS: &str = "\x1b[1;3R\x1b[24;2R\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b]10;rgb:ffff/ffff/ffff\x07\x1b[?0u\x1b[?2026;2$y\x1b[?1004;1$y\x1bP>|XTerm(390)\x1b\\\x1b[?64;1;2c";
const TOLD: &str = "<Position(1, 3)> <Position(24, 2)> <Background([30, 30, 46])> <Foreground([255, 255, 255])> <Keyboard(0)> \
                    <Mode(2026, 2)> <Mode(1004, 1)> <Name(\"XTerm(390)\")> <Attributes>";

#[test]
fn answers_are_no_keys_wherever_they_are_cut() {
    let bytes = ANSWERS.as_bytes();
    assert_eq!(said(&[bytes]), TOLD);
    for cut in 1..bytes.len() {
        let (start, end) = bytes.split_at(cut);
        assert_eq!(said(&[start, end]), TOLD, "cut at {cut}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(said(&single), TOLD);
}

#[test]
fn keys_between_answers_stay_in_order() {
    let mixed = ANSWERS.replace('\x1b', "x\x1b").replace("x\x1b\\", "\x1b\\");
    let keys: String = said(&[mixed.as_bytes()]).split(' ').filter(|one| one.len() == 1).collect();
    assert_eq!(keys, "x".repeat(ANSWERS.matches('\x1b').count() - 2));
}

#[test]
fn answers_that_break_off_leave_the_keys_after_them() {
    for (pieces, want) in [
        (&[&b"\x1b]11;rgb:1e1e/1"[..], b"hello"][..], "h e l l o"),
        (&[b"\x1b]11;rgb:1e1e/1", b"hel", b"lo\x1b[A"], "h e l l o Up"),
        (&[b"\x1b]11;rgb:zz\x07\x1b]10;?\x1b\\a"], "<Other> <Other> a"),
        (&[b"\x1b]11;rgb:1e1e/1", b"\rok"], "Enter o k"),
        (&[b"\x1b]11;rgb:1e1e/1", b"\x1b[A"], "Up"),
        (&[b"\x1b]11;rgb:1e1e/1"], ""),
        (&[b"\x1b[?62;", b"\x1b[A"], "Up"),
        (&[b"\x1b[?62;4", b"\r"], "Enter"),
        (&[b"\x1bP>|foot", b"\r"], "Enter"),
        (&[b"\x1b[?62;4;"], ""),
        (&[b"\x1b]99;i=1:p=?;\x07a"], "<Other> a"),
        (&[b"\x1b_Gi=1;OK\x1b\\a"], "<Other> a"),
        (&[b"\x1b[?997;1n\x1b[6;20;10t\x1b[>1;10;0c"], "<Other> <Other> <Other>"),
    ] {
        assert_eq!(said(pieces), want, "{pieces:?}");
    }
}

#[test]
fn pastes_are_whole_and_bounded() {
    let paste = |text: &str| vec![Heard::Event(Event::Paste(text.to_owned()))];
    let bytes = b"\x1b[200~one\rtwo \x1b[31m\x1b]11;x\x07 \xe6\x97\xa5\x1b[201~";
    let text = "one\rtwo \x1b[31m\x1b]11;x\x07 日";
    assert_eq!(heard(&[bytes]), paste(text));
    for cut in 1..bytes.len() {
        let (start, end) = bytes.split_at(cut);
        assert_eq!(heard(&[start, end]), paste(text), "cut at {cut}");
    }
    let mut parser = Parser::default();
    let mut told = Vec::new();
    parser.advance(b"\x1b[200~a", &mut told);
    assert_eq!((parser.wait(false), told.len()), (Some(PASTE_WAIT), 0));
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..6 {
        parser.advance(&piece, &mut told);
    }
    parser.advance(b"\x1b[201~y", &mut told);
    let Some(Heard::Event(Event::Paste(text))) = told.first() else { panic!("no paste") };
    assert_eq!((text.len(), told.len()), (LONGEST_PASTE, 2));
}

#[test]
fn a_paste_without_an_end_is_what_has_come_and_keys_are_keys_again() {
    let (mut parser, mut told) = (Parser::default(), Vec::new());
    parser.advance(b"\x1b[200~half\x03\x1b[20", &mut told);
    assert_eq!(told, []);
    parser.give_up(&mut told);
    assert_eq!(told, [Heard::Event(Event::Paste("half\u{3}".to_owned()))]);
    assert_eq!(parser.wait(false), None);
    told.clear();
    // An end that comes late is no key.
    parser.advance(b"\x1b[201~\x11", &mut told);
    let control = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL);
    assert_eq!(told, [Heard::Event(Event::Key(control))]);
}

#[test]
fn the_mouse_and_the_focus_are_heard() {
    let at = |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let left = MouseButton::Left;
    for (bytes, want) in [
        (&b"\x1b[<0;5;9M"[..], at(MouseEventKind::Down(left), 4, 8)),
        (b"\x1b[<0;300;9m", at(MouseEventKind::Up(left), 299, 8)),
        (b"\x1b[<32;5;9M", at(MouseEventKind::Drag(left), 4, 8)),
        (b"\x1b[<64;5;9M", at(MouseEventKind::ScrollUp, 4, 8)),
        (b"\x1b[<65;5;9M", at(MouseEventKind::ScrollDown, 4, 8)),
        (b"\x1b[M !!", at(MouseEventKind::Down(left), 0, 0)),
        (b"\x1b[I", Event::FocusGained),
        (b"\x1b[O", Event::FocusLost),
    ] {
        assert_eq!(heard(&[bytes]), [Heard::Event(want)], "{bytes:?}");
    }
    for nothing in [&b"\x1b[<0;0;1M"[..], b"\x1b[<0;5M", b"\x1b[<M", b"\x1b[<999999;1;1M", b"\x1b[M\x01  "] {
        assert_eq!(heard(&[nothing]), [], "{nothing:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm_and_leave_nothing(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..12)) {
        let (mut parser, mut heard) = (Parser::default(), Vec::new());
        for piece in &pieces {
            parser.advance(piece, &mut heard);
        }
        parser.give_up(&mut heard);
        heard.clear();
        parser.advance(b"ok", &mut heard);
        prop_assert_eq!(heard.len(), 2);
    }

    #[test]
    fn likely_bytes_are_read_the_same_however_they_are_cut(
        parts in prop::collection::vec(prop::sample::select(vec!["a", "日", "\x1b[A", "\x1b[1;5C", "\x1b[<0;3;4M", "\x1b]11;rgb:0/0/0\x07", "\x1b[?1;2c", "\x1b[200~x\x1b[201~", "\r", "\x1bOP"]), 0..8),
        cut in 0usize..40,
    ) {
        let bytes = parts.concat().into_bytes();
        let (start, end) = bytes.split_at(cut.min(bytes.len()));
        prop_assert_eq!(heard(&[start, end]), heard(&[&bytes]));
    }
}
