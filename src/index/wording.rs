//! What a person typed in, what to look for out: our own small grammar with its limits, so that no text can hurt.
//!
//! Words stand for "all of these"; `"…"` for words in a row; `-word` for "not this"; `a OR b` (or `a | b`) for one of
//! the two. Everything else, brackets and stars too, is plain text.

use crate::index::IndexError;
use crate::index::letters::letters;
use crate::index::letters::plain_number;
use crate::terms::Segmenter;

/// Longest query in characters.
const MAX_CHARS: usize = 512;
/// Most terms in a query.
const MAX_TERMS: usize = 64;
/// Most terms in a phrase.
const MAX_PHRASE: usize = 32;

/// One thing to find in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// A term as the segmenter cuts it.
    Word(String),
    /// Letters in a row, whatever stands between them.
    Phrase(String),
    /// A telephone number or plate.
    Number(String),
    /// All of these.
    All(Vec<Leaf>),
    /// One of these at least.
    Any(Vec<Leaf>),
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Each has to be there.
    pub(super) all: Vec<Leaf>,
    /// None may be there.
    pub(super) none: Vec<Leaf>,
    /// Runs of several terms written without space: better where they stand together.
    pub(super) together: Vec<String>,
}

impl Wanted {
    /// Returns everything that a hit shows, for marking it: letters in a row.
    pub(super) fn needles(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let mut open: Vec<&Leaf> = self.all.iter().collect();
        while let Some(leaf) = open.pop() {
            match leaf {
                Leaf::Word(text) | Leaf::Phrase(text) | Leaf::Number(text) => found.push(text.as_str()),
                Leaf::All(leaves) | Leaf::Any(leaves) => open.extend(leaves),
            }
        }
        found
    }
}

/// Reads a query. Text without any letter is an error, empty text asks for everything.
pub(super) fn read(text: &str, segmenter: &Segmenter) -> Result<Wanted, IndexError> {
    if text.chars().count() > MAX_CHARS {
        return refuse(format!("查询太长：最多{MAX_CHARS}个字"));
    }
    let mut reader = Reader {
        segmenter,
        terms: 0,
        wanted: Wanted::default(),
    };
    let mut group: Vec<Leaf> = Vec::new();
    let mut joined = false;
    for piece in pieces(text) {
        if piece == Piece::Or {
            joined = !group.is_empty();
            continue;
        }
        let excluded = matches!(piece, Piece::Not(_));
        let Some(leaf) = reader.leaf(piece)? else { continue };
        if excluded {
            reader.wanted.none.push(leaf);
            continue;
        }
        if !joined {
            reader.require(std::mem::take(&mut group));
        }
        group.push(leaf);
        joined = false;
    }
    reader.require(group);
    let wanted = reader.wanted;
    if wanted.all.is_empty() && wanted.none.is_empty() && !text.trim().is_empty() {
        return refuse("查询里没有可以查找的词".to_owned());
    }
    Ok(wanted)
}

struct Reader<'a> {
    segmenter: &'a Segmenter,
    terms: usize,
    wanted: Wanted,
}

