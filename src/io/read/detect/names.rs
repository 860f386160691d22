//! Names of files that are never data, whatever they hold.

/// Whether a member of an archive was put there by the operating system, not by a person.
pub(in crate::io::read) fn is_dropping(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    name.split('/').any(|part| part == "__MACOSX")
        || matches!(file.as_str(), ".ds_store" | "thumbs.db" | "desktop.ini")
}

/// Why a file of this name is left alone, or `None` for an ordinary one. Folders before the name count for
/// `__MACOSX/` only.
pub fn is_ignored_name(name: &str) -> Option<&'static str> {
    let mut parts = name.split(['/', '\\']);
    let file = parts.next_back().unwrap_or_default();
    if parts.any(|part| part == "__MACOSX") || file == "__MACOSX" {
        return Some("a copy of file attributes made by macOS");
    }
    let lower = file.to_ascii_lowercase();
    if lower.starts_with("~$") || lower.starts_with(".~lock.") {
        return Some("the lock file of a document that is open in another program");
    }
    if matches!(lower.as_str(), ".ds_store" | "thumbs.db" | "desktop.ini") {
        return Some("a file of the operating system");
    }
    let ending = lower.rsplit_once('.').map(|(_, ending)| ending);
    if matches!(ending, Some("crdownload" | "part" | "partial" | "download" | "opdownload")) {
        return Some("a download that is not finished");
    }
    if matches!(ending, Some("tmp" | "temp")) {
        return Some("a temporary file");
    }
    lower.starts_with('.').then_some("a hidden file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn droppings_are_ignored_and_data_is_not() {
        for name in [
            "~$주문.xlsx",
            ".~lock.orders.ods#",
            "orders.csv.tmp",
            "a.CRDOWNLOAD",
            "a.part",
            "a.partial",
            "a.download",
            ".DS_Store",
            "dir/.DS_Store",
            "Thumbs.db",
            "Desktop.ini",
            ".hidden.csv",
            "__MACOSX/._orders.csv",
            "__MACOSX/orders.csv",
            "dir\\~$a.xlsx",
        ] {
            assert!(is_ignored_name(name).is_some(), "{name}");
        }
        for name in
            ["orders.csv", "주문 (1).xlsx", "part.csv", "tmp", "a~$b.xlsx", "dir/파일", "", "download"]
        {
            assert_eq!(is_ignored_name(name), None, "{name}");
        }
    }
}
