//! What is being written and not sent, where it is more than a text.

use super::outbox::{key, quote, read_key, read_quote};
use super::{Reader, Writer};
use crate::domain::kept::{Draft, DraftEdit, DraftFile, DraftReply, Edited};
use crate::domain::{Nonce, Wall};

/// The form that is written.
const VERSION: u8 = 1;

/// The body of a draft.
pub(in crate::store) fn draft_body(draft: &Draft) -> Vec<u8> {
    let Draft { text, reply, edit, left, files, previews } = draft;
    let mut writer = Writer::new(VERSION);
    writer.text(text);
    writer.maybe(reply.as_ref(), |writer, DraftReply { message, quiet, quote: part }| {
        key(writer, message);
        writer.flag(*quiet);
        writer.maybe(part.as_ref(), quote);
    });
    writer.maybe(edit.as_ref(), change);
    writer.list(left, change);
    writer.list(files, |writer, DraftFile { path, name, size, modified }| {
        writer.text(path);
        writer.text(name);
        writer.number(*size);
        writer.maybe(*modified, |writer, at| writer.signed(at.0));
    });
    writer.maybe(*previews, Writer::flag);
    writer.end()
}

/// Reads a draft. Of one that makes no sense, what comes before that is kept: above all the text, which stands first.
pub(in crate::store) fn draft(bytes: &[u8]) -> Option<Draft> {
    let (_, mut reader) = Reader::new(bytes).filter(|(version, _)| *version == VERSION)?;
    let mut draft = Draft::plain(reader.string()?);
    let _ = rest(&mut reader, &mut draft);
    Some(draft).filter(|draft| !draft.is_empty())
}

fn rest(reader: &mut Reader<'_>, draft: &mut Draft) -> Option<()> {
    draft.reply = reader.maybe(|reader| {
        Some(DraftReply { message: read_key(reader)?, quiet: reader.flag()?, quote: reader.maybe(read_quote)? })
    })?;
    draft.edit = reader.maybe(read_change)?;
    draft.left = reader.list(read_change)?.into_vec();
    let file = |reader: &mut Reader<'_>| {
        Some(DraftFile {
            path: reader.string()?,
            name: reader.string()?,
            size: reader.number()?,
            modified: reader.maybe(|reader| reader.signed().map(Wall))?,
        })
    };
    draft.files = reader.list(file)?.into_vec();
    // Drafts that were written first end here.
    draft.previews = reader.maybe(Reader::flag)?;
    Some(())
}

fn change(writer: &mut Writer, DraftEdit { of, text, original }: &DraftEdit) {
    match of {
        Edited::Message(message) => {
            writer.byte(0);
            key(writer, message);
        }
        Edited::Unsent(Nonce(nonce)) => {
            writer.byte(1);
            writer.number(*nonce);
        }
    }
    writer.text(text);
    writer.text(original);
}

fn read_change(reader: &mut Reader<'_>) -> Option<DraftEdit> {
    let of = match reader.byte()? {
        0 => Edited::Message(read_key(reader)?),
        1 => Edited::Unsent(Nonce(reader.number()?)),
        _ => return None,
    };
    Some(DraftEdit { of, text: reader.string()?, original: reader.string()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, MessageId, MessageKey, Quote, RichText, SortKey};
    use proptest::prelude::*;

    fn whole() -> Draft {
        let at = |number: u128| MessageKey { order: SortKey(number), id: MessageId::new(number + 1) };
        let edit = |of, text: &str| DraftEdit { of, text: text.to_owned(), original: "as it was".to_owned() };
        let quote = Quote { text: RichText::plain(CleanText::new("of it")), offset: 3 };
        let file = |name: &str, modified| DraftFile {
            path: format!("/there/{name}"),
            name: "cat.png".to_owned(),
            size: 1 << 40,
            modified,
        };
        Draft {
            text: "half a\nthought".to_owned(),
            reply: Some(DraftReply { message: at(u128::MAX - 1), quiet: true, quote: Some(quote) }),
            edit: Some(edit(Edited::Message(at(9)), "as it is to be")),
            left: vec![edit(Edited::Unsent(Nonce(7)), ""), edit(Edited::Message(at(3)), "other")],
            files: vec![file("a b.png", Some(Wall(-5))), file("c", None)],
            previews: Some(false),
        }
    }

    #[test]
    fn what_is_being_written_comes_back() {
        for told in [whole(), Draft { text: String::new(), ..whole() }, Draft::plain("alone")] {
            assert_eq!(draft(&draft_body(&told)), Some(told));
        }
        assert_eq!(draft(&draft_body(&Draft::default())), None);
    }

    #[test]
    fn the_text_outlasts_damage_behind_it() {
        let body = draft_body(&whole());
        let text = whole().text;
        for cut in 2 + text.len()..body.len() {
            let found = draft(&body[..cut]).expect("the text is whole");
            assert_eq!((found.text, found.previews), (text.clone(), None), "{cut}");
            // One that ends before the choice of previews is of the first nib that wrote such drafts.
            assert_eq!(found.files.len(), if cut < body.len() - 2 { 0 } else { 2 }, "{cut}");
        }
        assert!((0..2 + text.len()).all(|cut| draft(&body[..cut]).is_none()));
        let mut odd = body;
        odd[0] = 9;
        assert_eq!(draft(&odd), None, "one of a form that is not known");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..400, byte: u8) {
            let _ = draft(&bytes);
            let mut body = draft_body(&whole());
            let at = at % body.len();
            body[at] = byte;
            let _ = draft(&body);
        }
    }
}
