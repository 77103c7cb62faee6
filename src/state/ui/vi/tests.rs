//! Keys and what becomes of texts by them.

use super::*;

/// What a text becomes by keys; `|` is the cursor, and `<` stands for Esc.
fn after(text: &str, keys: &str) -> String {
    let mut composer = Composer::default();
    let at = text.find('|').unwrap();
    composer.set_text(&text.replacen('|', "", 1));
    composer.go(at);
    let mut vi = Vi { mode: Mode::Normal, ..Vi::default() };
    for key in keys.chars() {
        match key {
            '<' => _ = vi.leave(&mut composer),
            key if vi.commands() => vi.key(&mut composer, key),
            key => {
                composer.insert(&key.to_string());
                vi.inserted(&key.to_string());
            }
        }
    }
    let mut text = composer.text();
    text.insert(composer.cursor(), '|');
    text
}

#[test]
fn motions_go_where_they_do_in_vi() {
    for (text, keys, want) in [
        ("|one two", "w", "one |two"),
        ("|one, two", "w", "one|, two"),
        ("|one, two x", "2w", "one, |two x"),
        ("one two| x", "b", "one |two x"),
        ("one |two x", "b", "|one two x"),
        ("|one two", "e", "on|e two"),
        ("on|e two", "e", "one tw|o"),
        ("one t|wo", "0", "|one two"),
        ("  one t|wo", "^", "  |one two"),
        ("o|ne two", "$", "one tw|o"),
        ("|a,b,c", "f,", "a|,b,c"),
        ("|a,b,c", "2f,", "a,b|,c"),
        ("|a,b,c", "t,", "|a,b,c"),
        ("|ab,c", "t,", "a|b,c"),
        ("a,b,|c", "F,", "a,b|,c"),
        ("a,b,|c", "T,", "a,b,|c"),
        ("|a,b,c", "f,;", "a,b|,c"),
        ("|a,b,c", "2f,,", "a|,b,c"),
        ("one\ntw|o\nthree", "gg", "|one\ntwo\nthree"),
        ("one\ntw|o\nthree", "G", "one\ntwo\n|three"),
        ("one\ntw|o\nthree", "1G", "|one\ntwo\nthree"),
        ("on|e\ntwo", "j", "one\ntw|o"),
        ("one\ntwo|", "k", "on|e\ntwo"),
        ("|日本 語", "w", "日本 |語"),
        ("a👩\u{200d}🔬|b", "h", "a|👩\u{200d}🔬b"),
        ("|ab", "9l", "a|b"),
    ] {
        assert_eq!(after(text, keys), want, "{text:?} {keys}");
    }
}

#[test]
fn operators_do_what_they_do_in_vi() {
    for (text, keys, want) in [
        ("|one two", "dw", "|two"),
        ("|one two three", "d2w", "|three"),
        ("|one two three four", "2d1w", "|three four"),
        ("one |two", "dw", "one| "),
        ("o|ne two", "d$", "|o"),
        ("one t|wo", "d0", "|wo"),
        ("|a,b", "df,", "|b"),
        ("|ab,c", "dt,", "|,c"),
        ("on|e two", "de", "o|n"),
        ("|one two", "cwsix<", "si|x two"),
        ("one\nt|wo\nthree", "dd", "one\n|three"),
        ("one\nt|wo", "dd", "|one"),
        ("|one\ntwo\nthree", "2dd", "|three"),
        ("one\nt|wo\nthree", "dG", "|one"),
        ("one\nt|wo\nthree", "dgg", "|three"),
        ("o|ne\ntwo", "ccx<", "|x\ntwo"),
        ("|one\ntwo", "yyjp", "one\ntwo\n|one"),
        ("|one\ntwo", "yyP", "|one\none\ntwo"),
        ("|one two", "yw$p", "one twoone| "),
        ("|abc", "xp", "b|ac"),
        ("|abcd", "3x", "|d"),
        ("a|b", "X", "|b"),
        ("a|bc", "D", "|a"),
        ("a|bc", "Cx<", "a|x"),
        ("|ab", "rx", "|xb"),
        ("|ab", "~~", "A|B"),
        ("one\n|two", "kJ", "one| two"),
        ("|one", "ox<", "one\n|x"),
        ("|one", "Ox<", "|x\none"),
        ("o|ne", "Ax<", "one|x"),
        ("  o|ne", "Ix<", "  |xone"),
        ("|one\ntwo\nthree", "Vjd", "|three"),
        ("|one\ntwo", "VyP", "|one\none\ntwo"),
        ("|one\ntwo", "Vcx<", "|x\ntwo"),
        ("|one", "qz", "|one"),
    ] {
        assert_eq!(after(text, keys), want, "{text:?} {keys}");
    }
}

#[test]
fn changes_are_taken_back_whole_and_made_again() {
    for (text, keys, want) in [
        ("|one two three", "dw.", "|three"),
        ("|one two three", "dwu", "|one two three"),
        ("|one two", "cwabc<u", "|one two"),
        ("|one two", "cwx<w.", "x |x"),
        ("|a", "ix<.", "|xxa"),
        ("|one two three", "dwdw2u", "|one two three"),
    ] {
        let (got, want) = (after(text, keys), want.to_owned());
        assert_eq!(got.replace('|', ""), want.replace('|', ""), "{text:?} {keys}: {got}");
    }
}

proptest::proptest! {
    #[test]
    fn no_keys_break_anything(text in "[a, é\n👩日]{0,12}", keys in "[dcyxXpPuVGgjkhlwbe0$^ftFT;,rJ~iaIAoOsSDC.<1-9é]{0,24}") {
        let got = after(&format!("|{text}"), &keys);
        proptest::prop_assert!(got.matches('|').count() >= 1);
    }
}
