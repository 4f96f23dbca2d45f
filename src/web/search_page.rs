//! Results of a search in, its page out.

use askama::Template;
use jiff::tz::TimeZone;

use crate::index::Count;
use crate::index::Results;
use crate::tags::Tagger;
use crate::views::load::Placed;
use crate::web::call_page;
use crate::web::call_page::Badge;
use crate::web::href;
use crate::web::search_form::PAGE;
use crate::web::search_form::SearchForm;
use crate::web::words;

/// Values of a facet that are shown.
const FACET_ROWS: usize = 12;

/// The page with the search box and what was found.
#[derive(Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    form: SearchForm,
    /// Why there are no results.
    notice: Option<String>,
    total: usize,
    relaxed: bool,
    facets: Vec<Facet>,
    hits: Vec<Hit>,
    previous: Option<String>,
    next: Option<String>,
}

struct Facet {
    title: &'static str,
    rows: Vec<FacetRow>,
}

struct FacetRow {
    href: String,
    text: String,
    calls: usize,
    chosen: bool,
}

struct Hit {
    href: String,
    id: String,
    at: String,
    category: Option<String>,
    badges: Vec<Badge>,
    /// Escaped by the index; the only markup is `<mark>`.
    snippet: String,
}

impl SearchPage {
    /// Lays out what was found.
    pub(super) fn new(
        form: SearchForm,
        results: &Results,
        hits: Vec<Placed>,
        tagger: &Tagger,
        zone: &TimeZone,
    ) -> SearchPage {
        let page = form.page_number();
        SearchPage {
            notice: None,
            total: results.total,
            relaxed: results.relaxed,
            facets: facets(&form, results, tagger),
            hits: hits.into_iter().map(|hit| lay_out(hit, tagger, zone)).collect(),
            previous: (page > 1).then(|| form.at_page(page - 1)),
            next: (page.saturating_mul(PAGE) < results.total).then(|| form.at_page(page + 1)),
            form,
        }
    }

    /// Shows the box again, with the reason why nothing was looked for.
    pub(super) fn refused(form: SearchForm, reason: String) -> SearchPage {
        SearchPage {
            form,
            notice: Some(reason),
            total: 0,
            relaxed: false,
            facets: Vec::new(),
            hits: Vec::new(),
            previous: None,
            next: None,
        }
    }

    fn tab(&self) -> &'static str {
        "search"
    }
}

fn lay_out(hit: Placed, tagger: &Tagger, zone: &TimeZone) -> Hit {
    let line = hit.line;
    Hit {
        href: href::call(&line.id),
        at: words::time(line.received_at, zone),
        category: line.category.map(|code| name(tagger, &code)),
        badges: hit.clusters.iter().map(call_page::badge).collect(),
        snippet: line.snippet,
        id: line.id,
    }
}

fn facets(form: &SearchForm, results: &Results, tagger: &Tagger) -> Vec<Facet> {
    let unit = |value: &str| (form.with_unit(value), value.to_owned());
    let category = |value: &str| (form.with_category(value), name(tagger, value));
    let label = |value: &str| (form.with_label(value), value.to_owned());
    vec![
        facet("类别", &results.categories, &form.category, category),
        facet("标签", &results.labels, &form.label, label),
        facet("单位", &results.units, &form.unit, unit),
    ]
}

/// Lists the values with most calls; the chosen one leads back to all.
fn facet(title: &'static str, counts: &[Count], chosen: &str, row: impl Fn(&str) -> (String, String)) -> Facet {
    let rows = counts.iter().take(FACET_ROWS).map(|count| {
        let is_chosen = count.value == chosen;
        let (href, text) = row(&count.value);
        FacetRow {
            href: if is_chosen { row("").0 } else { href },
            text,
            calls: count.calls,
            chosen: is_chosen,
        }
    });
    Facet {
        title,
        rows: rows.collect(),
    }
}

/// Returns the name of a category, or its code where it is not in the taxonomy.
pub(super) fn name(tagger: &Tagger, code: &str) -> String {
    tagger.category_name(code).unwrap_or(code).to_owned()
}
