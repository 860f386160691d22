//! Bytes of a JSON file as they come, with a way to hold on to the stretch that is being looked at.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use memchr::{memchr, memchr2};

use crate::io::read::Input;

/// The longest order (or line) that is held at once, in bytes. A thousand orders weigh about 17 MB.
pub(super) const MAX_VALUE: usize = 64 << 20;
/// How much of a file's beginning is looked at to see how it is laid out.
const HEAD: usize = 1 << 20;
const CHUNK: usize = 256 << 10;
/// No order nests deeper than a dozen levels.
const MAX_DEPTH: usize = 4096;

/// Why scanning ended before the end. Places are bytes of the decoded text.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    End,
    Syntax(u64),
    BadOrder(u64),
    TooDeep(u64),
    TooLarge,
    /// The sink has seen enough.
    Stopped,
}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

/// The file's text as UTF-8, without a byte order mark.
pub(super) fn decoded(input: &Input) -> io::Result<Box<dyn Read>> {
    let mut reader = input.open()?;
    let mut start = Vec::with_capacity(3);
    reader.by_ref().take(3).read_to_end(&mut start)?;
    let (encoding, mark) = Encoding::for_bom(&start).unwrap_or((UTF_8, 0));
    let rest = io::Cursor::new(start.split_off(mark)).chain(reader);
    if encoding == UTF_8 {
        return Ok(Box::new(rest));
    }
    Ok(Box::new(Transcoder {
        reader: rest,
        decoder: encoding.new_decoder_without_bom_handling(),
        raw: Vec::new(),
        at_end: false,
        text: Vec::new(),
        text_read: 0,
    }))
}

/// Turns UTF-16 into UTF-8 on the way.
struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    raw: Vec<u8>,
    at_end: bool,
    text: Vec<u8>,
    text_read: usize,
}

impl<R: Read> Transcoder<R> {
    fn refill(&mut self) -> io::Result<()> {
        self.raw.clear();
        let n = self.reader.by_ref().take(CHUNK as u64).read_to_end(&mut self.raw)?;
        self.at_end = n < CHUNK;
        // Two bytes of UTF-16 become at most three of UTF-8; a character cut by the last chunk adds one more.
        self.text.resize(n * 2 + 16, 0);
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw, &mut self.text, self.at_end);
        if result != DecoderResult::InputEmpty {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its text is no valid UTF-16"));
        }
        self.text.truncate(written);
        self.text_read = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.text_read == self.text.len() {
            if self.at_end {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = self.text.get(self.text_read..).unwrap_or_default().read(buf)?;
        self.text_read += n;
        Ok(n)
    }
}

/// A window over the text. What lies between the mark and the place stays in memory.
pub(super) struct Source<'a> {
    reader: Box<dyn Read + 'a>,
    window: Vec<u8>,
    /// Where the scanner stands in the window.
    at: usize,
    mark: Option<usize>,
    /// What was marked became too large to hold on to.
    lost_mark: bool,
    /// Bytes that have left the window.
    gone: u64,
    at_end: bool,
}

impl<'a> Source<'a> {
    pub(super) fn open(input: &Input) -> io::Result<Self> {
        Ok(Self::new(decoded(input)?))
    }

    pub(super) fn from_bytes(bytes: &'a [u8]) -> Self {
        Self::new(Box::new(bytes))
    }

    fn new(reader: Box<dyn Read + 'a>) -> Self {
        Self { reader, window: Vec::new(), at: 0, mark: None, lost_mark: false, gone: 0, at_end: false }
    }

    /// The beginning of the text, and whether that is all of it. Nothing may have been read before.
    pub(super) fn head(&mut self) -> Result<(&[u8], bool), Fault> {
        while self.window.len() < HEAD && self.fill()? {}
        Ok((&self.window, self.at_end))
    }

    /// Reads on. Forgets what lies before the mark, or before the place if nothing is marked. `false`: there is no more.
    fn fill(&mut self) -> Result<bool, Fault> {
        if self.at_end {
            return Ok(false);
        }
        if self.mark.is_some_and(|mark| self.window.len() - mark > MAX_VALUE) {
            self.mark = None;
            self.lost_mark = true;
        }
        let keep = self.mark.unwrap_or(self.at);
        // Moving the rest to the front pays only when much has gone by.
        if keep >= CHUNK || keep == self.window.len() {
            self.window.drain(..keep);
            self.at -= keep;
            self.mark = self.mark.map(|mark| mark - keep);
            self.gone += keep as u64;
        }
        let n = self.reader.by_ref().take(CHUNK as u64).read_to_end(&mut self.window)?;
        self.at_end = n < CHUNK;
        Ok(n > 0)
    }

    fn rest(&self) -> &[u8] {
        self.window.get(self.at..).unwrap_or_default()
    }

    /// The place as a byte of the text.
    pub(super) fn place(&self) -> u64 {
        self.gone + self.at as u64
    }

