//! What typst may see: our templates, one data file and the fonts. No file system, no clock, no packages.

use crate::PaperError;
use crate::fonts::Fonts;
use std::path::PathBuf;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const TEMPLATES: [(&str, &str); 3] = [
    ("/common.typ", include_str!("../templates/common.typ")),
    ("/notice.typ", include_str!("../templates/notice.typ")),
    ("/record.typ", include_str!("../templates/record.typ")),
];

pub(crate) struct Desk<'a> {
    fonts: &'a Fonts,
    library: LazyHash<Library>,
    sources: Vec<Source>,
    main: FileId,
    data: (FileId, Bytes),
}

impl<'a> Desk<'a> {
    pub(crate) fn new(fonts: &'a Fonts, main: &str) -> Result<Self, PaperError> {
        let mut sources = Vec::new();
        for (path, text) in TEMPLATES {
            sources.push(Source::new(id(path)?, text.to_owned()));
        }
        let library = LazyHash::new(Library::default());
        Ok(Self { fonts, library, sources, main: id(main)?, data: (id("/data.json")?, Bytes::new(Vec::new())) })
    }

    /// Lays the next form's data on the desk.
    pub(crate) fn lay(&mut self, data: Vec<u8>) {
        self.data.1 = Bytes::new(data);
    }
}

fn id(path: &str) -> Result<FileId, PaperError> {
    let path = VirtualPath::new(path).map_err(|_| PaperError::Internal(format!("template path {path}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.iter().find(|s| s.id() == id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(not_found(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    /// The forms take every day from their data.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
