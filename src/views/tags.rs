//! Tags in, the form that `show` and `analyze` print out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::tags::Category;
use crate::tags::Tags;
use crate::views::elements::source_name;
use crate::views::rounded;

/// The tags of a call or text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TagsView {
    /// The category; null when the tagger abstains.
    pub category: Option<CategoryView>,
    /// Up to three guesses, best first.
    pub top: Vec<GuessView>,
    /// Labels.
    pub labels: Vec<LabelView>,
    /// Urgency.
    pub urgency: UrgencyView,
    /// The tags of each text alone, where there are several; by `transcript`, `content` or `feedback:ID`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_source: BTreeMap<String, TagsView>,
}

/// A category with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CategoryView {
    /// Code of the taxonomy.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// The words that caused it.
    pub reasons: Vec<String>,
}

/// A guess at the category.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuessView {
    /// Code of the taxonomy.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// From 0 to 1.
    pub confidence: f32,
}

/// A label with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelView {
    /// Chinese name.
    pub name: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// The words that caused it.
    pub reasons: Vec<String>,
}

/// Urgency with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UrgencyView {
    /// 1 (life at risk now) to 4.
    pub level: u8,
    /// The words that caused it.
    pub reasons: Vec<String>,
}

impl From<&Category> for CategoryView {
    fn from(category: &Category) -> CategoryView {
        CategoryView {
            code: category.code.clone(),
            name: category.name.clone(),
            confidence: rounded(category.confidence),
            reasons: category.reasons.clone(),
        }
    }
}

impl From<&Tags> for TagsView {
    fn from(tags: &Tags) -> TagsView {
        let guess = |category: &Category| GuessView {
            code: category.code.clone(),
            name: category.name.clone(),
            confidence: rounded(category.confidence),
        };
        let labels = tags.labels.iter().map(|label| LabelView {
            name: label.name.clone(),
            confidence: rounded(label.confidence),
            reasons: label.reasons.clone(),
        });
        TagsView {
            category: tags.category.as_ref().map(CategoryView::from),
            top: tags.top.iter().take(3).map(guess).collect(),
            labels: labels.collect(),
            urgency: UrgencyView {
                level: tags.urgency.level,
                reasons: tags.urgency.reasons.clone(),
            },
            by_source: (tags.by_source.iter())
                .filter(|_| tags.by_source.len() > 1)
                .map(|one| (source_name(&one.source), TagsView::from(&one.tags)))
                .collect(),
        }
    }
}
