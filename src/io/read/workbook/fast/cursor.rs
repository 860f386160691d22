//! Takes XML apart, as far as writers of spreadsheets use it. Whatever quick-xml might understand in another way is
//! [`Halt::Unknown`] here: what is taken must mean the same to both.

use super::blocks::{Halt, Step};
use super::{escape, plain};

/// A tag, told by its name without the prefix. That of an opening tag is followed by [`Cursor::attribute`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag<'b> {
    Open(&'b [u8]),
    Close(&'b [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute<'b> {
    /// Name and raw value.
    Pair(&'b [u8], &'b [u8]),
    /// The end of the tag.
    End,
    /// The end of a tag without content.
    EmptyEnd,
}

pub(super) struct Cursor<'b> {
    text: &'b str,
    at: usize,
}

impl<'b> Cursor<'b> {
    pub(super) fn new(text: &'b str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'b [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// A cell in its most usual spelling, if that comes next, perhaps after white space.
    pub(super) fn plain_cell(&mut self) -> Option<plain::Cell<'b>> {
        let rest = self.unspaced()?;
        let cell = plain::cell(rest)?;
        self.at = self.text.len() - rest.len() + cell.length;
        Some(cell)
    }

    /// A shared text in its most usual spelling, if that comes next, perhaps after white space.
    pub(super) fn plain_item(&mut self) -> Option<&'b str> {
        let rest = self.unspaced()?;
        let (text, length) = plain::item(rest)?;
        self.at = self.text.len() - rest.len() + length;
        Some(text)
    }

    fn unspaced(&self) -> Option<&'b str> {
        let spaces = self.rest().iter().position(|byte| !is_space(*byte))?;
        self.text.get(self.at + spaces..)
    }

    #[inline]
    fn peek(&self) -> Step<u8> {
        self.text.as_bytes().get(self.at).copied().ok_or(Halt::More)
    }

    /// Takes `token` if it comes next.
    #[inline]
    fn eat(&mut self, token: &[u8]) -> Step<bool> {
        let rest = self.rest();
        if rest.starts_with(token) {
            self.at += token.len();
            Ok(true)
        } else if rest.len() < token.len() && token.starts_with(rest) {
            Err(Halt::More)
        } else {
            Ok(false)
        }
    }

    #[inline]
    fn expect(&mut self, token: &[u8]) -> Step<()> {
        if self.eat(token)? { Ok(()) } else { Err(Halt::Unknown) }
    }

    /// The bytes up to the first that is `wanted`, which stays.
    #[inline]
    fn until(&mut self, wanted: impl Fn(u8) -> bool) -> Step<&'b [u8]> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| wanted(*byte)).ok_or(Halt::More)?;
        self.at += length;
        rest.get(..length).ok_or(Halt::More)
    }

    /// Takes everything up to and with `end`.
    fn through(&mut self, end: &[u8]) -> Step<&'b str> {
        let length = memchr::memmem::find(self.rest(), end).ok_or(Halt::More)?;
        let content = self.text.get(self.at..self.at + length).ok_or(Halt::Unknown)?;
        self.at += length + end.len();
        Ok(content)
    }

    /// The next tag that begins with `prefix`, with the white space, comments and instructions before it.
    pub(super) fn tag(&mut self, prefix: &[u8]) -> Step<Tag<'b>> {
        loop {
            self.until(|byte| !is_space(byte))?;
            self.expect(b"<")?;
            match self.peek()? {
                b'/' => {
                    self.at += 1;
                    let name = self.name(prefix)?;
                    self.expect(b">")?;
                    return Ok(Tag::Close(name));
                }
                b'!' | b'?' => self.aside()?,
                _ => return self.name(prefix).map(Tag::Open),
            }
        }
    }

    /// Passes over a comment or instruction, behind its `<`.
    fn aside(&mut self) -> Step<()> {
        if self.eat(b"!--")? {
            self.through(b"-->")?;
        } else {
            self.expect(b"?")?;
            // quick-xml takes `<?>` for a whole one, and `<?xml` for something else.
            if matches!(self.peek()?, b'>' | b'x') {
                return Err(Halt::Unknown);
            }
            self.through(b"?>")?;
        }
        Ok(())
    }

    fn name(&mut self, prefix: &[u8]) -> Step<&'b [u8]> {
        if !prefix.is_empty() {
            self.expect(prefix)?;
        }
        let name = self.until(|byte| !byte.is_ascii_alphanumeric())?;
        match self.peek()? {
            b'>' | b'/' => Ok(name),
            byte if is_space(byte) => Ok(name),
            _ => Err(Halt::Unknown),
        }
    }

    /// The next attribute of a tag, or its end.
    pub(super) fn attribute(&mut self) -> Step<Attribute<'b>> {
        let spaces = self.until(|byte| !is_space(byte))?.len();
        match self.peek()? {
            b'>' => {
                self.at += 1;
                return Ok(Attribute::End);
            }
            b'/' => {
                self.expect(b"/>")?;
                return Ok(Attribute::EmptyEnd);
            }
            _ if spaces == 0 => return Err(Halt::Unknown),
            _ => {}
        }
        let name =
            self.until(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.')))?;
        self.until(|byte| !is_space(byte))?;
        self.expect(b"=")?;
        self.until(|byte| !is_space(byte))?;
        let quote = self.peek()?;
        if !matches!(quote, b'"' | b'\'') {
            return Err(Halt::Unknown);
        }
        self.at += 1;
        let value = self.until(|byte| byte == quote)?;
        self.at += 1;
        Ok(Attribute::Pair(name, value))
    }

    /// Passes over the attributes of a tag, up to its end.
    pub(super) fn skip_attributes(&mut self) -> Step<Attribute<'b>> {
        loop {
            match self.attribute()? {
                Attribute::Pair(..) => {}
                end => return Ok(end),
            }
        }
    }

    /// Takes `</name>`.
    pub(super) fn close(&mut self, prefix: &[u8], name: &[u8]) -> Step<()> {
        self.expect(b"</")?;
        self.expect(prefix)?;
        self.expect(name)?;
        self.expect(b">")
    }

    /// Text up to the next tag, as it stands. References in it must be closed.
    pub(super) fn raw(&mut self) -> Step<&'b str> {
        let length = memchr::memchr(b'<', self.rest()).ok_or(Halt::More)?;
        let raw = self.text.get(self.at..self.at + length).ok_or(Halt::Unknown)?;
        if raw.split('&').skip(1).any(|rest| !rest.contains(';')) {
            return Err(Halt::Unknown);
        }
        self.at += length;
        Ok(raw)
    }

    /// Appends the text up to the next tag, with references resolved and line ends made equal.
    pub(super) fn text(&mut self, out: &mut String) -> Step<()> {
        loop {
            let start = self.at;
            self.until(|byte| matches!(byte, b'<' | b'&' | b'\r'))?;
            out.push_str(self.text.get(start..self.at).ok_or(Halt::Unknown)?);
            match self.peek()? {
                b'<' => return Ok(()),
                b'&' => self.reference(out)?,
                _ => {
                    self.at += 1;
                    if self.peek()? == b'\n' {
                        self.at += 1;
                    }
                    out.push('\n');
                }
            }
        }
    }

    /// As [`Cursor::text`], through sections and comments, and with the closing tag behind it.
    pub(super) fn sections(&mut self, prefix: &[u8], name: &[u8], out: &mut String) -> Step<()> {
        loop {
            self.text(out)?;
            if self.eat(b"</")? {
                self.expect(prefix)?;
                self.expect(name)?;
                return self.expect(b">");
            }
            if self.eat(b"<![CDATA[")? {
                escape::push_lines(self.through(b"]]>")?, out);
            } else {
                self.expect(b"<")?;
                self.aside()?;
            }
        }
    }

    fn reference(&mut self, out: &mut String) -> Step<()> {
        self.expect(b"&")?;
        let name = self.until(|byte| matches!(byte, b';' | b'&' | b'<'))?;
        self.expect(b";")?;
        out.push(escape::reference(name).ok_or(Halt::Unknown)?);
        Ok(())
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> String {
        let mut cursor = Cursor::new(text, 0);
        let mut told = String::new();
        loop {
            match cursor.tag(b"") {
                Ok(Tag::Open(name)) => {
                    told += &format!("<{}", String::from_utf8_lossy(name));
                    loop {
                        match cursor.attribute() {
                            Ok(Attribute::Pair(name, value)) => {
                                let (name, value) =
                                    (String::from_utf8_lossy(name), String::from_utf8_lossy(value));
                                told += &format!(" {name}={value}");
                            }
                            Ok(Attribute::End) => break told.push('>'),
                            Ok(Attribute::EmptyEnd) => break told.push_str("/>"),
                            Err(halt) => return format!("{told} {halt:?}"),
                        }
                    }
                }
                Ok(Tag::Close(name)) => told += &format!("</{}>", String::from_utf8_lossy(name)),
                Err(halt) => return format!("{told} {halt:?}"),
            }
        }
    }

    #[test]
    fn tags_are_taken_apart() {
        for (text, expected) in [
            ("<c r=\"A1\" t = 's'\n\ts='>\"'/>", "<c r=A1 t=s s=>\"/> More"),
            ("<!-- <a> --><?p <b> ?> <c ></c>", "<c></c> More"),
            ("<c", " More"),
            ("<c r=\"A", "<c More"),
            ("<c/", "<c More"),
            ("<!-", " More"),
            ("<c / >", "<c Unknown"),
            ("<c r=A1>", "<c Unknown"),
            ("<c r>", "<c Unknown"),
            ("<c r='1's='2'>", "<c r=1 Unknown"),
            ("<x:c>", " Unknown"),
            ("</c >", " Unknown"),
            ("<?>?>", " Unknown"),
            ("<?xml ?>", " Unknown"),
            ("<!DOCTYPE x>", " Unknown"),
            ("text<c>", " Unknown"),
            ("<c\u{000C}r='1'>", " Unknown"),
        ] {
            assert_eq!(tags(text), expected, "{text}");
        }
    }

    #[test]
    fn text_is_decoded() {
        for (text, expected) in [
            ("a&lt;&#x41;&#44032;\r\n\r-\n<", Ok("a<A가\n\n-\n")),
            ("a\r", Err(Halt::More)),
            ("a&lt", Err(Halt::More)),
            ("a&lt<", Err(Halt::Unknown)),
            ("a&nbsp;<", Err(Halt::Unknown)),
        ] {
            let mut out = String::new();
            let result = Cursor::new(text, 0).text(&mut out);
            assert_eq!(result.map(|()| out.as_str()), expected, "{text}");
        }
        let mut out = String::new();
        Cursor::new("a<![CDATA[<b>&amp;\r\n]]><!--x-->c</x:t>", 0).sections(b"x:", b"t", &mut out).unwrap();
        assert_eq!(out, "a<b>&amp;\nc");
    }
}
