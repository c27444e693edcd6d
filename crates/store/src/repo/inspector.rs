//! Inspectors with qualifications, leave and recusals.
