//! An MP4 file in, the part of its sound that is meant to be heard out.
//!
//! AAC needs some packets to get going and fills up its last one; which samples those are is in the edit list of the
//! track, which symphonia reads past.

use std::io;
use std::io::SeekFrom;

use crate::audio::Source;

/// Deepest nesting and most boxes that are looked at.
const DEPTH: usize = 4;
const BOXES: usize = 4_096;

/// What an edit list keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Where the sound begins, in ticks of the track.
    pub(crate) start: u64,
    /// Ticks of the track in a second.
    pub(crate) track_ticks: u32,
    /// How long it is, in ticks of the movie; `None` where that is open.
    pub(crate) length: Option<u64>,
    /// Ticks of the movie in a second.
    pub(crate) movie_ticks: u32,
}

/// What was found on the way.
#[derive(Default)]
struct Found {
    movie_ticks: Option<u32>,
    track_ticks: Option<u32>,
    sound: bool,
    edits: Vec<(u64, u64)>,
    edit: Option<Edit>,
    boxes: usize,
}

/// Returns the edit of the first track with sound, where it has just one. Never fails: a file without is heard whole.
pub(crate) fn edit(source: &mut dyn Source) -> Option<Edit> {
    let mut found = Found::default();
    let length = source.seek(SeekFrom::End(0)).ok()?;
    // Whatever is broken here shows again, with a reason, when the file is decoded.
    let walked = walk(source, 0, length, 0, &mut found);
    walked.ok().and(found.edit)
}

/// Looks at the boxes between two bytes, and into those that lead to edit lists.
fn walk(source: &mut dyn Source, from: u64, to: u64, depth: usize, found: &mut Found) -> io::Result<()> {
    let mut at = from;
    while at + 8 <= to && depth < DEPTH && found.boxes < BOXES && found.edit.is_none() {
        found.boxes += 1;
        source.seek(SeekFrom::Start(at))?;
        let head: [u8; 8] = read(source)?;
        let (mut body, mut size) = (at + 8, u64::from(u32_at(&head, 0)));
        match size {
            0 => size = to - at,
            1 => {
                size = u64::from_be_bytes(read(source)?);
                body += 8;
            }
            _ => {}
        }
        let Some(end) = at.checked_add(size).filter(|end| *end >= body && *end <= to) else {
            return Ok(());
        };
        match &head[4..] {
            b"moov" | b"edts" | b"mdia" => walk(source, body, end, depth + 1, found)?,
            b"trak" => {
                (found.track_ticks, found.sound) = (None, false);
                found.edits.clear();
                walk(source, body, end, depth + 1, found)?;
                found.close_track();
            }
            b"mvhd" => found.movie_ticks = Some(ticks(source)?),
            b"mdhd" => found.track_ticks = Some(ticks(source)?),
            b"hdlr" => found.sound = read::<12>(source)?.ends_with(b"soun"),
            b"elst" => found.edits = edits(source)?,
            _ => {}
        }
        at = end;
    }
    Ok(())
}

impl Found {
    /// Takes the edit of a track that ends here.
    fn close_track(&mut self) {
        if let (true, [(length, start)], Some(track_ticks), Some(movie_ticks)) = (
            self.sound,
            self.edits.as_slice(),
            self.track_ticks.filter(|ticks| *ticks > 0),
            self.movie_ticks.filter(|ticks| *ticks > 0),
        ) {
            self.edit = Some(Edit {
                start: *start,
                track_ticks,
                length: Some(*length).filter(|length| *length > 0),
                movie_ticks,
            });
        }
    }
}

/// Reads the ticks of a second from a movie's or a track's header, whose times have four bytes or eight.
fn ticks(source: &mut dyn Source) -> io::Result<u32> {
    let header: [u8; 24] = read(source)?;
    Ok(u32_at(&header, if header[0] == 1 { 20 } else { 12 }))
}

/// Reads the length and start of each edit; one that is only a pause has none.
fn edits(source: &mut dyn Source) -> io::Result<Vec<(u64, u64)>> {
    let head: [u8; 8] = read(source)?;
    let mut edits = Vec::new();
    for _ in 0..u32_at(&head, 4).min(16) {
        let (length, start) = if head[0] == 1 {
            let entry: [u8; 20] = read(source)?;
            let long = |at: usize| u64::from(u32_at(&entry, at)) << 32 | u64::from(u32_at(&entry, at + 4));
            (long(0), long(8).cast_signed())
        } else {
            let entry: [u8; 12] = read(source)?;
            let start = u32_at(&entry, 4).cast_signed();
            (u64::from(u32_at(&entry, 0)), i64::from(start))
        };
        edits.extend(u64::try_from(start).ok().map(|start| (length, start)));
    }
    Ok(edits)
}

fn read<const N: usize>(source: &mut dyn Source) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
