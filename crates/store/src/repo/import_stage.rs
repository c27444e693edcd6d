//! Staged rows of imports, and the swap that makes them the directory.
