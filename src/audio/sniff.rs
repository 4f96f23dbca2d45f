//! The first bytes of a file in, what kind of file it is out.

use std::io;
use std::io::{Read, SeekFrom};

use crate::audio::Foreign;
use crate::audio::Source;
use crate::audio::mpeg;
use crate::audio::packets::Container;

/// What a file is, by its content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// RIFF, RIFX or RF64 with WAVE inside.
    Wav,
    /// Packets that begin at this byte.
    Packets { container: Container, start: u64 },
    /// Known, and for ffmpeg to read.
    Foreign(Foreign),
    /// Known by name, read by nobody.
    Named(&'static str),
    /// Not known; the reason is for people.
    Unknown(String),
}

/// Marks at fixed places, what they stand for, and what ffmpeg calls it, if it reads it; the first that fits counts.
const MARKS: [(usize, &[u8], &str, &str); 17] = [
    (8, b"AVI ", "AVI", "avi"),
    (28, b"Speex   ", "Speex", "ogg"),
    (0, b"#!AMR-WB", "AMR-WB", "amr"),
    (0, b"#!AMR", "AMR-NB", "amr"),
    (0, b"#!SILK", "SILK", ""),
    (1, b"#!SILK", "SILK", ""),
    (0, b"caff", "Core Audio (CAF)", "caf"),
    (0, b"NIST_1A", "NIST SPHERE", "nistsphere"),
    (0, b".snd", "Sun audio (AU)", "au"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM", "matroska"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows Media", "asf"),
    (0, b"riff.\x91\xcf\x11", "Wave64 (W64)", "w64"),
    (0, b"MThd", "MIDI", ""),
    (0, b"wvpk", "WavPack", "wv"),
    (0, b"MAC ", "Monkey's Audio", "ape"),
    (0, b"#!iLBC30", "iLBC", "ilbc"),
    (0, b"#!iLBC20", "iLBC", "ilbc"),
];

/// Bytes that are looked at.
const HEAD: u64 = 16 << 10;
/// Tags that may stand before the sound.
const TAGS: usize = 8;
/// Frames of MPEG audio that must follow one another where they do not stand at the very start.
const FRAMES: usize = 4;
/// Bytes of a GSM 6.10 frame, and how many frames must be seen: each gives away only four bits.
const GSM: (usize, usize) = (33, 8);

/// Looks at the first bytes.
pub(crate) fn sniff(source: &mut dyn Source) -> io::Result<Kind> {
    let mut start = 0;
    let mut head = self::head(source, start)?;
    for _ in 0..TAGS {
        let Some(length) = id3_length(&head) else { break };
        start += length;
        head = self::head(source, start)?;
    }
    if start == 0 {
        return Ok(kind(&head));
    }
    let container = match kind(&head) {
        Kind::Packets { container, .. } => container,
        _ => Container::Mpeg,
    };
    Ok(Kind::Packets { container, start })
}

/// Names a file by its first bytes.
pub(crate) fn kind(head: &[u8]) -> Kind {
    let has = |at: usize, mark: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(mark));
    let packets = |container: Container| Kind::Packets { container, start: 0 };
    if (has(0, b"RIFF") || has(0, b"RIFX") || has(0, b"RF64") || has(0, b"BW64")) && has(8, b"WAVE") {
        return Kind::Wav;
    }
    if let Some((_, _, name, container)) = MARKS.iter().find(|(at, mark, _, _)| has(*at, mark)) {
        return match *container {
            "" => Kind::Named(name),
            container => foreign(name, container),
        };
    }
    match head {
        [] => Kind::Unknown("it is empty".to_owned()),
        _ if has(0, b"fLaC") => packets(Container::Flac),
        _ if has(0, b"OggS") => packets(Container::Ogg),
        _ if has(4, b"ftyp") => packets(Container::Mp4),
        _ if has(0, b"FORM") && (has(8, b"AIFF") || has(8, b"AIFC")) => packets(Container::Aiff),
        [0xff, second, third, ..] if second & 0xf6 == 0xf0 && (third >> 2) & 0xf < 13 => packets(Container::Adts),
        _ if begins_with_mpeg(head) => packets(Container::Mpeg),
        _ if is_gsm(head) => foreign("GSM 6.10", "gsm"),
        _ if has(0, b"RIFF") && head.len() < 12 => Kind::Unknown("it ends inside the WAV header".to_owned()),
        _ if has(0, b"RIFF") => Kind::Unknown("a RIFF file that holds no WAVE".to_owned()),
        _ if is_text(head) => Kind::Unknown("it is text".to_owned()),
        _ if (0..head.len()).any(|at| mpeg::count_frames(&head[at..], FRAMES) == FRAMES) => packets(Container::Mpeg),
        _ => Kind::Unknown(format!(
            "it starts with {}; recordings without a header need the setting audio.raw",
            hex(head.get(..8).unwrap_or(head))
        )),
    }
}

fn foreign(name: &str, container: &str) -> Kind {
    Kind::Foreign(Foreign {
        name: name.to_owned(),
        container: container.to_owned(),
    })
}

/// Two frames of MPEG audio, or one that is all there is.
fn begins_with_mpeg(head: &[u8]) -> bool {
    let alone = || mpeg::frame_length(head).is_some_and(|length| length >= head.len());
    mpeg::count_frames(head, 2) == 2 || alone()
}

/// GSM 6.10 without a header: every frame opens with the same four bits.
fn is_gsm(head: &[u8]) -> bool {
    let (length, count) = GSM;
    head.len() >= length * count && head.chunks_exact(length).all(|frame| frame[0] >> 4 == 0xd)
}

fn is_text(head: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    head.iter().take(64).all(plain)
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// Length of an ID3v2 tag with its header and footer: four bytes of seven bits. `None` where there is no tag.
fn id3_length(head: &[u8]) -> Option<u64> {
    let size = head.get(6..10).filter(|_| head.starts_with(b"ID3"))?;
    let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
    Some(10 + footer + size.iter().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f)))
}

fn head(source: &mut dyn Source, start: u64) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(start))?;
    let mut head = Vec::new();
    source.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}
