//! What the steps of a verification find, and what can be wrong with a file, each with its code and data.

draw::told! {
    /// What a step found.
    pub enum Fact {
        Files { files: usize, roll: &'static str }, "files", "{files} files, {roll}";
        FilesWithoutRoll { files: usize }, "files-without-roll", "{files} files, no roll";
        Commitment { digest: draw::Digest, attempt: u64, parties: usize }, "commitment", "digest {digest}, attempt {attempt}, {parties} parties";
        Digest { digest: draw::Digest }, "digest", "digest {digest}";
        RollDocument { rows: u64 }, "roll-document", "{rows} rows, as committed";
        Scheme { exclusions: usize, strata: usize }, "scheme", "{exclusions} exclusions, {strata} strata, as committed";
        Sizes { total: u64 }, "sizes", "{total} to draw, as committed, and following from their populations";
        Roll { rows: u64, root: draw::Digest }, "roll", "{rows} rows in order, ids distinct, root recomputed from every row: {root}";
        NoRoll, "no-roll", "no roll file: populations, sizes, exclusions and completeness cannot be checked";
        Populations { excluded: u64, outside: u64 }, "populations", "{excluded} excluded, {outside} outside, all sizes as the roll gives them";
        Reveals { seed: draw::Digest }, "reveals", "seed {seed}, nobody absent";
        RevealsAbsent { seed: draw::Digest, absent: String }, "reveals-absent", "seed {seed}, absent: {absent}";
        BeaconDigits { beacon: String, round: String }, "beacon-digits", "{beacon} {round}: digits in the declared form; compare them with the official notice";
        BeaconSigned { beacon: String, round: String, at: String }, "beacon-signed", "{beacon} round {round}: the chain signed it, and it came at {at}";
        BeaconTimed { beacon: String, round: String }, "beacon-timed", "{beacon} round {round}: the value is the hash of the signature and the time is the round's; signatures of this chain cover the one before, so the signature is not checked";
        BeaconUnknown { beacon: String, round: String }, "beacon-unknown", "{beacon} round {round}: the value is the hash of the signature; this version does not know the chain's key, so the signature and the round's time are not checked";
        Result { drawn: usize, cells: usize }, "result", "{drawn} drawn in {cells} cells, recomputed to the byte";
        ResultWithoutRoll, "result-without-roll", "seed, cells, sizes, tickets and their order hold; without the roll nobody can tell whether a smaller ticket was left out";
        Proofs { rows: usize }, "proofs", "{rows} rows stand in the roll";
        ProofsListed { rows: usize }, "proofs-listed", "{rows} rows stand in the roll, and are drawn or not as the result lists them";
        Signatures { attested: usize, witnesses: usize, signed: String }, "signatures", "{attested} of {witnesses} witnesses attested the commitment; compare whose keys these are: {signed}";
        NoAddenda, "no-addenda", "no addendum";
        Addenda { addenda: usize, brought: usize, digest: draw::Digest }, "addenda", "{addenda} objects out, {brought} reserves in, in order, the last with digest {digest}";
        Receipt { objects: usize, result: draw::Digest }, "receipt", "{objects} objects, result {result}";
        ReceiptReveals { seed: draw::Digest }, "receipt-reveals", "scheme, sizes and roll as committed, seed {seed}";
        ObjectExcluded { id: String, row: u64, rows: u64, ticket: draw::Digest, exclusion: String }, "object-excluded", "{id} is row {row} of {rows}, ticket {ticket}, excluded by {exclusion}";
        ObjectOutside { id: String, row: u64, rows: u64, ticket: draw::Digest }, "object-outside", "{id} is row {row} of {rows}, ticket {ticket}, in no stratum";
        Object { id: String, row: u64, rows: u64, ticket: draw::Digest, drawn: String, passed: String }, "object", "{id} is row {row} of {rows}, ticket {ticket}; drawn in: {drawn}; not drawn in: {passed}";
    }
}

draw::told! {
    /// Why a file is not one of its kind. `detail` is for developers: it may hold the words of a library.
    pub enum Damage {
        NotZip, "not-zip", "not a zip, or one with a comment or parts";
        Zip { detail: String }, "zip", "{detail}";
        ZipNotInPlace, "zip-not-in-place", "a zip is not drawn in place; name a folder for the copy";
        RollEnding, "roll-ending", "a roll file ends in .csv or .parquet";
        EmptyLog, "empty-log", "no commitment in it; a log holds a folder or a zip for each";
        Parquet { detail: String }, "parquet", "{detail}";
        ParquetColumn { column: String }, "parquet-column", "column {column:?} is neither UTF8, DATE, INT32, INT64 nor a LIST of UTF8";
        Writing { detail: String }, "writing", "{detail}";
    }
}

draw::told! {
    /// What a limit counts.
    pub enum Unit {
        Bytes, "bytes", "bytes";
        UncompressedBytes, "uncompressed-bytes", "uncompressed bytes";
        Compression, "compression", "times the compressed size";
        Files, "files", "files";
        Fields, "fields", "fields";
        Objects, "objects", "objects";
        Commitments, "commitments", "commitments";
    }
}
