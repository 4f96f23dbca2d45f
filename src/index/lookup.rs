//! What to look for in, a tantivy query out.

use std::ops::Bound;

use jiff::Timestamp;
use tantivy::Term;
use tantivy::query::AllQuery;
use tantivy::query::BooleanQuery;
use tantivy::query::BoostQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::EmptyQuery;
use tantivy::query::Occur;
use tantivy::query::PhraseQuery;
use tantivy::query::Query as Lookup;
use tantivy::query::RangeQuery;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use crate::index::Query;
use crate::index::schema::Fields;
use crate::index::synonyms::synonyms;
use crate::index::wording::Leaf;
use crate::index::wording::Wanted;

/// A word found only as letters in a row, not cut as a word there, counts less.
const AS_LETTERS: f32 = 0.3;
/// Another word for the same thing counts less.
const AS_SYNONYM: f32 = 0.4;
/// A word that names what a call is about.
const AS_SUBJECT: f32 = 0.5;
/// A number or plate that is equal counts more.
const AS_NUMBER: f32 = 3.0;
/// Longest run of letters that is looked up as a phrase.
const MAX_RUN: usize = 128;

type Clause = (Occur, Box<dyn Lookup>);

/// How many of the required words have to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Every one.
    All,
    /// Half of them, rounded up.
    Half,
}

/// Builds the query for what is wanted within the filters.
pub(super) fn lookup(fields: &Fields, wanted: &Wanted, share: Share, filters: &Query) -> Box<dyn Lookup> {
    let must = |leaf| must(fields, leaf);
    let mut clauses: Vec<Clause> = Vec::new();
    match share {
        Share::All if wanted.all.is_empty() => clauses.push((Occur::Must, Box::new(AllQuery))),
        Share::All => clauses.extend(wanted.all.iter().map(must)),
        Share::Half => {
            let half = wanted.all.len().div_ceil(2);
            let should = wanted.all.iter().map(|leaf| (Occur::Should, find(fields, leaf)));
            let some = BooleanQuery::with_minimum_required_clauses(should.collect(), half);
            clauses.push((Occur::Must, Box::new(some)));
        }
    }
    clauses.extend(wanted.all.iter().filter_map(|leaf| about(fields, leaf)));
    for leaf in &wanted.none {
        clauses.push((Occur::MustNot, find_exactly(fields, leaf)));
    }
    for run in &wanted.together {
        clauses.push((Occur::Should, letters_in_a_row(fields, run)));
    }
    clauses.extend(narrow(fields, filters));
    Box::new(BooleanQuery::new(clauses))
}

/// Builds a query for any of the terms, each with its weight, outside the call `except`.
pub(super) fn any_of(fields: &Fields, terms: &[(String, f32)], except: Option<&str>) -> Box<dyn Lookup> {
    let mut clauses: Vec<Clause> = Vec::new();
    for (word, weight) in terms {
        let query = BoostQuery::new(term(fields.words, word), *weight);
        clauses.push((Occur::Should, Box::new(query)));
    }
    let any: Box<dyn Lookup> = Box::new(BooleanQuery::new(clauses));
    let mut all = vec![(Occur::Must, any)];
    if let Some(id) = except {
        all.push((Occur::MustNot, term(fields.id, id)));
    }
    Box::new(BooleanQuery::new(all))
}

/// Ranks calls that are about a word higher, whether it was said in them or not; finds none by itself.
fn about(fields: &Fields, leaf: &Leaf) -> Option<Clause> {
    let Leaf::Word(word) = leaf else { return None };
    let named = TermQuery::new(Term::from_field_text(fields.subject, word), IndexRecordOption::Basic);
    Some((Occur::Should, Box::new(BoostQuery::new(Box::new(named), AS_SUBJECT))))
}

fn must(fields: &Fields, leaf: &Leaf) -> Clause {
    (Occur::Must, find(fields, leaf))
}