    /// Holds on to everything from here.
    pub(super) fn set_mark(&mut self) {
        self.mark = Some(self.at);
        self.lost_mark = false;
    }

    /// Lets the marked stretch go.
    pub(super) fn drop_mark(&mut self) {
        self.mark = None;
        self.lost_mark = false;
    }

    /// What lies between the mark and the place, with the mark's place. The mark goes.
    pub(super) fn take_marked(&mut self) -> Result<(&[u8], u64), Fault> {
        let mark = self.mark.take();
        if std::mem::take(&mut self.lost_mark) {
            return Err(Fault::TooLarge);
        }
        let mark = mark.unwrap_or(self.at);
        Ok((self.window.get(mark..self.at).unwrap_or_default(), self.gone + mark as u64))
    }

    /// The next line, without its end. `None` after the last one.
    pub(super) fn next_line(&mut self) -> Result<Option<&[u8]>, Fault> {
        self.set_mark();
        let ending = loop {
            if let Some(length) = memchr(b'\n', self.rest()) {
                self.at += length + 1;
                break 1;
            }
            self.at = self.window.len();
            if !self.fill()? {
                break 0;
            }
        };
        let (line, _) = self.take_marked()?;
        if line.is_empty() {
            return Ok(None);
        }
        Ok(line.get(..line.len() - ending))
    }

    /// The next byte, which stays.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            if let Some(byte) = self.window.get(self.at) {
                return Ok(Some(*byte));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// The next byte that is no white space, which stays.
    pub(super) fn peek_token(&mut self) -> Result<Option<u8>, Fault> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(Some(byte));
            }
            self.at += 1;
        }
        Ok(None)
    }

    /// As `peek_token`, where the text may not end.
    pub(super) fn expect_token(&mut self) -> Result<u8, Fault> {
        self.peek_token()?.ok_or(Fault::End)
    }

    /// Steps over a byte that was peeked at.
    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn syntax(&self) -> Fault {
        Fault::Syntax(self.place())
    }

    /// Steps over one whole value; brackets must match, what lies between them is not looked at.
    pub(super) fn skip_value(&mut self) -> Result<(), Fault> {
        match self.expect_token()? {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_container(),
            _ => self.read_literal(&mut Vec::new()),
        }
    }

    fn skip_string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            let Some(length) = memchr2(b'"', b'\\', self.rest()) else {
                self.at = self.window.len();
                if !self.fill()? {
                    return Err(Fault::End);
                }
                continue;
            };
            let quote = self.rest().get(length) == Some(&b'"');
            self.at += length + 1;
            if quote {
                return Ok(());
            }
            self.peek()?.ok_or(Fault::End)?;
            self.at += 1;
        }
    }

    fn skip_container(&mut self) -> Result<(), Fault> {
        let mut closers = Vec::new();
        loop {
            let Some(length) = self.rest().iter().position(|b| is_structural(*b)) else {
                self.at = self.window.len();
                if !self.fill()? {
                    return Err(Fault::End);
                }
                continue;
            };
            self.at += length;
            match self.window.get(self.at) {
                Some(b'"') => {
                    self.skip_string()?;
                    continue;
                }
                Some(b'{') => closers.push(b'}'),
                Some(b'[') => closers.push(b']'),
                closer if closers.pop().as_ref() != closer => return Err(self.syntax()),
                _ => {}
            }
            self.at += 1;
            if closers.is_empty() {
                return Ok(());
            }
            if closers.len() > MAX_DEPTH {
                return Err(Fault::TooDeep(self.place()));
            }
        }
    }

    /// Reads the raw inside of a string that begins here.
    pub(super) fn read_string(&mut self, into: &mut Vec<u8>) -> Result<(), Fault> {
        into.clear();
        if self.expect_token()? != b'"' {
            return Err(self.syntax());
        }
        self.at += 1;
        loop {
            let stop = memchr2(b'"', b'\\', self.rest());
            let plain = stop.unwrap_or(self.rest().len());
            into.extend_from_slice(self.rest().get(..plain).unwrap_or_default());
            self.at += plain;
            if into.len() > MAX_VALUE {
                return Err(Fault::TooLarge);
            }
            match self.peek()?.ok_or(Fault::End)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    let escaped = self.peek()?.ok_or(Fault::End)?;
                    self.at += 1;
                    into.extend([b'\\', escaped]);
                }
                _ => {}
            }
        }
    }

    /// Reads a number, a truth value or null.
    pub(super) fn read_literal(&mut self, into: &mut Vec<u8>) -> Result<(), Fault> {
        let start = self.place();
        into.clear();
        while let Some(byte) = self.peek()? {
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) || into.len() > 256 {
                break;
            }
            into.push(byte);
            self.at += 1;
        }
        match serde_json::from_slice::<serde::de::IgnoredAny>(into) {
            Ok(_) => Ok(()),
            Err(_) => Err(Fault::Syntax(start)),
        }
    }
}

fn is_structural(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']')
}
