//! The parameters of a search in, a query for the index and addresses of neighbouring searches out.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::index::Query;
use crate::web::href;
use crate::web::problem::ApiError;

/// Hits on a page.
pub(super) const PAGE: usize = 20;
/// Most hits in one answer of the API.
const MAX_LIMIT: usize = 1000;

/// What a person or program asked for; absent fields are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct SearchForm {
    pub(super) q: String,
    /// A day or a moment.
    pub(super) from: String,
    /// A day, which counts in full, or a moment, which does not count itself.
    pub(super) to: String,
    pub(super) unit: String,
    pub(super) category: String,
    pub(super) label: String,
    /// Page, from 1.
    pub(super) page: String,
    /// API only.
    pub(super) limit: String,
    /// API only.
    pub(super) offset: String,
}

impl SearchForm {
    /// Returns the query for a page of hits; days begin and end in `zone`.
    pub(super) fn page_query(&self, zone: &TimeZone) -> Result<Query, ApiError> {
        let offset = (self.page_number() - 1).saturating_mul(PAGE);
        self.query(zone, PAGE, offset)
    }

    /// Returns the query that the API was asked.
    pub(super) fn api_query(&self, zone: &TimeZone) -> Result<Query, ApiError> {
        let limit = number("limit", &self.limit, PAGE)?;
        if limit > MAX_LIMIT {
            return Err(ApiError::bad_request(format!("limit 最多 {MAX_LIMIT}")));
        }
        self.query(zone, limit, number("offset", &self.offset, 0)?)
    }

    fn query(&self, zone: &TimeZone, limit: usize, offset: usize) -> Result<Query, ApiError> {
        let filter = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Query {
            text: self.q.clone(),
            from: moment("from", &self.from, zone, 0)?,
            to: moment("to", &self.to, zone, 1)?,
            unit: filter(&self.unit),
            category: filter(&self.category),
            label: filter(&self.label),
            limit,
            offset,
        })
    }

    /// Returns the number of the page, 1 where none or nonsense was given.
    pub(super) fn page_number(&self) -> usize {
        self.page.parse().unwrap_or(1).max(1)
    }

    /// Tells whether anything but the words narrows the search.
    pub(super) fn is_filtered(&self) -> bool {
        [&self.from, &self.to, &self.unit, &self.category, &self.label]
            .iter()
            .any(|value| !value.is_empty())
    }

    /// Returns the address of this search on another page.
    pub(super) fn at_page(&self, page: usize) -> String {
        self.address(&SearchForm {
            page: page.to_string(),
            ..self.clone()
        })
    }

    /// Returns the address of this search with another unit.
    pub(super) fn with_unit(&self, value: &str) -> String {
        self.address(&SearchForm {
            unit: value.to_owned(),
            ..self.first_page()
        })
    }

    /// Returns the address of this search with another category.
    pub(super) fn with_category(&self, value: &str) -> String {
        self.address(&SearchForm {
            category: value.to_owned(),
            ..self.first_page()
        })
    }

    /// Returns the address of this search with another label.
    pub(super) fn with_label(&self, value: &str) -> String {
        self.address(&SearchForm {
            label: value.to_owned(),
            ..self.first_page()
        })
    }

    /// Returns the address of a search for the words alone.
    pub(super) fn without_filters(&self) -> String {
        self.address(&SearchForm {
            q: self.q.clone(),
            ..SearchForm::default()
        })
    }

    fn first_page(&self) -> SearchForm {
        SearchForm {
            page: String::new(),
            ..self.clone()
        }
    }

    fn address(&self, other: &SearchForm) -> String {
        let page = if other.page == "1" { "" } else { &other.page };
        let parameters = [
            ("q", other.q.as_str()),
            ("from", &other.from),
            ("to", &other.to),
            ("unit", &other.unit),
            ("category", &other.category),
            ("label", &other.label),
            ("page", page),
        ];
        href::with("/", &parameters)
    }
}

fn number(name: &str, text: &str, without: usize) -> Result<usize, ApiError> {
    if text.is_empty() {
        return Ok(without);
    }
    text.parse()
        .map_err(|_| ApiError::bad_request(format!("{name} 不是整数：{}", short(text))))
}

/// Reads a moment, or the beginning of a day `days` later than the one named.
fn moment(name: &str, text: &str, zone: &TimeZone, days: i64) -> Result<Option<Timestamp>, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(Some(moment));
    }
    let wrong = || ApiError::bad_request(format!("{name} 不是日期或时间(如 2026-03-01):{}", short(text)));
    let day = text.parse::<Date>().map_err(|_| wrong())?;
    let day = day.checked_add(days.days()).map_err(|_| wrong())?;
    let start = day.to_zoned_datetime(zone.clone()).map_err(|_| wrong())?;
    Ok(Some(start.timestamp()))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn a_day_counts_in_full_in_the_zone_of_the_desk() {
        let form = SearchForm {
            from: "2026-03-01".to_owned(),
            to: "2026-03-01".to_owned(),
            ..SearchForm::default()
        };
        let query = form.api_query(&shanghai()).unwrap();
        let time = |text: &str| Some(text.parse().unwrap());
        assert_eq!(
            (query.from, query.to),
            (time("2026-02-28T16:00:00Z"), time("2026-03-01T16:00:00Z"))
        );
    }

    #[test]
    fn nonsense_is_refused_with_the_name_of_the_parameter() {
        for (form, name) in [
            (
                SearchForm {
                    from: "gestern".to_owned(),
                    ..SearchForm::default()
                },
                "from",
            ),
            (
                SearchForm {
                    to: "9999-12-31".to_owned(),
                    ..SearchForm::default()
                },
                "to",
            ),
            (
                SearchForm {
                    limit: "-1".to_owned(),
                    ..SearchForm::default()
                },
                "limit",
            ),
            (
                SearchForm {
                    limit: "1001".to_owned(),
                    ..SearchForm::default()
                },
                "limit",
            ),
        ] {
            let refused = form.api_query(&shanghai()).unwrap_err();
            assert!(format!("{refused:?}").contains(name), "{refused:?}");
        }
    }

    #[test]
    fn a_new_filter_goes_back_to_the_first_page() {
        let form = SearchForm {
            q: "a b".to_owned(),
            page: "3".to_owned(),
            ..SearchForm::default()
        };
        assert_eq!(form.with_unit("4501"), "/?q=a%20b&unit=4501");
        assert_eq!(form.at_page(2), "/?q=a%20b&page=2");
        assert_eq!(form.at_page(1), "/?q=a%20b");
    }
}
