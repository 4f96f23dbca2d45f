//! The address in the settings in, the one that may be asked out.

use ureq::http::Uri;

use crate::speech::remote::SetupError;

/// Where transcriptions are asked for, behind the address in the settings.
const PATH: &str = "/audio/transcriptions";

/// Returns the full address of a server whose host is listed.
pub(super) fn endpoint(url: &str, hosts: &[String]) -> Result<Uri, SetupError> {
    let wrong = |reason: &str| SetupError::Address {
        url: url.to_owned(),
        reason: reason.to_owned(),
    };
    let full = format!("{}{PATH}", url.trim().trim_end_matches('/'));
    let uri: Uri = full.parse().map_err(|_| wrong("no address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(wrong("it must begin with http:// or https://"));
    }
    if uri.query().is_some()
        || uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err(wrong(
            "it must be host, port and path only; a key goes into key_variable",
        ));
    }
    let host = bare(uri.host().unwrap_or_default());
    match hosts.iter().any(|listed| bare(listed).eq_ignore_ascii_case(host)) {
        true => Ok(uri),
        false => Err(SetupError::Host(host.to_owned())),
    }
}

/// Returns where a server sends us on, if that is itself: another host, port or scheme is refused.
pub(super) fn redirected(from: &Uri, location: &str) -> Option<Uri> {
    let whole = match location.starts_with('/') && !location.starts_with("//") {
        true => format!("{}://{}{location}", from.scheme_str()?, from.authority()?),
        false => location.to_owned(),
    };
    let to: Uri = whole.parse().ok()?;
    let same = to.scheme() == from.scheme() && to.authority() == from.authority();
    same.then_some(to)
}

/// A host without the brackets of IPv6.
fn bare(host: &str) -> &str {
    host.trim().trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(url: &str, hosts: &[&str]) -> Result<String, SetupError> {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        endpoint(url, &hosts).map(|uri| uri.to_string())
    }

    #[test]
    fn only_listed_hosts_are_asked() {
        let asked = listed("http://127.0.0.1:8000/v1/", &["localhost", "127.0.0.1"]);
        assert_eq!(asked.unwrap(), "http://127.0.0.1:8000/v1/audio/transcriptions");
        assert!(listed("https://GPU.police.example/v1", &["gpu.police.example"]).is_ok());
        assert!(listed("http://[::1]:8000/v1", &["::1"]).is_ok());
        for url in [
            "http://127.0.0.1.evil.example/v1",
            "http://evil.example/127.0.0.1",
            "http://10.0.0.1/v1",
        ] {
            assert!(matches!(listed(url, &["127.0.0.1"]), Err(SetupError::Host(_))), "{url}");
        }
    }

    #[test]
    fn an_address_that_is_none_or_hides_something_is_refused() {
        for url in [
            "",
            "127.0.0.1:8000/v1",
            "ftp://127.0.0.1/v1",
            "http:///v1",
            "http://key@127.0.0.1/v1",
            "http://127.0.0.1/v1?key=1",
        ] {
            assert!(listed(url, &["127.0.0.1"]).is_err(), "{url}");
        }
    }

    #[test]
    fn a_server_may_only_send_us_on_to_itself() {
        let from: Uri = "http://127.0.0.1:8000/v1/audio/transcriptions".parse().unwrap();
        let to = |location| redirected(&from, location).map(|uri| uri.to_string());
        assert_eq!(to("/asr").as_deref(), Some("http://127.0.0.1:8000/asr"));
        assert_eq!(
            to("http://127.0.0.1:8000/asr").as_deref(),
            Some("http://127.0.0.1:8000/asr")
        );
        for other in [
            "http://evil.example/asr",
            "//evil.example/asr",
            "http://127.0.0.1:9000/asr",
            "https://127.0.0.1:8000/asr",
            "asr",
            "",
        ] {
            assert_eq!(to(other), None, "{other}");
        }
    }
}