impl Reader<'_> {
    /// Turns a piece into what it asks for; none where it holds no letter.
    fn leaf(&mut self, piece: Piece) -> Result<Option<Leaf>, IndexError> {
        match piece {
            Piece::Phrase(text) => self.phrase(&text),
            Piece::Words(text) => self.words(&text, true),
            Piece::Not(inner) => match *inner {
                Piece::Phrase(text) => self.phrase(&text),
                Piece::Words(text) => self.words(&text, false),
                Piece::Not(_) | Piece::Or => Ok(None),
            },
            Piece::Or => Ok(None),
        }
    }

    fn phrase(&mut self, text: &str) -> Result<Option<Leaf>, IndexError> {
        let terms = self.segmenter.cut(text).len();
        let letters: String = letters(text).iter().map(|letter| letter.value).collect();
        if terms > MAX_PHRASE || letters.chars().count() > 4 * MAX_PHRASE {
            return refuse(format!("引号内的短语太长：最多{MAX_PHRASE}个词"));
        }
        self.count(terms)?;
        Ok((!letters.is_empty()).then_some(Leaf::Phrase(letters)))
    }

    fn words(&mut self, text: &str, together: bool) -> Result<Option<Leaf>, IndexError> {
        let run: String = letters(text).iter().map(|letter| letter.value).collect();
        if let Some(number) = as_number(text) {
            self.count(1)?;
            return Ok(Some(Leaf::Any(vec![Leaf::Number(number), Leaf::Phrase(run)])));
        }
        let mut leaves: Vec<Leaf> = Vec::new();
        for term in self.segmenter.cut(text) {
            let leaf = Leaf::Word(term.text);
            if !leaves.contains(&leaf) {
                leaves.push(leaf);
            }
        }
        self.count(leaves.len().max(1))?;
        match leaves.len() {
            0 => Ok((!run.is_empty()).then_some(Leaf::Phrase(run))),
            1 => Ok(leaves.pop()),
            _ => {
                if together {
                    self.wanted.together.push(run);
                }
                Ok(Some(Leaf::All(leaves)))
            }
        }
    }

    /// Closes a group: one leaf is required, several are alternatives. A run of words counts word by word.
    fn require(&mut self, mut group: Vec<Leaf>) {
        match (group.len(), group.pop()) {
            (1, Some(Leaf::All(leaves))) => self.wanted.all.extend(leaves),
            (1, Some(leaf)) => self.wanted.all.push(leaf),
            (_, Some(last)) => {
                group.push(last);
                self.wanted.all.push(Leaf::Any(group));
            }
            (_, None) => {}
        }
    }

    fn count(&mut self, terms: usize) -> Result<(), IndexError> {
        self.terms += terms;
        if self.terms > MAX_TERMS {
            return refuse(format!("查询的词太多：最多{MAX_TERMS}个"));
        }
        Ok(())
    }
}

/// Reads a telephone number or a plate (at most one character that is not a letter or digit of ASCII: the province).
fn as_number(text: &str) -> Option<String> {
    let number = plain_number(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let others = number.chars().filter(|c| !c.is_ascii()).count();
    let right = digits >= 3 && others <= 1 && (5..=18).contains(&number.chars().count());
    right.then_some(number)
}

fn refuse<T>(reason: String) -> Result<T, IndexError> {
    Err(IndexError::Query(reason))
}

/// A query cut at spaces and quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Phrase(String),
    Not(Box<Piece>),
    Or,
}

/// Cuts a query into pieces. A quote that is never closed is plain text.
fn pieces(text: &str) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let not =
            matches!(c, '-' | '\u{ff0d}' | '\u{2212}') && chars.get(at + 1).is_some_and(|next| !next.is_whitespace());
        let (piece, next) = piece(&chars, at + usize::from(not));
        found.push(if not { Piece::Not(Box::new(piece)) } else { piece });
        at = next;
    }
    found
}

/// Reads the piece that starts at a character that is not space; also returns where it ends.
fn piece(chars: &[char], start: usize) -> (Piece, usize) {
    let rest = chars.get(start..).unwrap_or_default();
    if rest.first().is_some_and(|c| is_quote(*c)) {
        let inside = rest.get(1..).unwrap_or_default();
        if let Some(length) = inside.iter().position(|c| is_quote(*c)) {
            let phrase = inside.iter().take(length).collect();
            return (Piece::Phrase(phrase), start + length + 2);
        }
    }
    let length = rest
        .iter()
        .enumerate()
        .position(|(index, c)| c.is_whitespace() || (index > 0 && is_quote(*c)))
        .unwrap_or(rest.len());
    let word: String = rest.iter().take(length).filter(|c| !is_quote(**c)).collect();
    let piece = match word.as_str() {
        "OR" | "|" | "||" | "\u{ff5c}" => Piece::Or,
        _ => Piece::Words(word),
    };
    (piece, start + length)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '\u{ff02}' | '「' | '」')
}