fn find(fields: &Fields, leaf: &Leaf) -> Box<dyn Lookup> {
    match leaf {
        Leaf::Word(word) => find_word(fields, word),
        Leaf::Phrase(letters) => letters_in_a_row(fields, letters),
        Leaf::Number(number) => Box::new(BoostQuery::new(term(fields.numbers, number), AS_NUMBER)),
        Leaf::All(leaves) => Box::new(BooleanQuery::new(
            leaves.iter().map(|leaf| must(fields, leaf)).collect(),
        )),
        Leaf::Any(leaves) => one_of(leaves.iter().map(|leaf| find(fields, leaf))),
    }
}

/// Finds without synonyms, and single characters only as words: what is excluded shall not take more with it.
fn find_exactly(fields: &Fields, leaf: &Leaf) -> Box<dyn Lookup> {
    match leaf {
        Leaf::Word(word) if word.chars().count() == 1 => term(fields.words, word),
        Leaf::Word(word) => one_of([term(fields.words, word), letters_in_a_row(fields, word)]),
        Leaf::All(leaves) => {
            let clauses = leaves.iter().map(|leaf| (Occur::Must, find_exactly(fields, leaf)));
            Box::new(BooleanQuery::new(clauses.collect()))
        }
        Leaf::Any(leaves) => one_of(leaves.iter().map(|leaf| find_exactly(fields, leaf))),
        Leaf::Phrase(_) | Leaf::Number(_) => find(fields, leaf),
    }
}

fn find_word(fields: &Fields, word: &str) -> Box<dyn Lookup> {
    let letters = BoostQuery::new(letters_in_a_row(fields, word), AS_LETTERS);
    let mut ways: Vec<Box<dyn Lookup>> = vec![term(fields.words, word), Box::new(letters)];
    for other in synonyms(word) {
        ways.push(Box::new(BoostQuery::new(term(fields.words, other), AS_SYNONYM)));
    }
    one_of(ways)
}

fn one_of(ways: impl IntoIterator<Item = Box<dyn Lookup>>) -> Box<dyn Lookup> {
    let clauses = ways.into_iter().map(|way| (Occur::Should, way)).collect();
    Box::new(BooleanQuery::new(clauses))
}

/// Finds letters that follow each other: every second pair, and the last, cover the run.
fn letters_in_a_row(fields: &Fields, run: &str) -> Box<dyn Lookup> {
    let letters: Vec<char> = run.chars().filter(|c| c.is_alphanumeric()).take(MAX_RUN).collect();
    let pairs: Vec<(usize, Term)> = letters
        .windows(2)
        .enumerate()
        .filter(|(index, _)| index % 2 == 0 || index + 2 == letters.len())
        .map(|(index, pair)| (index, Term::from_field_text(fields.pairs, &String::from_iter(pair))))
        .collect();
    match (letters.as_slice(), pairs.as_slice()) {
        ([], _) => Box::new(EmptyQuery),
        ([single], _) => term(fields.pairs, &single.to_string()),
        (_, [(_, pair)]) => Box::new(TermQuery::new(pair.clone(), IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new_with_offset(pairs)),
    }
}

fn term(field: Field, text: &str) -> Box<dyn Lookup> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::WithFreqs,
    ))
}

/// Builds the filters; they let pass or not and add nothing to the score.
fn narrow(fields: &Fields, filters: &Query) -> Vec<Clause> {
    let exact = [
        (fields.unit_prefix, &filters.unit),
        (fields.category_prefix, &filters.category),
        (fields.labels, &filters.label),
    ];
    let mut clauses = Vec::new();
    for (field, value) in exact {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            clauses.push(filter(term(field, value)));
        }
    }
    let bound = |time: Timestamp| Term::from_field_i64(fields.at, time.as_microsecond());
    if filters.from.is_some() || filters.to.is_some() {
        let lower = filters
            .from
            .map_or(Bound::Unbounded, |time| Bound::Included(bound(time)));
        let upper = filters.to.map_or(Bound::Unbounded, |time| Bound::Excluded(bound(time)));
        clauses.push(filter(Box::new(RangeQuery::new(lower, upper))));
    }
    clauses
}

fn filter(query: Box<dyn Lookup>) -> Clause {
    (Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0)))
}
