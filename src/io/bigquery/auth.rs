//! Credentials as Google's own tools find them: a key file that is named, Application Default Credentials, or the
//! metadata server of a Google machine.
//!
//! One authenticator serves our own requests and those of `gcp-bigquery-client`, whose ready-made ones neither give
//! their token away nor replace one that the service refused.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use gcp_bigquery_client::auth::Authenticator;
use gcp_bigquery_client::error::BQError;
use gcp_bigquery_client::yup_oauth2::{self, DefaultHyperClientBuilder, HyperClientBuilder};
use yup_oauth2::Error;
use yup_oauth2::authenticator::{ApplicationDefaultCredentialsTypes, Authenticator as Tokens};

use super::BigQueryError;

type Connector = <DefaultHyperClientBuilder as HyperClientBuilder>::Connector;

const SCOPE: [&str; 1] = ["https://www.googleapis.com/auth/bigquery"];
const WELL_KNOWN: &str = "application_default_credentials.json";

/// Where credentials come from, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--credentials` or the configuration.
    Told(PathBuf),
    /// `GOOGLE_APPLICATION_CREDENTIALS`.
    Environment(PathBuf),
    /// What `gcloud auth application-default login` left.
    Gcloud(PathBuf),
    /// A machine of Google's, which knows its own account.
    MetadataServer,
}

impl Origin {
    pub fn find(told: Option<&Path>) -> Self {
        if let Some(path) = told {
            return Self::Told(path.to_owned());
        }
        let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        if let Some(path) = variable("GOOGLE_APPLICATION_CREDENTIALS") {
            return Self::Environment(path);
        }
        let folder = variable("CLOUDSDK_CONFIG")
            .or_else(|| cfg!(windows).then(|| variable("APPDATA").map(|p| p.join("gcloud"))).flatten())
            .or_else(|| variable("HOME").map(|p| p.join(".config/gcloud")));
        match folder.map(|f| f.join(WELL_KNOWN)).filter(|p| p.is_file()) {
            Some(path) => Self::Gcloud(path),
            None => Self::MetadataServer,
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Told(path) => write!(f, "{}", path.display()),
            Self::Environment(path) => write!(f, "GOOGLE_APPLICATION_CREDENTIALS={}", path.display()),
            Self::Gcloud(path) => write!(f, "{} (gcloud)", path.display()),
            Self::MetadataServer => f.write_str("the metadata server"),
        }
    }
}

/// What a credentials file says of itself; the secrets in it are read by `yup-oauth2` alone.
#[derive(serde::Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: Option<String>,
    quota_project_id: Option<String>,
}

/// Which token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// One that is still good as far as its own time tells.
    Kept,
    /// One that was not used before.
    Fresh,
}

/// Why there is no token.
pub(super) enum NoToken {
    /// The server that gives tokens cannot be reached right now.
    Passing(String),
    Final(String),
}

impl NoToken {
    pub(super) fn into_error(self) -> BigQueryError {
        let (Self::Passing(problem) | Self::Final(problem)) = self;
        BigQueryError::Credentials(problem)
    }
}

/// Gives tokens.
#[derive(Clone)]
pub(super) struct Auth {
    tokens: Tokens<Connector>,
    of_machine: bool,
    /// The project that a person's requests are counted against.
    pub(super) quota_project: Option<String>,
}

impl Auth {
    pub(super) async fn new(origin: &Origin) -> Result<Self, BigQueryError> {
        let path = match origin {
            Origin::Told(path) | Origin::Environment(path) | Origin::Gcloud(path) => path,
            Origin::MetadataServer => return Self::of_machine().await,
        };
        let failed = |problem: String| BigQueryError::Credentials(format!("{}: {problem}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
        // The parser's own message could quote the file.
        let kind: Kind =
            serde_json::from_str(&text).map_err(|_| failed("it is no credentials file".into()))?;
        let unreadable = |_| failed("keys of it are missing or of the wrong kind".into());
        let tokens = match kind.kind.as_deref() {
            Some("service_account") => {
                let key = yup_oauth2::read_service_account_key(path).await.map_err(unreadable)?;
                yup_oauth2::ServiceAccountAuthenticator::builder(key).build().await
            }
            Some("authorized_user") => {
                let secret = yup_oauth2::read_authorized_user_secret(path).await.map_err(unreadable)?;
                yup_oauth2::AuthorizedUserAuthenticator::builder(secret).build().await
            }
            Some("external_account") => {
                let secret = yup_oauth2::read_external_account_secret(path).await.map_err(unreadable)?;
                yup_oauth2::ExternalAccountAuthenticator::builder(secret).build().await
            }
            Some(other) => return Err(failed(format!("credentials of the kind {other} are not supported"))),
            None => return Err(failed("it does not tell its type".into())),
        };
        let tokens = tokens.map_err(|_| failed("the key in it cannot be used".into()))?;
        Ok(Self { tokens, of_machine: false, quota_project: kind.quota_project_id })
    }

    async fn of_machine() -> Result<Self, BigQueryError> {
        let options = yup_oauth2::ApplicationDefaultCredentialsFlowOpts::default();
        let tokens = match yup_oauth2::ApplicationDefaultCredentialsAuthenticator::builder(options).await {
            ApplicationDefaultCredentialsTypes::InstanceMetadata(builder) => builder.build().await,
            ApplicationDefaultCredentialsTypes::ServiceAccount(builder) => builder.build().await,
        };
        let tokens = tokens.map_err(|e| BigQueryError::Credentials(e.to_string()))?;
        Ok(Self { tokens, of_machine: true, quota_project: None })
    }

    pub(super) async fn token(&self, ask: Ask) -> Result<String, NoToken> {
        let answer = match ask {
            Ask::Kept => self.tokens.token(&SCOPE).await,
            Ask::Fresh => self.tokens.force_refreshed_token(&SCOPE).await,
        };
        let passing = match answer {
            Ok(token) => {
                let token = token.token().map(str::to_owned);
                return token.ok_or_else(|| NoToken::Final("the answer held no token".into()));
            }
            Err(Error::AuthError(error)) => return Err(NoToken::Final(error.to_string())),
            Err(Error::HttpError(_) | Error::HttpClientError(_)) => {
                "the server that gives tokens cannot be reached"
            }
            // An error page of something in between.
            Err(Error::JSONError(_)) => "what gives tokens does not answer as such a server does",
            Err(_) => return Err(NoToken::Final("no token was given".into())),
        };
        // A machine that is none of Google's has no metadata server, and never will.
        Err(if self.of_machine { NoToken::Final(passing.into()) } else { NoToken::Passing(passing.into()) })
    }
}

type Token<'a> = Pin<Box<dyn Future<Output = Result<String, BQError>> + Send + 'a>>;

impl Authenticator for Auth {
    fn access_token<'s, 'a>(&'s self) -> Token<'a>
    where
        's: 'a,
        Self: 'a,
    {
        Box::pin(async move {
            let token = self.tokens.token(&SCOPE).await?;
            token.token().map(str::to_owned).ok_or(BQError::NoToken)
        })
    }
}

/// Stands in where an emulator asks for none.
#[derive(Clone)]
pub(super) struct NoAuth;

impl Authenticator for NoAuth {
    fn access_token<'s, 'a>(&'s self) -> Token<'a>
    where
        's: 'a,
        Self: 'a,
    {
        Box::pin(std::future::ready(Ok("none".to_owned())))
    }
}
