//! Where the service is: Google's own, or an emulator's address. Tokens and order data go there, so plain HTTP must stay on
//! this machine.

use reqwest::Url;

use super::BigQueryError;

const GOOGLE: &str = "https://bigquery.googleapis.com";

/// Where the service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Google's own, or another one: with TLS anywhere, without only on this machine, as it gets no credentials then.
    pub fn new(told: Option<&str>) -> Result<Self, BigQueryError> {
        let text = told.unwrap_or(GOOGLE).trim_end_matches('/');
        let refuse = |problem| BigQueryError::Endpoint { endpoint: text.to_owned(), problem };
        let url = Url::parse(text).map_err(|_| refuse("it is no URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(refuse("plain HTTP is for loopback addresses only")),
            _ => return Err(refuse("it is neither https nor http")),
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(refuse("it holds more than a host and a port"));
        }
        Ok(Self(url))
    }

    /// Whether it is an emulator on this machine: it may do without TLS and credentials.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    pub(super) fn under(&self, root: &str, path: &str) -> String {
        format!("{}/{root}/{path}", self.0.as_str().trim_end_matches('/'))
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in
            ["http://127.0.0.1:9050", "http://localhost:9050/", "http://[::1]:9050", "https://example.com"]
        {
            let endpoint = Endpoint::new(Some(good)).unwrap();
            assert_eq!(endpoint.is_plain(), good.starts_with("http:"), "{good}");
        }
        let google = Endpoint::new(None).unwrap();
        assert_eq!(
            google.under("upload/bigquery/v2", "x"),
            "https://bigquery.googleapis.com/upload/bigquery/v2/x"
        );
        for bad in [
            "http://example.com",
            "http://10.0.0.1:9050",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://u:p@127.0.0.1:1",
            "ftp://127.0.0.1",
            "127.0.0.1:9050",
            "",
        ] {
            assert_eq!(Endpoint::new(Some(bad)).unwrap_err().code(), "usage", "{bad}");
        }
    }
}
