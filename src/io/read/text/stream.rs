//! Decoded text as a byte stream, for parsers of HTML and XML.

use std::io::{self, BufRead, Read};

use super::source::TextSource;
use crate::io::read::ReadError;

/// What a file of markup turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkupFacts {
    /// As [`TextFacts::encoding`](super::TextFacts::encoding).
    pub encoding: &'static str,
}

/// Reads a [`TextSource`] as UTF-8. A change of encoding comes as an [`io::Error`] that holds a [`ReadError`], with row 0.
pub(in crate::io::read) struct TextStream {
    source: TextSource,
    text: String,
    at: usize,
    /// How many bytes may pass before [`Self::allow_piece`] is called again.
    allowance: u64,
}

/// The longest piece of markup (a tag, a text) that a parser may gather, in bytes.
const MAX_PIECE: u64 = 4 << 20;

impl TextStream {
    pub fn new(source: TextSource) -> Self {
        Self { source, text: String::new(), at: 0, allowance: u64::MAX }
    }

    /// Refuses to hand out more than one piece of markup from now on, so that a parser cannot be made to gather more.
    pub fn allow_piece(&mut self) {
        self.allowance = MAX_PIECE;
    }

    pub fn source(&self) -> &TextSource {
        &self.source
    }
}

impl BufRead for TextStream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.text.len() {
            self.text.clear();
            self.at = 0;
            self.source.fill(&mut self.text)?;
            if self.source.switch().is_some_and(|mark| mark.certain) {
                let before = self.source.encoding().name();
                return Err(io::Error::other(ReadError::MixedEncoding { row: 0, before }));
            }
        }
        if self.allowance == 0 {
            return Err(io::Error::other(ReadError::TooLarge {
                what: "one piece of markup",
                limit: 4 << 20,
            }));
        }
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let shown = usize::try_from(self.allowance).unwrap_or(usize::MAX).min(rest.len());
        Ok(rest.get(..shown).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
        self.allowance = self.allowance.saturating_sub(amount as u64);
    }
}

impl Read for TextStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

/// The error that a parser hands back from a [`TextStream`], with the row it happened at.
pub(in crate::io::read) fn unwrap_error(error: io::Error, at_row: u64) -> ReadError {
    match error.downcast::<ReadError>() {
        Ok(ReadError::MixedEncoding { before, .. }) => ReadError::MixedEncoding { row: at_row, before },
        Ok(inner) => inner,
        Err(error) => ReadError::Io(error),
    }
}
