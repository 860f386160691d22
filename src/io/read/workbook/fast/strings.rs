//! Texts that may have runs of several looks: those of the shared table, and those within a cell.

use std::io::Read;
use std::ops::ControlFlow;

use super::blocks::{Blocks, Halt, Step};
use super::cursor::{Attribute, Cursor, Tag};
use super::escape;
use super::prologue::{self, Content};

/// The shared texts of a workbook, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Strings {
    texts: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn read<R: Read>(mut blocks: Blocks<R>) -> Step<Self> {
        let root = prologue::read(&mut blocks, "sst")?;
        let mut strings = Self::default();
        let Content::At(at) = root.content else { return Ok(strings) };
        let prefix = &root.prefix;
        blocks.each(at, |cursor| strings.step(cursor, prefix))?;
        Ok(strings)
    }

    fn step(&mut self, cursor: &mut Cursor<'_>, prefix: &[u8]) -> Step<ControlFlow<()>> {
        if prefix.is_empty()
            && let Some(text) = cursor.plain_item()
        {
            self.texts.push_str(text);
        } else {
            match cursor.tag(prefix)? {
                Tag::Open(b"si") => read_item(cursor, prefix, b"si", &mut self.texts)?,
                Tag::Close(b"sst") => return Ok(ControlFlow::Break(())),
                Tag::Open(_) | Tag::Close(_) => return Err(Halt::Unknown),
            }
        }
        self.ends.push(u32::try_from(self.texts.len()).map_err(|_| Halt::Unknown)?);
        Ok(ControlFlow::Continue(()))
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.texts.get(start as usize..end as usize)
    }
}

/// Appends the text of an element called `name`, from its attributes to its closing tag; nothing in case of an error.
pub(super) fn read_item(cursor: &mut Cursor<'_>, prefix: &[u8], name: &[u8], out: &mut String) -> Step<()> {
    let start = out.len();
    let result = read_runs(cursor, prefix, name, out);
    if result.is_err() {
        out.truncate(start);
    }
    result
}

fn read_runs(cursor: &mut Cursor<'_>, prefix: &[u8], name: &[u8], out: &mut String) -> Step<()> {
    if cursor.skip_attributes()? == Attribute::EmptyEnd {
        return Ok(());
    }
    // Elements within this one that are open, and how many were so where a reading aid began: those spell out how
    // Chinese characters are read and are no part of the text.
    let mut open = 0_u32;
    let mut aid = None;
    loop {
        match cursor.tag(prefix)? {
            Tag::Open(b"t") => {
                let start = out.len();
                read_run(cursor, prefix, out)?;
                if aid.is_some() {
                    out.truncate(start);
                }
            }
            Tag::Open(tag) if tag == name => return Err(Halt::Unknown),
            Tag::Open(b"rPh") if aid.is_some() => return Err(Halt::Unknown),
            Tag::Open(tag) => {
                if cursor.skip_attributes()? == Attribute::End {
                    if tag == b"rPh" {
                        aid = Some(open);
                    }
                    open += 1;
                }
            }
            Tag::Close(tag) if tag == name => return if open == 0 { Ok(()) } else { Err(Halt::Unknown) },
            Tag::Close(tag) => {
                open = open.checked_sub(1).ok_or(Halt::Unknown)?;
                if (tag == b"rPh") != (aid == Some(open)) {
                    return Err(Halt::Unknown);
                }
                aid = aid.filter(|aid| *aid != open);
            }
        }
    }
}

fn read_run(cursor: &mut Cursor<'_>, prefix: &[u8], out: &mut String) -> Step<()> {
    let start = out.len();
    let mut space = None;
    loop {
        match cursor.attribute()? {
            Attribute::Pair(b"xml:space", value) => space = space.or(Some(value)),
            Attribute::Pair(..) => {}
            Attribute::End => break,
            Attribute::EmptyEnd => return Ok(()),
        }
    }
    cursor.sections(prefix, b"t", out)?;
    if space != Some(b"preserve") {
        const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
        let text = out.get(start..).unwrap_or_default();
        let (end, lead) = (text.trim_end_matches(SPACES), text.len() - text.trim_start_matches(SPACES).len());
        let length = end.len();
        out.truncate(start + length);
        if lead > 0 {
            out.drain(start..start + lead.min(length));
        }
    }
    escape::resolve_units(out, start);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str, block: usize) -> Step<Vec<String>> {
        let strings = Strings::read(Blocks::new(text.as_bytes(), block))?;
        assert_eq!(strings.get(strings.ends.len()), None);
        Ok((0..strings.ends.len()).map(|index| strings.get(index).unwrap().to_owned()).collect())
    }

    #[test]
    fn texts_of_every_spelling_wherever_blocks_end() {
        for (text, expected) in [
            (
                "<sst uniqueCount='9'><si><t>가</t></si> <si><t/></si>\n<si/><si></si><!--x--><si><t> b\u{A0} </t></si></sst>",
                &["가", "", "", "", "b\u{A0}"][..],
            ),
            ("<x:sst><x:si><x:t xml:space=\"preserve\"> a&#10;</x:t></x:si></x:sst>", &[" a\n"]),
            (
                "<sst><si><r><rPr><b/><sz val=\"1\"/></rPr><t>a </t></r><r><t xml:space='preserve'> b</t></r></si></sst>",
                &["a b"],
            ),
            (
                "<sst><si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/></si><si><t>x</t></si></sst>",
                &["東京", "x"],
            ),
            ("<sst><si><t>a_x000D_<![CDATA[<b>]]>_x005F_x0041_</t></si></sst>", &["a\r<b>_x0041_"]),
            ("<sst><si><t>   </t></si><si><t xml:space='x'>&#32;a&#32;</t></si></sst>", &["", "a"]),
            ("<sst/>", &[]),
            ("<sst></sst>", &[]),
        ] {
            for block in 1..=text.len() {
                assert_eq!(table(text, block).unwrap(), expected, "{block} {text}");
            }
        }
    }

    #[test]
    fn what_is_unknown_is_left_alone() {
        for text in [
            "<sst><si><t>a",
            "<sst><si><t>a</t></si>",
            "<sst><si><t>a<b/></t></si></sst>",
            "<sst><si><t>&x;</t></si></sst>",
            "<sst><si><x:t>a</x:t></si></sst>",
            "<sst><si></r></si></sst>",
            "<sst><si><r></si></sst>",
            "<sst><si><rPh><rPh></rPh></rPh></si></sst>",
            "<sst><si><rPh></r><t>a</t></si></sst>",
            "<sst><si><si></si></si></sst>",
            "<sst><si>text</si></sst>",
            "<sst><sj/></sst>",
        ] {
            for block in [1, 7, 100] {
                assert_eq!(table(text, block).unwrap_err(), Halt::Unknown, "{text}");
            }
        }
    }
}
