//! What stands before the first row or text of a part. It is short, so quick-xml reads it.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::blocks::{Blocks, Halt, Step};
use super::scalar;

/// The element that holds everything we want of a part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Root {
    /// Of its name and, in the dialect we know, of all names in it. With its colon.
    pub(super) prefix: Vec<u8>,
    pub(super) content: Content,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// `<sst/>`
    None,
    /// From this byte of the text on.
    At(usize),
}

/// Reads up to the first element called `name`.
pub(super) fn read<R: Read>(blocks: &mut Blocks<R>, name: &str) -> Step<Root> {
    loop {
        match find(blocks.text()?, name) {
            Err(Halt::More) => blocks.advance(0)?,
            done => return done,
        }
    }
}

fn find(text: &str, name: &str) -> Step<Root> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut xml = Reader::from_str(body);
    xml.config_mut().check_end_names = false;
    loop {
        // An error may come of a tag that is cut; a true one is found again with all of the text.
        let event = xml.read_event().map_err(|_| Halt::More)?;
        let (tag, empty) = match &event {
            Event::Start(tag) => (tag, false),
            Event::Empty(tag) => (tag, true),
            Event::Eof => return Err(Halt::More),
            _ => continue,
        };
        let is_root = tag.local_name().as_ref() == name;
        let is_dimension = tag.local_name().as_ref() == "dimension";
        // calamine reads attributes of both.
        if is_root || is_dimension {
            check_attributes(tag)?;
        }
        if is_root {
            let prefix =
                tag.name().prefix().map(|prefix| format!("{}:", prefix.as_ref())).unwrap_or_default();
            if prefix.bytes().any(|byte| !byte.is_ascii_alphanumeric() && byte != b':') {
                return Err(Halt::Unknown);
            }
            let at = usize::try_from(xml.buffer_position()).map_err(|_| Halt::Unknown)?;
            let content = if empty { Content::None } else { Content::At(text.len() - body.len() + at) };
            return Ok(Root { prefix: prefix.into_bytes(), content });
        }
        if is_dimension {
            check_dimension(tag)?;
        }
    }
}

/// Attributes may be anything, if it is beyond doubt where they begin and end.
fn check_attributes(tag: &BytesStart<'_>) -> Step<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
    for attribute in tag.attributes() {
        let name = attribute.map_err(|_| Halt::Unknown)?.key;
        if name.as_ref().is_empty() || !name.as_ref().bytes().all(is_plain) {
            return Err(Halt::Unknown);
        }
    }
    Ok(())
}

/// Nobody needs the dimension of a sheet, but calamine refuses a sheet where it makes no sense.
fn check_dimension(tag: &BytesStart<'_>) -> Step<()> {
    let value = tag.try_get_attribute("ref").ok().flatten().ok_or(Halt::Unknown)?.value;
    let (first, last) = value.split_once(':').unwrap_or((&value, &value));
    match (scalar::place(first.as_bytes()), scalar::place(last.as_bytes())) {
        (Some((top, left)), Some((bottom, right))) if top <= bottom && left <= right => Ok(()),
        _ => Err(Halt::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_wherever_blocks_end() {
        let at = |prefix: &str, at| Ok(Root { prefix: prefix.into(), content: Content::At(at) });
        let none = |prefix: &str| Ok(Root { prefix: prefix.into(), content: Content::None });
        for (text, expected) in [
            ("\u{FEFF}<?xml version='1.0'?><!-- <d> --><x:w><x:dimension ref=\"A1:B2\"/><x:d>", at("x:", 72)),
            ("<w><dimension ref='C3'></dimension><d a='>' >x", at("", 45)),
            ("<w><d/></w>", none("")),
            ("<w><dimension/><d/></w>", Err(Halt::Unknown)),
            ("<w><dimension ref='B2:A1'/><d/></w>", Err(Halt::Unknown)),
            ("<w><dimension ref='A1:B2:C3'/><d/></w>", Err(Halt::Unknown)),
            ("<w><dimension ref='A'/><d/></w>", Err(Halt::Unknown)),
            ("<w></w>", Err(Halt::Unknown)),
            ("<w", Err(Halt::Unknown)),
            ("<d x/>", Err(Halt::Unknown)),
            ("<d =x='y'/>", Err(Halt::Unknown)),
            ("<d <x/>y='z'>", Err(Halt::Unknown)),
            ("", Err(Halt::Unknown)),
            ("<w><가:d>", Err(Halt::Unknown)),
        ] {
            for block in 1..80 {
                assert_eq!(read(&mut Blocks::new(text.as_bytes(), block), "d"), expected, "{block} {text}");
            }
        }
    }
}
