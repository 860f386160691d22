//! TODO
use std::borrow::Cow;
pub fn comparable(t: &str) -> Cow<'_, str> {
    Cow::Borrowed(t)
}
