//! From paths to a committed run: walk, know again, read side by side, stage, commit.
