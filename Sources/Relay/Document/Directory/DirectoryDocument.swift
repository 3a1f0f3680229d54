package import struct FoundationEssentials.Date

/// A directory as a file that people write: what `decide` and `rewrite` read with `--directory`, and what `export` writes and `apply` reads.
/// Sections: settings, users, providers (what differs from the catalogue), applications, grants, mailboxes, families, delegations, deny, clients;
/// and `observed` (standings and health), which stands in for the conditions of a running store and is never exported. There is no place for a secret.
/// What a file says is checked whole: values, references, and the rules between them. Before them, `format` says which of these rules it was written by, and
/// `edition` which state of a directory it was made of; a file may leave both out.
package struct DirectoryDocument: Sendable, Hashable {
    package let entities: [DirectoryEntity]
    /// Not part of the directory: it never moves an edition.
    package let observations: [Observation]
    /// Of which it says that it was made of it.
    package let edition: Edition?

    /// What `format` says in the files that this program writes, the only one that it reads.
    package static let format: Int64 = 1

    /// What holds for a delegation that does not say who granted it or when.
    package struct Usual: Sendable, Hashable {
        package var grantedBy: String
        /// The beginning of time, unless `apply` says now: such a right has had its time at the provider.
        package var grantedAt: Date

        package init(grantedBy: String = "the directory file", grantedAt: Date = Date(timeIntervalSince1970: 0)) {
            self.grantedBy = grantedBy
            self.grantedAt = grantedAt
        }
    }

    package init(_ value: DocumentValue, usual: Usual = Usual()) throws(DocumentError) {
        var reader = DirectoryReader(usual)
        try reader.read(DocumentReader(value))
        self.init(entities: reader.entities, observations: reader.observations, edition: reader.edition)
    }

    package init(entities: [DirectoryEntity], observations: [Observation] = [], edition: Edition? = nil) {
        self.entities = entities
        self.observations = observations
        self.edition = edition
    }

    /// Built-in providers included: without them no application means anything.
    package var directory: Directory { Directory(entities) }

    package var conditions: Conditions { Conditions(observations) }

    /// What a file says of itself.
    static let head = ["format", "edition"]

    /// The sections in their order in the file.
    static let sections = EntityKind.allCases.map(\.section) + ["observed"]
}
