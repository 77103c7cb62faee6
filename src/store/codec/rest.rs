//! What few messages have: previews of links, and polls.

use super::parts::{file_ref, read_file_ref};
use super::{Reader, Writer};
use crate::domain::Wall;
use crate::domain::message::{Embed, EmbedField, EmbedImage, Poll, PollOption};

pub(super) fn embed(writer: &mut Writer, embed: &Embed) {
    let Embed { url, title, description, site, author, footer, fields, color, image } = embed;
    writer.text(url);
    for text in [title, description, site, author, footer] {
        writer.maybe_text(text.as_ref());
    }
    writer.list(fields, |writer, EmbedField { name, value }| {
        writer.text(name);
        writer.text(value);
    });
    writer.maybe(*color, |writer, color| writer.number(color));
    writer.maybe(image.as_deref(), |writer, EmbedImage { name, width, height, file }| {
        writer.text(name);
        writer.number(*width);
        writer.number(*height);
        writer.maybe(file.as_ref(), file_ref);
    });
}

/// Reads a preview; the first form of bodies kept nothing of where its picture is.
pub(super) fn read_embed(reader: &mut Reader<'_>, version: u8) -> Option<Embed> {
    Some(Embed {
        url: reader.text()?,
        title: reader.maybe(Reader::text)?,
        description: reader.maybe(Reader::text)?,
        site: reader.maybe(Reader::text)?,
        author: reader.maybe(Reader::text)?,
        footer: reader.maybe(Reader::text)?,
        fields: reader.list(|reader| Some(EmbedField { name: reader.text()?, value: reader.text()? }))?,
        color: reader.maybe(Reader::number)?,
        image: reader.maybe(|reader| {
            Some(Box::new(EmbedImage {
                name: reader.text()?,
                width: reader.number()?,
                height: reader.number()?,
                file: if version == 1 { None } else { reader.maybe(read_file_ref)? },
            }))
        })?,
    })
}

pub(super) fn poll(writer: &mut Writer, poll: &Poll) {
    let Poll { question, options, several, ends, ended, counted } = poll;
    writer.text(question);
    writer.list(options, |writer, PollOption { id, text, emoji, votes, mine }| {
        writer.text(id);
        writer.text(text);
        writer.maybe_text(emoji.as_ref());
        writer.number(*votes);
        writer.flag(*mine);
    });
    writer.flag(*several);
    writer.maybe(*ends, |writer, ends| writer.signed(ends.0));
    writer.flag(*ended);
    writer.flag(*counted);
}

pub(super) fn read_poll(reader: &mut Reader<'_>) -> Option<Poll> {
    Some(Poll {
        question: reader.text()?,
        options: reader.list(|reader| {
            Some(PollOption {
                id: reader.text()?,
                text: reader.text()?,
                emoji: reader.maybe(Reader::text)?,
                votes: reader.number()?,
                mine: reader.flag()?,
            })
        })?,
        several: reader.flag()?,
        ends: reader.maybe(|reader| reader.signed().map(Wall))?,
        ended: reader.flag()?,
        counted: reader.flag()?,
    })
}
