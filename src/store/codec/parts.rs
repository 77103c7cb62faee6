//! Files and buttons of messages.

use super::{Reader, Writer};
use crate::domain::{Attachment, AttachmentKind, Button, CleanText, FileId, FileRef, Press, Wall};

pub(super) fn attachment(writer: &mut Writer, file: &Attachment) {
    let Attachment { file, name, mimetype, size, kind, expires } = file;
    file_ref(writer, file);
    writer.text(name);
    writer.text(mimetype);
    writer.number(*size);
    let (tag, numbers): (u8, &[u32]) = match kind {
        AttachmentKind::File => (0, &[]),
        AttachmentKind::Image { width, height } => (1, &[*width, *height]),
        AttachmentKind::Video { width, height, seconds } => (2, &[*width, *height, *seconds]),
        AttachmentKind::Audio { seconds } => (3, &[*seconds]),
    };
    writer.byte(tag);
    for number in numbers {
        writer.number(*number);
    }
    writer.maybe(*expires, |writer, until| writer.signed(until.0));
}

pub(super) fn read_attachment(reader: &mut Reader<'_>, version: u8) -> Option<Attachment> {
    Some(Attachment {
        file: match version {
            1 => FileRef { id: FileId::new(reader.wide()?), address: CleanText::default() },
            _ => read_file_ref(reader)?,
        },
        name: reader.text()?,
        mimetype: reader.text()?,
        size: reader.number()?,
        kind: match reader.byte()? {
            0 => AttachmentKind::File,
            1 => AttachmentKind::Image { width: reader.number()?, height: reader.number()? },
            2 => AttachmentKind::Video { width: reader.number()?, height: reader.number()?, seconds: reader.number()? },
            3 => AttachmentKind::Audio { seconds: reader.number()? },
            _ => return None,
        },
        expires: if version == 1 { None } else { reader.maybe(|reader| reader.signed().map(Wall))? },
    })
}

/// A file that the network keeps.
pub(super) fn file_ref(writer: &mut Writer, FileRef { id, address }: &FileRef) {
    writer.number(id.value());
    writer.text(address);
}

pub(super) fn read_file_ref(reader: &mut Reader<'_>) -> Option<FileRef> {
    Some(FileRef { id: FileId::new(reader.wide()?), address: reader.text()? })
}

pub(super) fn button(writer: &mut Writer, Button { label, row, does }: &Button) {
    writer.text(label);
    writer.byte(*row);
    match does {
        Press::Open(address) => {
            writer.byte(0);
            writer.text(address);
        }
        Press::Copy(text) => {
            writer.byte(1);
            writer.text(text);
        }
        Press::Tell(data) => {
            writer.byte(2);
            writer.maybe_text(data.as_ref());
        }
    }
}

pub(super) fn read_button(reader: &mut Reader<'_>) -> Option<Button> {
    let label = reader.text()?;
    let row = reader.byte()?;
    let does = match reader.byte()? {
        0 => Press::Open(reader.text()?),
        1 => Press::Copy(reader.text()?),
        2 => Press::Tell(reader.maybe(Reader::text)?),
        _ => return None,
    };
    Some(Button { label, row, does })
}
