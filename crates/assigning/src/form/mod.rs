//! Forms (文书): what stands in a notice or a record form, and when it may be printed. How a page is set is the printer's
//! business, which the command line wires in.

mod batch;
mod data;
mod print;
mod printer;

pub use batch::{FORMS_JOB, FormFile, KeptFile, Remark, files, kept_file, print_batch};
pub use data::lack_of_notice;
pub use print::{Printed, print};
pub use printer::{FormData, FormItem, FormKind, FormPerson, FormPrinter, PrintError, PrintedForms, Printer};

pub(crate) use batch::run_batch;
