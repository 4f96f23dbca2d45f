//! Parts of an address in, the address with everything escaped out.

/// Returns the page of a call.
pub(super) fn call(id: &str) -> String {
    format!("/calls/{}", encoded(id))
}

/// Returns where the sound of a call can be had.
pub(super) fn audio(id: &str) -> String {
    format!("/api/v1/calls/{}/audio", encoded(id))
}

/// Returns the page of a cluster.
pub(super) fn cluster(id: &str) -> String {
    format!("/clusters/{}", encoded(id))
}

/// Returns `path` with the parameters that are not empty.
pub(super) fn with(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut sign = '?';
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(sign);
        address.push_str(name);
        address.push('=');
        address.push_str(&encoded(value));
        sign = '&';
    }
    address
}

/// Escapes everything but letters, digits and `-._~`.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_has_a_meaning_in_an_address_stays_as_it_is() {
        assert_eq!(call("A1?#%\"<"), "/calls/A1%3F%23%25%22%3C");
        assert_eq!(
            with("/", &[("q", "楼 &"), ("unit", ""), ("page", "2")]),
            "/?q=%E6%A5%BC%20%26&page=2"
        );
        assert_eq!(with("/", &[]), "/");
    }
}
