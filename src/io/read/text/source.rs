//! A file as a run of decoded chunks.
//!
//! Chunks end with a line where they can, so that each is decoded by itself and lines can be judged one by one as soon
//! as something is wrong with a chunk. Only a line longer than [`Sizes::line`] is cut elsewhere.

use std::io::{self, Read};

use super::decode::{self, Encoding, Last};
use super::switch::{Mark, SwitchWatch};
use super::{Input, Sizes};
use crate::core::text::recompose_filler_jamo;
use crate::io::read::input::ReadSeek;

const FILLER: &str = "\u{3164}";

/// Decodes a file chunk by chunk.
pub(in crate::io::read) struct TextSource {
    input: Box<dyn ReadSeek>,
    sizes: Sizes,
    /// Read and not yet decoded.
    raw: Vec<u8>,
    /// The head lies in `raw` and nothing was decoded yet.
    fresh: bool,
    ended: bool,
    /// None as long as everything is ASCII and nobody decided.
    settled: Option<Encoding>,
    utf16: Option<encoding_rs::Decoder>,
    watch: SwitchWatch,
    /// Decoded bytes handed over so far.
    produced: u64,
    damaged: bool,
    recomposed: u64,
}

impl TextSource {
    /// Reads the head of the file and looks for a byte order mark.
    pub fn open(input: &Input, sizes: Sizes) -> io::Result<Self> {
        let mut source = Self {
            input: input.open()?,
            sizes,
            raw: Vec::with_capacity(sizes.head),
            fresh: true,
            ended: false,
            settled: None,
            utf16: None,
            watch: SwitchWatch::default(),
            produced: 0,
            damaged: false,
            recomposed: 0,
        };
        source.read(sizes.head)?;
        if let Some((encoding, mark)) = Encoding::of_mark(&source.raw) {
            source.raw.drain(..mark);
            source.settle(encoding);
        } else if let Some(encoding) = Encoding::of_nul_pattern(&source.raw) {
            source.settle(encoding);
        }
        Ok(source)
    }

    /// The first bytes, without a byte order mark. Only before the first [`Self::fill`].
    pub fn head(&self) -> &[u8] {
        &self.raw
    }

    /// Whether the head is the whole file.
    pub fn head_is_all(&self) -> bool {
        self.ended
    }

    /// The encoding, if it is decided.
    pub fn settled(&self) -> Option<Encoding> {
        self.settled
    }

    /// The encoding; pure ASCII counts as UTF-8.
    pub fn encoding(&self) -> Encoding {
        self.settled.unwrap_or(Encoding::Utf8)
    }

    /// Decides the encoding. To be called before the first [`Self::fill`].
    pub fn settle(&mut self, encoding: Encoding) {
        self.settled = Some(encoding);
        self.utf16 = match encoding {
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            _ => None,
        };
    }

