//! Plain markup, read without a tokenizer's states.
//!
//! Nearly all of an exported table is `<td>`, text, `</td>`: that is told to the emitter straight from the buffer. Whatever
//! is less plain (references, comments, scripts, tags that are written oddly or cut off by the buffer's end) is left to
//! html5gum, one construct at a time, so that only one place knows what markup means.

use html5gum::{Emitter, ForwardingEmitter, State};

use super::emitter::{Pause, TableEmitter};

/// What a stretch of markup came to.
pub(super) struct Stretch {
    /// Bytes that were told.
    pub(super) used: usize,
    /// How the tokenizer must read on, where the last tag begins something other than markup.
    pub(super) state: Option<State>,
}

/// Tells plain markup to the emitter, up to the first byte that is not plain or to a tag behind which no markup comes. Text
/// may be told in pieces.
pub(super) fn tell(markup: &[u8], emitter: &mut TableEmitter<'_>) -> Stretch {
    let mut used = 0;
    let mut state = None;
    while let Some(rest @ [first, ..]) = markup.get(used..)
        && state.is_none()
        && emitter.wants_more()
    {
        used += match first {
            b'&' => break,
            b'<' => {
                let Some(length) = tag(rest, emitter) else { break };
                state = emitter.emit_current_tag();
                length
            }
            _ => {
                let length = memchr::memchr2(b'<', b'&', rest).unwrap_or(rest.len());
                emitter.emit_string(rest.get(..length).unwrap_or_default());
                length
            }
        };
    }
    Stretch { used, state }
}

/// Tells a tag as far as its end, and how long it is. `None` if it is not plain or not all there; what was told of it then
/// goes when another tag begins.
fn tag(markup: &[u8], emitter: &mut TableEmitter<'_>) -> Option<usize> {
    let mut at = 1;
    if markup.get(at) == Some(&b'/') {
        at += 1;
        emitter.init_end_tag();
    } else {
        emitter.init_start_tag();
    }
    let name = run(markup, at, |b| b.is_ascii_alphanumeric());
    if !name.first()?.is_ascii_alphabetic() {
        return None;
    }
    at += name.len();
    tell_small(name, |name| emitter.push_tag_name(name));
    loop {
        let gap = run(markup, at, is_space).len();
        at += gap;
        match markup.get(at..)? {
            [b'>', ..] => return Some(at + 1),
            [b'/', b'>', ..] => return Some(at + 2),
            _ if gap == 0 => return None,
            _ => at = attribute(markup, at, emitter)?,
        }
    }
}

/// Tells the attribute that begins here, and where it ends.
fn attribute(markup: &[u8], mut at: usize, emitter: &mut TableEmitter<'_>) -> Option<usize> {
    let name = run(markup, at, |b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b));
    name.first()?;
    at += name.len();
    emitter.init_attribute();
    tell_small(name, |name| emitter.push_attribute_name(name));
    let after = at + run(markup, at, is_space).len();
    if *markup.get(after)? != b'=' {
        return Some(at);
    }
    at = after + 1;
    at += run(markup, at, is_space).len();
    let value = if let quote @ (b'"' | b'\'') = *markup.get(at)? {
        let value = run(markup, at + 1, |b| b != quote && !b"&\r\0".contains(&b));
        at += value.len() + 2;
        (*markup.get(at - 1)? == quote).then_some(value)?
    } else {
        let value = run(markup, at, |b| b.is_ascii_alphanumeric() || b"-_:.#%,;+".contains(&b));
        at += value.len();
        let next = *markup.get(at)?;
        (!value.is_empty() && (is_space(next) || next == b'>')).then_some(value)?
    };
    emitter.push_attribute_value(value);
    Some(at)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c')
}

/// The bytes from `at` on that are of one sort.
fn run(markup: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> &[u8] {
    let rest = markup.get(at..).unwrap_or_default();
    let end = rest.iter().position(|byte| !belongs(*byte)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Names count in small letters.
fn tell_small(name: &[u8], mut tell: impl FnMut(&[u8])) {
    if name.iter().any(u8::is_ascii_uppercase) {
        tell(&name.to_ascii_lowercase());
    } else {
        tell(name);
    }
}

/// Hears the tokenizer as long as one construct takes.
pub(super) struct OneConstruct<'e, 'a> {
    emitter: &'e mut TableEmitter<'a>,
    pause: Option<Pause>,
}

impl<'e, 'a> OneConstruct<'e, 'a> {
    pub(super) fn new(emitter: &'e mut TableEmitter<'a>) -> Self {
        Self { emitter, pause: None }
    }
}

impl ForwardingEmitter for OneConstruct<'_, '_> {
    type Token = Pause;

    fn inner(&mut self) -> &mut impl Emitter<Token = Pause> {
        &mut *self.emitter
    }

    fn pop_token(&mut self) -> Option<Pause> {
        self.emitter.pop_token().or(self.pause)
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        let state = self.emitter.emit_current_tag();
        self.pause = state.is_none().then_some(Pause::Construct);
        state
    }

    fn emit_current_comment(&mut self) {
        self.pause = Some(Pause::Construct);
    }

    fn emit_current_doctype(&mut self) {
        self.pause = Some(Pause::Construct);
    }

    /// The end may come inside a construct, right behind its emission.
    fn emit_eof(&mut self) {
        self.emitter.emit_eof();
        self.pause = Some(Pause::End);
    }
}
