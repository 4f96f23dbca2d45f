//! A segment and the gazetteer in, the layer in which misheard names are put right out.

use crate::call::UnitCode;
use crate::sound::Gazetteer;
use crate::transcript::Segment;

/// How sure a name must be to stand in the corrected layer.
const SURE: f32 = 0.9;

/// Fills in `corrected` where names found by sound differ from what stands there. A segment that was corrected before,
/// or that has no text left, stays as it is.
pub(crate) fn names(segment: &mut Segment, gazetteer: &Gazetteer, unit: Option<&UnitCode>) {
    if segment.corrected.is_some() {
        return;
    }
    let characters: Vec<char> = segment.text.chars().collect();
    let mut corrected = String::new();
    let mut at = 0;
    for hit in gazetteer.find(&segment.text, unit) {
        let sure = hit.probability > SURE && !hit.exact && hit.start >= at && hit.end <= characters.len();
        let Some(name) = gazetteer.names().get(hit.name_idx).filter(|_| sure) else {
            continue;
        };
        corrected.extend(&characters[at..hit.start]);
        corrected.push_str(&name.name);
        at = hit.end;
    }
    if at > 0 {
        corrected.extend(&characters[at..]);
        segment.corrected = Some(corrected).filter(|corrected| *corrected != segment.text);
    }
}
