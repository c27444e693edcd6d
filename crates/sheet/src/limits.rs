//! What a file may cost. Every limit is inclusive: a file of exactly this size is read, one more is refused.

/// The limits of one reading. [`Limits::default`] suits the register of a large city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file itself, in bytes.
    pub file_bytes_max: u64,
    /// Size of all parts of an xlsx file after unpacking, in bytes, as claimed and as counted.
    pub unpacked_bytes_max: u64,
    /// Unpacked size over packed size of one part; parts below [`Limits::RATIO_FREE_BYTES`] are not judged by it.
    pub zip_ratio_max: u64,
    /// Number of parts in an xlsx file.
    pub zip_entries_max: u64,
    /// Number of cells that a sheet's own header claims (rows times columns), before any is read.
    pub claimed_cells_max: u64,
    /// Merged areas of one sheet: every empty cell is compared with those of the data.
    pub merges_max: u64,
    /// Rows of one sheet that hold anything, its heading included.
    pub rows_max: u64,
    /// The last column that may hold anything, counted from 1.
    pub columns_max: u64,
    /// Characters (Unicode code points) in one cell.
    pub cell_characters_max: u64,
}

impl Limits {
    /// Parts up to this unpacked size may have any ratio: a short file of blanks is no bomb. In bytes.
    pub const RATIO_FREE_BYTES: u64 = 1 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 200 << 20,
            unpacked_bytes_max: 512 << 20,
            zip_ratio_max: 200,
            zip_entries_max: 2_000,
            claimed_cells_max: 100_000_000,
            merges_max: 20_000,
            rows_max: 1_000_000,
            columns_max: 200,
            cell_characters_max: 10_000,
        }
    }
}
