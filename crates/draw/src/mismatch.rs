//! The facts that a refusal can hold: what was expected instead, where JSON breaks its grammar, and how two things disagree
//! that must agree.

use crate::suite::Digest;

crate::told! {
    /// What a value must be.
    pub enum Expected {
        Text, "text", "a text";
        TwoTexts, "two-texts", "two texts";
        Integer, "integer", "an integer";
        Count, "count", "an integer from 0";
        Positive, "positive", "an integer from 1";
        Boolean, "boolean", "true or false";
        True, "true", "true";
        TrueOrAbsent, "true-or-absent", "true, or no such key";
        List, "list", "a list";
        Object, "object", "an object";
        Word { words: &'static str }, "word", "{words}";
        RollKey, "roll-key", "the roll key";
        KeyWithRoll, "key-with-roll", "the roll key, since the roll is handed out";
        NoKeyWithoutRoll, "no-key-without-roll", "null, since no roll is handed out";
        NoKeyInReceipt, "no-key-in-receipt", "null: a receipt never holds the key";
    }
}

crate::told! {
    /// Where JSON breaks its grammar.
    pub enum Syntax {
        Trailing, "trailing", "nothing may follow the document";
        Value, "value", "expected a value";
        ListEnd, "list-end", "expected , or ]";
        Key, "key", "expected a key";
        Colon, "colon", "expected :";
        ObjectEnd, "object-end", "expected , or }}";
        TextEnd, "text-end", "the text does not end";
        Escape, "escape", "unknown escape";
        Hex, "hex", "expected four hexadecimal digits";
    }
}

crate::told! {
    /// How two things disagree that must agree.
    pub enum Mismatch {
        ProofPath, "proof-path", "the path does not lead from this row to the root";
        NoSuchCell, "no-such-cell", "the result has no such cell";
        NotListed { id: String }, "not-listed", "{id} is not listed in the cell";
        NextReserve { id: String }, "next-reserve", "the cell's next reserve is {id}";
        NoReserveLeft, "no-reserve-left", "the cell's next reserve is nobody: write null";
        StillListed { stratum: String, cell: String }, "still-listed", "stratum {stratum}, cell {cell:?} still lists it: one addendum for each";
        ColumnUnread, "column-unread", "a column that the scheme reads was not read";
        DrawnNotListed { id: String, stratum: String }, "drawn-not-listed", "{id} is drawn by its ticket and not listed in stratum {stratum}";
        ListedNotDrawn { id: String, stratum: String }, "listed-not-drawn", "{id} is listed and not drawn by its ticket in stratum {stratum}";
        ResultLacksCell { id: String, stratum: String }, "result-lacks-cell", "the result lacks the cell of {id} in stratum {stratum}";
        ResultLacksObjectsCell, "result-lacks-objects-cell", "the result lacks the object's cell";
        SizesStratum { stratum: String, stated_rows: u64, stated_size: u64, stated_cells: usize, rows: u64, size: u64, cells: usize }, "sizes-stratum", "stratum {stratum}: stated {stated_rows} rows, {stated_size} drawn, {stated_cells} cells; the roll gives {rows} rows, {size} drawn, {cells} cells";
        SizesOutside { stated_excluded: String, stated_outside: u64, excluded: String, outside: u64 }, "sizes-outside", "stated excluded {stated_excluded}, outside {stated_outside}; the roll gives excluded {excluded}, outside {outside}";
        SizesExclusions, "sizes-exclusions", "the codes are not the scheme's exclusions";
        SizesStrata, "sizes-strata", "the strata are not the scheme's";
        SizesCells, "sizes-cells", "the cells are out of order, empty, or do not add up to the rows, or these exceed the roll";
        SizesFollow, "sizes-follow", "code or sizes do not follow from the scheme and the rows";
        SizesSum, "sizes-sum", "excluded, outside and strata do not add up to the roll";
        SizesRoll, "sizes-roll", "exclusions, populations or sizes are not those of the roll";
        CellTooSmall, "cell-too-small", "a cell has fewer rows than its size";
        Dictionary, "dictionary", "no such value in the dictionary";
        OtherCommitment, "other-commitment", "it belongs to another commitment";
        Seed, "seed", "seed or absent parties do not follow from the reveals";
        ResultCells, "result-cells", "the cells are not those of the sizes document";
        ResultSizes, "result-sizes", "stratum, cell, rows or size do not follow from the sizes document";
        ResultCounts, "result-counts", "as many must be drawn and held in reserve as the sizes say";
        Ticket, "ticket", "a ticket is not that of its id";
        TicketOrder, "ticket-order", "tickets are not in ascending order";
        Threshold, "threshold", "the threshold is the ticket of the last drawn";
        ReceiptCells, "receipt-cells", "these are not the cells that the scheme gives the row";
        ReceiptStratum, "receipt-stratum", "no such stratum";
        ReceiptSizes, "receipt-sizes", "the sizes document has no such cell, or one without rows";
        ReceiptThreshold, "receipt-threshold", "a cell has a threshold exactly where something is drawn in it";
        ReceiptAllDrawn, "receipt-all-drawn", "every object of the cell is drawn, and this one is above the threshold";
        SignedDocument, "signed-document", "no document of the bundle has this digest";
        Signature { name: String }, "signature", "not the signature of {name} by this key";
        KeyOfTwo { other: String, by: String }, "key-of-two", "the key of {other} signs for {by} as well";
        NextAddendum { name: String }, "next-addendum", "{name} comes next";
        RollRows, "roll-rows", "header or row count are not those of roll.json";
        RollCells, "roll-cells", "the roll gives other cells";
        RollPopulations, "roll-populations", "stratum, cell or rows are not those of the roll";
        NotAMember, "not-a-member", "a drawn object is not a member of its cell";
        Result { byte: usize }, "result", "not the result that the roll gives, first difference at byte {byte}";
        BundlesResult, "bundles-result", "not the result that the bundle gives";
        TwoEndings, "two-endings", "a commitment ends in a result or in a failure, not in both";
        RoundTime { round: u64, seconds: i64, at: String }, "round-time", "round {round} came at {seconds} seconds since 1970, not at {at}";
        LineEnd, "line-end", "the line does not end in CRLF; convert the line ends (unix2dos, or an editor's CRLF setting), or export the roll again from its Parquet file or its source";
        QuoteInside, "quote-inside", "a quote stands in a field without quotes; put the field in quotes and double it";
        AfterQuote, "after-quote", "something stands between a closing quote and the comma; double each quote within a quoted field";
        QuoteOpen, "quote-open", "a quoted field does not end on its line; close its quotes";
        QuoteNeedless, "quote-needless", "a field without comma or quote stands in quotes; take them off";
        NumberWide, "number-wide", "the number does not fit 64 bits; write the roll as CSV";
    }
}

crate::told! {
    /// What an honest chain of commitments does not have, or what is worth a second look.
    pub enum ChainWord {
        Twice { other: String }, "twice", "the same commitment stands at {other}; keep one";
        Gap { digest: Digest }, "gap", "the commitment before it, {digest}, is not in the log";
        GapReplaced { digest: Digest }, "gap-replaced", "the attempt that it replaces, {digest}, is not in the log";
        OtherOrganiser { other: String }, "other-organiser", "the commitment before it, {other}, is of another organiser";
        InstantOrder { other: String }, "instant-order", "committed before the one that it follows, {other}";
        Fork { digest: Digest, other: String }, "fork", "it follows {digest}, as {other} does";
        ForkStart { other: String }, "fork-start", "it begins a chain, as {other} does";
        Dropped, "dropped", "it ended neither in a result nor in a failure, and others came after it";
        AttemptTwice { attempt: u64, draw: String, other: String }, "attempt-twice", "attempt {attempt} of {draw} stands at {other} as well";
        AttemptOrder { attempt: u64, other: String }, "attempt-order", "attempt {attempt} does not follow the one that it replaces, {other}";
        Redrawn { other: String }, "redrawn", "the attempt that it replaces, {other}, has a result: it was drawn again";
        CommitmentRepeated { party: String, other: String }, "commitment-repeated", "the commitment of {party} stands at {other} already";
        RollRepeated { draw: String, other: String }, "roll-repeated", "the roll was drawn before as {draw}, at {other}";
        SchemeRepeated { draw: String, other: String }, "scheme-repeated", "the scheme was drawn before as {draw}, at {other}";
    }
}
