//! Uploads on their way into a directory.
