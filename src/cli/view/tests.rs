//! Whole screens, as an analyst sees them.
