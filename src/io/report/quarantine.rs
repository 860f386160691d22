//! Rows to be mended.

/// A quarantined row with what is needed to mend it and bring it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MendRow {
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// 1 = first row after the header.
    pub row: u64,
    pub path: String,
    /// Why it is in the quarantine.
    pub reason: String,
    pub message: String,
    /// The header of the cell to blame, where there is one.
    pub header: Option<String>,
    /// Its public cells as found: (header, text).
    pub cells: Vec<(String, String)>,
}