    /// The head as text in an encoding, up to its last whole line, and how many sequences of it are malformed.
    pub fn decode_head(&self, encoding: Encoding) -> (String, u64) {
        let mut text = String::new();
        let cut =
            if self.ended || encoding.is_utf16() { self.raw.len() } else { decode::safe_cut(&self.raw) };
        let bytes = self.raw.get(..cut).unwrap_or_default();
        let malformed = match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => decode::push_utf8(bytes, &mut text),
            Encoding::Cp949 => decode::push_cp949(bytes, &mut text),
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let rs =
                    if encoding == Encoding::Utf16Le { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
                let last = if self.ended { Last::Yes } else { Last::No };
                decode::push_decoded(&mut rs.new_decoder_without_bom_handling(), bytes, &mut text, last)
            }
        };
        (text, malformed)
    }

    /// Appends the next chunk. `false`: there is none.
    pub fn fill(&mut self, out: &mut String) -> io::Result<bool> {
        let cut = self.next_cut()?;
        if cut == 0 {
            self.watch.end();
            return Ok(self.flush(out));
        }
        let start = out.len();
        let raw = std::mem::take(&mut self.raw);
        self.decode(raw.get(..cut).unwrap_or_default(), out);
        self.raw = raw;
        self.raw.drain(..cut);
        let new = out.get(start..).unwrap_or_default();
        self.damaged = self.damaged || decode::is_damaged(new);
        self.produced += new.len() as u64;
        Ok(true)
    }

    /// Whether any text so far held something that is no text.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Where the encoding seems to change.
    pub fn switch(&self) -> Option<Mark> {
        self.watch.mark()
    }

    /// How many syllables were put together from jamo.
    pub fn recomposed(&self) -> u64 {
        self.recomposed
    }

    fn read(&mut self, count: usize) -> io::Result<()> {
        let got = (&mut self.input).take(count as u64).read_to_end(&mut self.raw)?;
        self.ended = got < count;
        Ok(())
    }

    /// Reads until a chunk can be cut off, and tells its length; 0 at the end.
    fn next_cut(&mut self) -> io::Result<usize> {
        loop {
            if !std::mem::take(&mut self.fresh) && !self.ended {
                self.read(self.sizes.block)?;
            }
            if self.ended || self.encoding().is_utf16() {
                return Ok(self.raw.len());
            }
            if let Some(at) = memchr::memrchr2(b'\n', b'\r', &self.raw) {
                return Ok(at + 1);
            }
            if self.raw.len() >= self.sizes.line {
                return Ok(decode::safe_cut(&self.raw));
            }
        }
    }

    fn decode(&mut self, bytes: &[u8], out: &mut String) {
        if let Some(decoder) = &mut self.utf16 {
            decode::push_decoded(decoder, bytes, out, Last::No);
            return;
        }
        if self.settled.is_none() && !bytes.is_ascii() {
            self.guess(bytes);
        }
        let start = out.len();
        let recomposed = self.recomposed;
        if !self.watch.is_alert() && self.push(bytes, out) == 0 {
            return;
        }
        out.truncate(start);
        self.recomposed = recomposed;
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr::memchr2(b'\n', b'\r', rest).map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            let at = self.produced + (out.len() - start) as u64;
            if line.is_ascii() {
                self.push(line, out);
            } else if self.push(line, out) == 0 {
                self.watch.sound(self.encoding(), line);
            } else {
                self.watch.unsound(self.encoding(), line, at);
            }
            rest = after;
        }
    }

    /// Half a UTF-16 character at the very end is damage too.
    fn flush(&mut self, out: &mut String) -> bool {
        let malformed = self
            .utf16
            .take()
            .map_or(0, |mut decoder| decode::push_decoded(&mut decoder, &[], out, Last::Yes));
        self.damaged = self.damaged || malformed > 0;
        malformed > 0
    }

    /// Everything so far was ASCII: these bytes decide.
    fn guess(&mut self, bytes: &[u8]) {
        let mut scratch = String::new();
        let as_utf8 = decode::push_utf8(bytes, &mut scratch);
        scratch.clear();
        let as_cp949 = if as_utf8 == 0 { 0 } else { decode::push_cp949(bytes, &mut scratch) };
        self.settle(if as_cp949 < as_utf8 { Encoding::Cp949 } else { Encoding::Utf8 });
    }

    /// Appends decoded bytes and returns the number of malformed sequences.
    fn push(&mut self, bytes: &[u8], out: &mut String) -> u64 {
        if self.encoding() != Encoding::Cp949 {
            return decode::push_utf8(bytes, out);
        }
        let start = out.len();
        let malformed = decode::push_cp949(bytes, out);
        let new = out.get(start..).unwrap_or_default();
        if memchr::memmem::find(new.as_bytes(), FILLER.as_bytes()).is_some()
            && let Some(whole) = recompose_filler_jamo(new)
        {
            // Four characters (filler, initial, medial, final or filler) become one.
            let fewer = new.chars().count().saturating_sub(whole.chars().count());
            self.recomposed += fewer as u64 / 3;
            out.truncate(start);
            out.push_str(&whole);
        }
        malformed
    }
}
