//! Stands in for `core::text::recompose_filler_jamo` until that is merged.

/// Puts syllables together that strict EUC-KR spelled out as filler and jamo. `None`: there is nothing to do.
pub(super) fn recompose_filler_jamo(text: &str) -> Option<String> {
    let _ = text;
    None
}
