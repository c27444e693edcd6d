//! The tables from whose rows the public, a firm or an inspector is told a fact that an event, a bundle or a matching fixes.
//! What each is held against stands in `store::told`; here are only their names.

coded_enum! {
    /// A table of such rows. The code is the table's name.
    Projection {
        /// Number, title, days and contact of a task.
        Task = "task",
        /// Who the members of a roll's classes are.
        Census = "roll_census",
        /// An attempt to draw: the digests of everything, from the published commitment on.
        Draw = "draw",
        /// The parties of a ceremony with commitments and reveals.
        Party = "party",
        /// Reveals that did not fit.
        Rejection = "party_rejection",
        /// An organiser's chain of commitments.
        Chain = "commitment_chain",
        /// Who recomputed a draw and says so.
        Attestation = "attestation",
        /// What was drawn, reserves included.
        Drawn = "drawn",
        /// An announcement.
        Publication = "publication",
        /// A published drawn list.
        PublishedDrawn = "publication_drawn",
        /// What a word of a scheme stands for, decided after the draw.
        Mapping = "item_mapping",
        /// The items of such a decision.
        MappingItem = "item_mapping_item",
        /// The agencies to which a task was dispatched.
        Share = "share",
        /// The visits of a task: whom, by which agency, under which number.
        Visit = "visit",
        /// The items on each visit's form.
        VisitItem = "visit_item",
        /// Changes of a visit's day after its inspectors were matched.
        VisitDay = "visit_day",
        /// A matching: the digests of everything, from the published commitment on.
        Matching = "matching",
        /// The two inspectors of each visit.
        Assignment = "assignment",
    }
}
