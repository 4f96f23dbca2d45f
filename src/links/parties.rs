//! Elements and record in, telephone numbers, persons and plates out, in the form in which calls are compared.

use crate::call::Call;
use crate::elements::Elements;
use crate::elements::Person;
use crate::links::Party;
use crate::links::Phone;
use crate::links::PhoneRole;

/// The least number of digits of a telephone number that stands for somebody.
const DIGITS: usize = 7;

/// The least number of characters that two plates must have in common.
const PLATE_CHARS: usize = 3;

/// Returns the numbers of a call, sorted. The phone of an officer who reports (link type 3) is not the caller's.
pub(crate) fn phones(call: &Call, elements: &Elements) -> Vec<Phone> {
    let by_officer = call.link_type == Some(3);
    let own = call.caller_no.iter().chain(&call.contact_no).filter(|_| !by_officer);
    let named = elements.phones.iter().map(|item| &item.value);
    let roles = own
        .map(|number| (number, PhoneRole::Caller))
        .chain(named.map(|number| (number, PhoneRole::Mentioned)));
    let mut phones: Vec<Phone> = roles
        .filter_map(|(number, role)| {
            Some(Phone {
                number: digits(number)?,
                role,
            })
        })
        .collect();
    phones.sort();
    phones.dedup_by(|next, kept| next.number == kept.number);
    phones
}

/// Returns the digits of a number without country code; none for placeholders and short numbers (110, 12345).
fn digits(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => digits,
    };
    let first = digits.chars().next()?;
    let same = digits.chars().all(|digit| digit == first);
    let counted = "01234567890".contains(&digits);
    (digits.len() >= DIGITS && !same && !counted).then_some(digits)
}

/// Returns the persons that a call names, sorted. Names that hide somebody (陈某) count as surnames.
pub(crate) fn persons(elements: &Elements) -> Vec<Party> {
    let mut parties: Vec<Party> = elements.persons.iter().filter_map(|item| party(&item.value)).collect();
    parties.sort();
    parties.dedup();
    parties
}

fn party(person: &Person) -> Option<Party> {
    let masked = |name: &String| name.contains(['某', '*', '×']) || name.chars().count() < 2;
    let party = Party {
        name: person.name.clone().filter(|name| !masked(name)),
        surname: person.surname.clone().filter(|surname| !surname.is_empty()),
        relation: person.relation.clone().filter(|relation| !relation.is_empty()),
    };
    (party.name.is_some() || party.surname.is_some()).then_some(party)
}

/// Returns the plates of a call, sorted.
pub(crate) fn plates(elements: &Elements) -> Vec<String> {
    let mut plates: Vec<String> = elements.plates.iter().map(|item| item.value.to_uppercase()).collect();
    plates.sort();
    plates.dedup();
    plates
}

/// Returns whether two plates may be one: nothing that was heard differs, and their ends or their heads agree.
pub(crate) fn same_plate(one: &str, other: &str) -> bool {
    let backwards = one.chars().rev().zip(other.chars().rev());
    let differ = backwards.into_iter().any(|(a, b)| a != '?' && b != '?' && a != b);
    let shared = |keys: Vec<String>| plate_keys(one).iter().any(|key| keys.contains(key));
    !differ && shared(plate_keys(other))
}

/// Returns what files a plate: its end and its head, where they were heard.
pub(crate) fn plate_keys(plate: &str) -> Vec<String> {
    let chars: Vec<char> = plate.chars().collect();
    let tail = chars.iter().rev().take(PLATE_CHARS).rev().collect::<String>();
    let head = chars.iter().take(PLATE_CHARS + 2).collect::<String>();
    let whole = |part: &String, least: usize| part.chars().count() >= least && !part.contains('?');
    let tail = Some(tail)
        .filter(|tail| whole(tail, PLATE_CHARS))
        .map(|tail| format!("~{tail}"));
    let head = Some(head).filter(|head| whole(head, PLATE_CHARS + 2));
    tail.into_iter().chain(head).collect()
}
