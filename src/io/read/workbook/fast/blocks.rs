//! A part of the workbook as text, one block after another, so that no sheet is ever held as a whole.

use std::io::Read;
use std::ops::ControlFlow;

use super::cursor::Cursor;
use crate::io::read::guard;

/// Why reading cannot go on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// The text ends inside of a token: try again with more of it.
    More,
    /// Not the dialect we know, or not well formed, or not readable: calamine shall judge.
    Unknown,
}

pub(super) type Step<T> = Result<T, Halt>;

/// A single cell, string or prologue beyond this is left to calamine.
const MAX_TOKEN: usize = 32 << 20;

pub(super) struct Blocks<R> {
    reader: R,
    block: usize,
    buffer: Vec<u8>,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// `block` bytes are read at a time.
    pub(super) fn new(reader: R, block: usize) -> Self {
        Self { reader, block, buffer: Vec::new(), ended: false }
    }

    /// What was read and not yet used up, without a character that is cut at the end.
    pub(super) fn text(&self) -> Step<&str> {
        let length = if self.ended { self.buffer.len() } else { whole_characters(&self.buffer) };
        let bytes = self.buffer.get(..length).unwrap_or_default();
        simdutf8::basic::from_utf8(bytes).map_err(|_| Halt::Unknown)
    }

    /// Forgets the first `used` bytes and reads at least as much as is left, so that a long token is not tried again
    /// for each block of it.
    pub(super) fn advance(&mut self, used: usize) -> Step<()> {
        if self.ended {
            return Err(Halt::Unknown);
        }
        self.buffer.drain(..used.min(self.buffer.len()));
        if self.buffer.len() >= MAX_TOKEN {
            return Err(Halt::Unknown);
        }
        let wanted = self.block.max(self.buffer.len());
        let (reader, buffer) = (&mut self.reader, &mut self.buffer);
        let read = guard::parser(|| reader.take(wanted as u64).read_to_end(buffer));
        let Ok(Ok(read)) = read else { return Err(Halt::Unknown) };
        self.ended = read < wanted;
        Ok(())
    }

    /// Calls `step`, from byte `at` on, until it breaks off. After [`Halt::More`] a step is called again from where it
    /// began: it must have left no trace.
    pub(super) fn each<B>(
        &mut self,
        mut at: usize,
        mut step: impl FnMut(&mut Cursor<'_>) -> Step<ControlFlow<B>>,
    ) -> Step<B> {
        loop {
            let mut cursor = Cursor::new(self.text()?, at);
            let used = loop {
                let start = cursor.at();
                match step(&mut cursor) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(value)) => return Ok(value),
                    Err(Halt::More) => break start,
                    Err(Halt::Unknown) => return Err(Halt::Unknown),
                }
            };
            self.advance(used)?;
            at = 0;
        }
    }
}

/// How many bytes end with a whole character, if the text is UTF-8 at all.
fn whole_characters(bytes: &[u8]) -> usize {
    for (back, byte) in (1..=3).zip(bytes.iter().rev()) {
        let length = match byte {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xFF => 4,
            0x80..=0xBF => continue,
            0x00..=0x7F => 1,
        };
        return if length > back { bytes.len() - back } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::super::cursor::{Attribute, Tag};
    use super::*;

    #[test]
    fn characters_cut_at_the_end_wait() {
        let text = "a가😀é";
        for length in 0..=text.len() {
            let whole = whole_characters(&text.as_bytes()[..length]);
            assert!(text.is_char_boundary(whole) && length - whole < 4, "{length}");
        }
        assert_eq!(whole_characters(text.as_bytes()), text.len());
        assert_eq!(whole_characters(&[0x80; 9]), 9);
    }

    #[test]
    fn steps_are_tried_again_until_they_have_all_they_need() {
        let text = "<a>가&amp;😀</a>".repeat(20);
        for block in 1..=text.len() + 1 {
            let mut told = String::new();
            let result = Blocks::new(text.as_bytes(), block).each(0, |cursor| -> Step<ControlFlow<()>> {
                assert_eq!(cursor.tag(b"")?, Tag::Open(b"a"));
                assert_eq!(cursor.attribute()?, Attribute::End);
                let start = told.len();
                let halt = cursor.text(&mut told).and_then(|()| cursor.close(b"", b"a")).err();
                halt.map_or(Ok(ControlFlow::Continue(())), |halt| {
                    told.truncate(start);
                    Err(halt)
                })
            });
            assert_eq!((result, told), (Err(Halt::Unknown), "가&😀".repeat(20)), "{block}");
        }
    }

    #[test]
    fn a_token_without_an_end_is_given_up() {
        let mut blocks = Blocks::new(std::io::repeat(b'x'), 1);
        let result = blocks.each(0, |_| -> Step<ControlFlow<()>> { Err(Halt::More) });
        assert_eq!((result, blocks.buffer.len()), (Err(Halt::Unknown), MAX_TOKEN));
    }

    #[test]
    fn only_utf8_is_text() {
        for (bytes, text) in
            [(&b"a\xFFb"[..], Err(Halt::Unknown)), (b"a\xEA", Err(Halt::Unknown)), (b"a", Ok("a"))]
        {
            let mut blocks = Blocks::new(bytes, 9);
            assert_eq!(blocks.text(), Ok(""));
            blocks.advance(0).unwrap();
            assert_eq!(blocks.text(), text);
            assert_eq!(blocks.advance(0), Err(Halt::Unknown));
        }
    }
}
