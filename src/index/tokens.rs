//! Text in, tokens for tantivy out: words as the segmenter cuts them, and single characters with their pairs.

use std::sync::Arc;

use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;

use crate::index::letters::letters;
use crate::terms::Segmenter;

/// Cuts into words, long ones followed by the shorter words inside them.
#[derive(Clone)]
pub(super) struct Words(pub(super) Arc<Segmenter>);

impl Tokenizer for Words {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let bytes = byte_offsets(text);
        let terms = self.0.cut_for_search(text).into_iter().enumerate();
        Tokens::new(
            terms
                .map(|(position, term)| token(&bytes, term.text, position, term.start..term.end))
                .collect(),
        )
    }
}

/// Cuts into single letters and pairs of neighbours, both at the position of the (first) letter.
#[derive(Clone)]
pub(super) struct Pairs;

impl Tokenizer for Pairs {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let bytes = byte_offsets(text);
        let letters = letters(text);
        let mut tokens = Vec::with_capacity(letters.len() * 2);
        for (index, one) in letters.iter().enumerate() {
            // A line adds a gap, so that no phrase reaches across it.
            let position = index + one.line;
            let end = one.origin + 1;
            tokens.push(token(&bytes, one.value.to_string(), position, one.origin..end));
            if let Some(next) = letters.get(index + 1).filter(|next| next.line == one.line) {
                let pair = String::from_iter([one.value, next.value]);
                tokens.push(token(&bytes, pair, position, one.origin..next.origin + 1));
            }
        }
        Tokens::new(tokens)
    }
}

/// A stream over tokens that are already there.
pub(super) struct Tokens {
    rest: std::vec::IntoIter<Token>,
    current: Token,
}

impl Tokens {
    fn new(tokens: Vec<Token>) -> Tokens {
        Tokens {
            rest: tokens.into_iter(),
            current: Token::default(),
        }
    }
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        let next = self.rest.next();
        let more = next.is_some();
        self.current = next.unwrap_or_default();
        more
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

/// Returns the byte at which each character starts, and one more entry for the end.
fn byte_offsets(text: &str) -> Vec<usize> {
    text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect()
}

/// Makes a token of a range of characters.
fn token(bytes: &[usize], text: String, position: usize, chars: std::ops::Range<usize>) -> Token {
    let end = bytes.last().copied().unwrap_or(0);
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(end);
    Token {
        offset_from: byte(chars.start),
        offset_to: byte(chars.end),
        position,
        text,
        position_length: 1,
    }
}
