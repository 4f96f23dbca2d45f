//! The first bytes of a file in, what kind of file it is out.

use std::io;
use std::io::{Read, SeekFrom};

use crate::audio::Source;

/// What a file is, by its content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// RIFF, RIFX or RF64 with WAVE inside.
    Wav,
    /// FLAC that begins at this byte.
    Flac { start: u64 },
    /// Known by name, not read here.
    Named(&'static str),
    /// Not known; the reason is for people.
    Unknown(String),
}

/// Marks at fixed places and what they stand for; the first that fits counts.
const MARKS: [(usize, &[u8], &str); 21] = [
    (8, b"AVI ", "AVI"),
    (28, b"OpusHead", "Opus in Ogg"),
    (28, b"\x01vorbis", "Vorbis in Ogg"),
    (28, b"\x7fFLAC", "FLAC in Ogg"),
    (28, b"Speex   ", "Speex in Ogg"),
    (0, b"OggS", "Ogg"),
    (0, b"#!AMR-WB", "AMR-WB"),
    (0, b"#!AMR", "AMR"),
    (0, b"#!SILK", "SILK"),
    (1, b"#!SILK", "SILK"),
    (8, b"AIFF", "AIFF"),
    (8, b"AIFC", "AIFF-C"),
    (0, b"caff", "Core Audio (CAF)"),
    (4, b"ftyp", "MP4 or M4A"),
    (0, b"NIST_1A", "NIST SPHERE"),
    (0, b".snd", "Sun audio (AU)"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows Media"),
    (0, b"riff.\x91\xcf\x11", "Wave64 (W64)"),
    (0, b"MThd", "MIDI"),
    (0, b"wvpk", "WavPack"),
];

/// Looks at the first bytes.
pub(crate) fn sniff(source: &mut dyn Source) -> io::Result<Kind> {
    let head = head(source, 0)?;
    if head.starts_with(b"ID3") {
        let start = id3_length(&head);
        return Ok(match self::head(source, start)?.starts_with(b"fLaC") {
            true => Kind::Flac { start },
            false => Kind::Named("MP3"),
        });
    }
    Ok(kind(&head))
}

fn kind(head: &[u8]) -> Kind {
    let has = |at: usize, mark: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(mark));
    if (has(0, b"RIFF") || has(0, b"RIFX") || has(0, b"RF64") || has(0, b"BW64")) && has(8, b"WAVE") {
        return Kind::Wav;
    }
    if has(0, b"fLaC") {
        return Kind::Flac { start: 0 };
    }
    if let Some((_, _, name)) = MARKS.iter().find(|(at, mark, _)| has(*at, mark)) {
        return Kind::Named(name);
    }
    match head {
        [] => Kind::Unknown("it is empty".to_owned()),
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Kind::Named("AAC (ADTS)"),
        [0xff, second, ..] if second & 0xe0 == 0xe0 => Kind::Named("MP3"),
        _ if has(0, b"RIFF") && head.len() < 12 => Kind::Unknown("it ends inside the WAV header".to_owned()),
        _ if has(0, b"RIFF") => Kind::Unknown("a RIFF file that holds no WAVE".to_owned()),
        _ if head
            .iter()
            .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) =>
        {
            Kind::Unknown("it is text".to_owned())
        }
        _ => Kind::Unknown(format!("it starts with {}", hex(head.get(..8).unwrap_or(head)))),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// Length of an ID3v2 tag with its header: four bytes of seven bits.
fn id3_length(head: &[u8]) -> u64 {
    let size = head.get(6..10).unwrap_or_default();
    10 + size.iter().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f))
}

fn head(source: &mut dyn Source, start: u64) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(start))?;
    let mut head = Vec::new();
    source.take(64).read_to_end(&mut head)?;
    Ok(head)
}
