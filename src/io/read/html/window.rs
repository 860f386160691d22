//! A window over markup, which both ways of reading it look through.

use std::io::{self, Read};

use html5gum::Reader;

/// How much a window shows, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    /// At most, unless more is asked for at once.
    pub(super) most: usize,
    /// With less than this in sight the window moves on, so that hardly a tag is cut off by its end.
    pub(super) least: usize,
}

pub(super) const SCOPE: Scope = Scope { most: 64 << 10, least: 4 << 10 };

pub(super) struct Window<R> {
    source: R,
    scope: Scope,
    bytes: Vec<u8>,
    at: usize,
    is_last: bool,
}

impl<R: Read> Window<R> {
    pub(super) fn new(source: R, scope: Scope) -> Self {
        Self { source, scope, bytes: Vec::with_capacity(scope.most), at: 0, is_last: false }
    }

    /// What is in sight: nothing only at the end.
    pub(super) fn look(&mut self) -> io::Result<&[u8]> {
        self.see(self.scope.least)?;
        Ok(self.rest())
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.at = (self.at + count).min(self.bytes.len());
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Brings so many bytes into sight, if there are as many.
    fn see(&mut self, count: usize) -> io::Result<()> {
        if self.is_last || self.bytes.len() - self.at >= count {
            return Ok(());
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        while !self.is_last && self.bytes.len() < count {
            let before = self.bytes.len();
            self.bytes.resize(self.scope.most.max(count), 0);
            let free = self.bytes.get_mut(before..).unwrap_or_default();
            let read = self.source.read(free);
            self.bytes.truncate(before + read.as_ref().map_or(0, |read| *read));
            self.is_last = read? == 0;
        }
        Ok(())
    }
}

impl<R: Read> Reader for &mut Window<R> {
    type Error = io::Error;

    fn read_byte(&mut self) -> io::Result<Option<u8>> {
        self.see(1)?;
        let byte = self.rest().first().copied();
        self.advance(1);
        Ok(byte)
    }

    fn try_read_string(&mut self, wanted: &[u8], case_sensitive: bool) -> io::Result<bool> {
        self.see(wanted.len())?;
        let found = self.rest().get(..wanted.len()).is_some_and(|next| {
            if case_sensitive { next == wanted } else { next.eq_ignore_ascii_case(wanted) }
        });
        if found {
            self.advance(wanted.len());
        }
        Ok(found)
    }

    fn read_until<'b>(&'b mut self, needle: &[u8], _: &'b mut [u8; 4]) -> io::Result<Option<&'b [u8]>> {
        self.see(1)?;
        let rest = self.rest();
        // A needle that stands first is handed out alone.
        let count = rest.iter().position(|byte| needle.contains(byte)).map_or(rest.len(), |at| at.max(1));
        let from = self.at;
        self.advance(count);
        Ok(self.bytes.get(from..from + count).filter(|bytes| !bytes.is_empty()))
    }
}
