//! Finds the orders of a JSON text without parsing them.

use super::source::{Fault, Source};

/// Receives what stands where in a JSON text. Places are bytes of the text.
pub(super) trait Handler {
    /// An object turned out to be a page; its orders follow.
    fn page_start(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    /// The page is over. What it says of its extraction time may have come last.
    fn page_end(&mut self, extracted_at: Option<String>) {
        let _ = extracted_at;
    }

    /// One value among the orders of a page.
    fn element(&mut self, bytes: &[u8], at: u64) -> Result<(), Fault> {
        let _ = (bytes, at);
        Ok(())
    }

    /// An object outside a page: an order, or about something else.
    fn candidate(&mut self, bytes: &[u8], at: u64) -> Result<(), Fault> {
        let _ = (bytes, at);
        Ok(())
    }

    /// A value outside a page that cannot be an order.
    fn stranger(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Keys under which a page keeps its orders.
const ORDERS: [&[u8]; 2] = [b"orders", b"order"];

/// Walks over all values of a text: objects, arrays of objects, any number of them one after the other.
///
/// `extracted_at` are the keys of a page that tell when it was extracted, best first.
pub(super) fn walk(
    source: &mut Source<'_>,
    extracted_at: &[String],
    handler: &mut dyn Handler,
) -> Result<(), Fault> {
    let mut walker = Walker { source, extracted_at, handler, text: Vec::new() };
    while let Some(byte) = walker.source.peek_token()? {
        match byte {
            b'[' => walker.array(Walker::value)?,
            _ => walker.value()?,
        }
    }
    Ok(())
}

struct Walker<'a, 's> {
    source: &'a mut Source<'s>,
    extracted_at: &'a [String],
    handler: &'a mut dyn Handler,
    /// The key or text being read.
    text: Vec<u8>,
}

/// What an object has shown of itself so far.
#[derive(Default)]
struct Seen {
    is_page: bool,
    has_order_id: bool,
    /// Best extraction time of the page with its rank.
    extracted_at: Option<(usize, String)>,
}

impl Walker<'_, '_> {
    /// A value at the top, or in an array at the top.
    fn value(&mut self) -> Result<(), Fault> {
        if self.source.expect_token()? == b'{' {
            return self.object();
        }
        self.source.skip_value()?;
        self.handler.stranger()
    }

    /// An array whose values are each handled by `each`.
    fn array(&mut self, each: fn(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.source.advance();
        if self.source.expect_token()? == b']' {
            self.source.advance();
            return Ok(());
        }
        loop {
            each(self)?;
            match self.source.expect_token()? {
                b',' => self.source.advance(),
                b']' => {
                    self.source.advance();
                    return Ok(());
                }
                _ => return Err(self.source.syntax()),
            }
        }
    }

    fn object(&mut self) -> Result<(), Fault> {
        let mut seen = Seen::default();
        self.source.set_mark();
        self.source.advance();
        if self.source.expect_token()? == b'}' {
            self.source.advance();
        } else {
            loop {
                self.member(&mut seen)?;
                match self.source.expect_token()? {
                    b',' => self.source.advance(),
                    b'}' => {
                        self.source.advance();
                        break;
                    }
                    _ => return Err(self.source.syntax()),
                }
            }
        }
        if seen.is_page {
            self.handler.page_end(seen.extracted_at.map(|(_, time)| time));
            Ok(())
        } else {
            match self.source.take_marked() {
                Ok((bytes, at)) => self.handler.candidate(bytes, at),
                Err(Fault::TooLarge) if !seen.has_order_id => self.handler.stranger(),
                Err(fault) => Err(fault),
            }
        }
    }

    /// One key with its value.
    fn member(&mut self, seen: &mut Seen) -> Result<(), Fault> {
        self.source.read_string(&mut self.text)?;
        let is_orders = ORDERS.contains(&self.text.as_slice()) && !seen.has_order_id;
        seen.has_order_id |= self.text == b"order_id";
        let rank = self.extracted_at.iter().position(|key| key.as_bytes() == self.text);
        if self.source.expect_token()? != b':' {
            return Err(self.source.syntax());
        }
        self.source.advance();
        match self.source.expect_token()? {
            b'[' if is_orders => {
                self.page(seen)?;
                self.array(Self::element)
            }
            b'{' if is_orders => {
                self.page(seen)?;
                self.element()
            }
            first if rank.is_some_and(|rank| seen.extracted_at.as_ref().is_none_or(|best| rank < best.0)) => {
                let time = self.short_text(first)?;
                seen.extracted_at = rank.zip(time).or(seen.extracted_at.take());
                Ok(())
            }
            _ => self.source.skip_value(),
        }
    }

    /// The object is a page: nobody needs to remember it as a whole.
    fn page(&mut self, seen: &mut Seen) -> Result<(), Fault> {
        self.source.drop_mark();
        if !seen.is_page {
            seen.is_page = true;
            self.handler.page_start()?;
        }
        Ok(())
    }

    fn element(&mut self) -> Result<(), Fault> {
        self.source.expect_token()?;
        self.source.set_mark();
        self.source.skip_value()?;
        let (bytes, at) = self.source.take_marked()?;
        self.handler.element(bytes, at)
    }

    /// A text or number; `None` for anything else and for blank ones.
    fn short_text(&mut self, first: u8) -> Result<Option<String>, Fault> {
        let text = match first {
            b'"' => {
                self.source.read_string(&mut self.text)?;
                let quoted = [b"\"", self.text.as_slice(), b"\""].concat();
                serde_json::from_slice::<String>(&quoted).ok()
            }
            b'{' | b'[' => {
                self.source.skip_value()?;
                None
            }
            _ => {
                self.source.read_literal(&mut self.text)?;
                let is_number = self.text.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-');
                is_number.then(|| String::from_utf8_lossy(&self.text).into_owned())
            }
        };
        Ok(text.filter(|text| !text.trim().is_empty()))
    }
}
