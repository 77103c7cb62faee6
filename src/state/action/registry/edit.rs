//! Moving and deleting in text.

use super::super::{Action as A, Context, TextEdit as T};

const TEXT: &[Context] = &[Context::Composer, Context::Find, Context::List, Context::Form];

table! {
    "left" "" TEXT, false, plain!(A::Text(T::Left)), "One character left";
    "right" "" TEXT, false, plain!(A::Text(T::Right)), "One character right";
    "up" "" &[Context::Composer], false, plain!(A::Text(T::Up)), "One line up; in an empty composer, change your last message";
    "down" "" &[Context::Composer], false, plain!(A::Text(T::Down)), "One line down";
    "word-left" "" TEXT, false, plain!(A::Text(T::WordLeft)), "One word left";
    "word-right" "" TEXT, false, plain!(A::Text(T::WordRight)), "One word right";
    "line-start" "" TEXT, false, plain!(A::Text(T::Home)), "To the start of the line";
    "line-end" "" TEXT, false, plain!(A::Text(T::End)), "To the end of the line";
    "text-start" "" &[Context::Composer], false, plain!(A::Text(T::TextStart)), "To the start of the text";
    "text-end" "" &[Context::Composer], false, plain!(A::Text(T::TextEnd)), "To the end of the text";
    "backspace" "" TEXT, false, plain!(A::Text(T::Backspace)), "Delete the character before";
    "delete-right" "" TEXT, false, plain!(A::Text(T::Delete)), "Delete the character after";
    "delete-word-left" "" TEXT, false, plain!(A::Text(T::DeleteWordLeft)), "Delete the word before";
    "delete-word-right" "" TEXT, false, plain!(A::Text(T::DeleteWordRight)), "Delete the word after";
    "kill-to-end" "" TEXT, false, plain!(A::Text(T::KillToEnd)), "Cut to the end of the line";
    "kill-to-start" "" TEXT, false, plain!(A::Text(T::KillToStart)), "Cut to the start of the line";
    "yank" "" TEXT, false, plain!(A::Text(T::Yank)), "Put back what was cut";
    "yank-pop" "" &[Context::Composer], false, plain!(A::Text(T::YankPop)), "Instead of what yank put there, what was cut before that";
    "transpose" "" &[Context::Composer], false, plain!(A::Text(T::Transpose)), "Change the two characters at the cursor";
    "upper-word" "" &[Context::Composer], false, plain!(A::Text(T::UpperWord)), "The rest of the word in capitals";
    "lower-word" "" &[Context::Composer], false, plain!(A::Text(T::LowerWord)), "The rest of the word in small letters";
    "capitalise-word" "" &[Context::Composer], false, plain!(A::Text(T::CapitaliseWord)), "The next word with a capital";
    "undo" "" &[Context::Composer], false, plain!(A::Text(T::Undo)), "Take back the last change";
    "redo" "" &[Context::Composer], false, plain!(A::Text(T::Redo)), "Make it again";
}
