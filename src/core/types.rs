//! The words everything else is written in.
//!
//! Each type can only be made from a value that is known to be good, so later code never checks again. Money is a whole
//! number of hundredths (DECIMAL(18,2)), wall-clock times are Korean time without a zone, instants are UTC seconds.

use std::fmt;

/// SHA-256 of a source file's bytes: the file's identity, whatever its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileHash(pub [u8; 32]);

impl FileHash {
    /// Parses 64 hex digits of either case.
    pub fn parse(hex: &str) -> Option<Self> {
        bytes_of_hex(hex).map(Self)
    }

    /// The first 16 hex digits, as people are shown it.
    pub fn short(&self) -> String {
        self.0.iter().take(8).map(|b| format!("{b:02x}")).collect()
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Keyed hash (HMAC-SHA256) of a telephone number or an e-mail address: by default all that is kept of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonHash(pub [u8; 32]);

impl PersonHash {
    /// A hash as bodies hold it: 32 bytes.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Parses 64 hex digits of either case.
    pub fn parse(hex: &str) -> Option<Self> {
        bytes_of_hex(hex).map(Self)
    }
}

impl fmt::Display for PersonHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

fn bytes_of_hex(hex: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return None;
    }
    let mut out = [0; 32];
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        let digit = |c: u8| char::from(c).to_digit(16);
        *byte = u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?;
    }
    Some(out)
}

/// All digits at once: tables have millions of hashes.
fn write_hex(bytes: &[u8; 32], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
    let mut hex = [b'0'; 64];
    let (pairs, _) = hex.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    f.write_str(std::str::from_utf8(&hex).unwrap_or_default())
}

/// Where rows come from. The order is the one that decides a tie in time: the greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    History,
    Export,
    Api,
}

impl Source {
    pub const ALL: [Self; 3] = [Self::History, Self::Export, Self::Api];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Export => "export",
            Self::Api => "api",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount in hundredths: `12000.00` is `Money(1_200_000)`. Fits DECIMAL(18,2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

impl Money {
    /// The largest amount of DECIMAL(18,2), in hundredths.
    pub const MAX: i64 = 999_999_999_999_999_999;
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

/// How exactly a time was told. The order is from vague to precise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    Day,
    Minute,
    Second,
}

/// A calendar day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// A real day of the years 1900 to 9999, else `None`.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1900..=9999).contains(&year) {
            return None;
        }
        let date = chrono::NaiveDate::from_ymd_opt(year, month, day)?;
        Some(Self(date.to_epoch_days()))
    }

    fn date(self) -> chrono::NaiveDate {
        chrono::NaiveDate::from_epoch_days(self.0).unwrap_or_default()
    }

    pub fn month(self) -> Month {
        use chrono::Datelike;
        let date = self.date();
        Month { year: date.year(), month: date.month() }
    }

    /// The first second of the day in Korea.
    pub fn begins(self) -> Instant {
        KstDateTime { seconds: i64::from(self.0) * 86_400, precision: Precision::Day }.instant()
    }

    /// The same day of the month so many months later or, with a negative number, earlier; the month's last day where it has
    /// no such day.
    #[must_use]
    pub fn months_later(self, months: i32) -> Self {
        let by = chrono::Months::new(months.unsigned_abs());
        let date = self.date();
        let moved = if months < 0 { date.checked_sub_months(by) } else { date.checked_add_months(by) };
        moved.map_or(self, |date| Self(date.to_epoch_days()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use chrono::Datelike;
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

/// A calendar month, written `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    pub year: i32,
    pub month: u32,
}

impl Month {
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        Day::from_ymd(year, month, 1).map(Day::month)
    }

    /// `None` only outside the years that days have.
    pub fn first_day(self) -> Option<Day> {
        Day::from_ymd(self.year, self.month, 1)
    }

    /// This month and those after it up to `last`; none where that is earlier.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        let next = |m: &Self| match m.month {
            12 => Self { year: m.year + 1, month: 1 },
            _ => Self { year: m.year, month: m.month + 1 },
        };
        std::iter::successors(Some(self), move |m| Some(next(m))).take_while(move |m| *m <= last)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A Korean wall-clock time: seconds since 1970-01-01 00:00:00 *on a Korean clock*, and how exactly it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KstDateTime {
    pub seconds: i64,
    pub precision: Precision,
}

/// Korea keeps UTC+9 all year; the summer times of 1948-1988 are older than any Cafe24 order.
pub const KST_OFFSET_SECONDS: i64 = 9 * 3600;

impl KstDateTime {
    pub fn day(self) -> Day {
        Day(i32::try_from(self.seconds.div_euclid(86_400)).unwrap_or_default())
    }

    pub fn instant(self) -> Instant {
        Instant(self.seconds - KST_OFFSET_SECONDS)
    }

    /// The same moment, as far as the vaguer of the two tells: a bare day agrees with every time of that day.
    pub fn agrees_with(self, other: Self) -> bool {
        let unit = match self.precision.min(other.precision) {
            Precision::Day => 86_400,
            Precision::Minute => 60,
            Precision::Second => 1,
        };
        self.seconds.div_euclid(unit) == other.seconds.div_euclid(unit)
    }
}

impl fmt::Display for KstDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.seconds.rem_euclid(86_400);
        write!(f, "{} {:02}:{:02}:{:02}", self.day(), second / 3600, second / 60 % 60, second % 60)
    }
}

/// A moment in UTC, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// The moment on a Korean clock.
    pub fn to_kst(self) -> KstDateTime {
        KstDateTime { seconds: self.0 + KST_OFFSET_SECONDS, precision: Precision::Second }
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = chrono::DateTime::from_timestamp(self.0, 0).unwrap_or_default();
        write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%SZ"))
    }
}

/// What an order is called: `YYYYMMDD-NNNNNNN` with a real day, or up to 32 of ASCII letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(String);

/// An order id that is none: its day does not exist, it is too long, or holds other characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadOrderId;

impl OrderId {
    pub fn parse(text: &str) -> Result<Self, BadOrderId> {
        let bytes = text.as_bytes();
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if bytes.is_empty() || bytes.len() > 32 || !bytes.iter().all(plain) {
            return Err(BadOrderId);
        }
        if is_dated_shape(bytes) && day_of_dated_id(bytes).is_none() {
            return Err(BadOrderId);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Korean day inside the id; `None` for an id that bears none.
    pub fn day(&self) -> Option<Day> {
        order_day_in_id(&self.0)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The Korean day inside a valid order id of the dated kind.
pub fn order_day_in_id(id: &str) -> Option<Day> {
    let bytes = id.as_bytes();
    if is_dated_shape(bytes) { day_of_dated_id(bytes) } else { None }
}

fn is_dated_shape(id: &[u8]) -> bool {
    id.len() == 16 && id[8] == b'-' && id[..8].iter().chain(&id[9..]).all(u8::is_ascii_digit)
}

fn day_of_dated_id(id: &[u8]) -> Option<Day> {
    let number = |digits: &[u8]| digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
    Day::from_ymd(i32::try_from(number(&id[..4])).ok()?, number(&id[4..6]), number(&id[6..8]))
}

/// What an order item is called: the order's id, `-`, and two digits, or three in an order of a hundred items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemCode(String);

impl ItemCode {
    /// The code and the order it names.
    pub fn parse(text: &str) -> Result<(Self, OrderId), BadOrderId> {
        let (order, number) = text.rsplit_once('-').ok_or(BadOrderId)?;
        if !(2..=3).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadOrderId);
        }
        Ok((Self(text.to_owned()), OrderId::parse(order)?))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
