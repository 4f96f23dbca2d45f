//! The bytes of a text file in, its characters out, with the lines that no encoding explains.

use std::collections::BTreeSet;

use encoding_rs::Encoding;
use encoding_rs::GB18030;
use encoding_rs::UTF_8;

/// A text file in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// The characters; what could not be read became U+FFFD.
    pub(super) text: String,
    /// Lines, from 1, with bytes that could not be read.
    pub(super) damaged: BTreeSet<usize>,
}

/// Decodes by byte order mark, else as UTF-8 or GBK, whichever explains more of the lines that are not plain ASCII.
pub(super) fn decode(bytes: &[u8]) -> Text {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        if encoding == UTF_8 {
            return by_line(rest, UTF_8);
        }
        let (text, _) = encoding.decode_without_bom_handling(rest);
        return Text {
            damaged: BTreeSet::new(),
            text: text.into_owned(),
        };
    }
    by_line(bytes, guess(bytes))
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let foreign = lines(bytes).filter(|line| !line.is_ascii());
    let (utf8, other): (Vec<&[u8]>, Vec<&[u8]>) = foreign.partition(|line| std::str::from_utf8(line).is_ok());
    if utf8.len() >= other.len() { UTF_8 } else { GB18030 }
}

/// Decodes line by line, so that a broken character spoils no line but its own. No character of UTF-8 or GBK holds the
/// byte of a line end.
fn by_line(bytes: &[u8], encoding: &'static Encoding) -> Text {
    let mut decoded = Text::default();
    for (index, line) in lines(bytes).enumerate() {
        let (text, damaged) = encoding.decode_without_bom_handling(line);
        decoded.text.push_str(&text);
        if damaged {
            decoded.damaged.insert(index + 1);
        }
    }
    decoded
}

/// Lines with their ends.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}
