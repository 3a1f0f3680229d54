package import struct FoundationEssentials.Date

/// The rule book: every change that a person can make is one verb here, whoever asks for it and in whichever way. A verb is handed what was said and works
/// on the directory as it is; it answers with a `Plan` – what is to be changed, and in words what that means – or throws why not. It does nothing itself.
///
/// How a change comes about, with a delegation for an example:
///  1. Command, API, console and file each put what they were told into the words of the directory file: `Particulars`, `{mailbox: …, covers: …}`.
///     They check nothing; that an address is none is said here, in one sentence for all.
///  2. `Editor.edit` reads the directory – all of it, or the slice that the particulars name – and calls the verb: `administration.allow(particulars)`.
///  3. The verb reads the particulars (`read`), looks for what is the same thing already (`twin`), and holds the result against the rules of its kind
///     (`settle`). Rules of one kind stand in `Administration+Kind.swift`, once.
///  4. The editor applies the plan, and does all of it anew if the directory moved meanwhile.
///  5. The way in prints the plan's outcome and words, or maps the refusal's code to its own kind of answer, in one exhaustive switch.
///
/// A verb that needs somebody outside as well – a provider that tries a secret, or is told of a consent's end – is one of the editor's
/// (`Editor+Registrations.swift`), and is handed whoever plays that role.
///
/// To add a verb: a method that throws `AdministrationRefusal` and returns a `Plan`; a case in `Fixtures/administration` that tells it as command, as request
/// and as form.
package struct Administration: Sendable {
    /// Within one request that changes several things, as those before have left it.
    package internal(set) var directory: Directory
    package let conditions: Conditions
    /// Who answers for it.
    package let person: String
    /// Whether it is asked for on this machine, by somebody who could run a program as the service anyway; not from afar.
    package let isOnMachine: Bool
    package let now: Date
    private let generator: @Sendable () -> any RandomNumberGenerator

    package init(
        _ snapshot: Snapshot, person: String, isOnMachine: Bool = false, at now: Date,
        generator: @escaping @Sendable () -> any RandomNumberGenerator
    ) {
        directory = snapshot.directory
        conditions = snapshot.conditions
        self.person = person
        self.isOnMachine = isOnMachine
        // As a store keeps it, so that what is answered now has the entity tag that it has later.
        self.now = Date(timeIntervalSince1970: (now.timeIntervalSince1970 * 1000).rounded() / 1000)
        self.generator = generator
    }

    package var snapshot: Snapshot { Snapshot(directory: directory, conditions: conditions) }

    /// As it is once that plan is carried out, for whoever does several things at once.
    package func after(_ plan: Plan) -> Administration {
        var next = self
        next.directory.apply(plan.changes, edition: directory.edition)
        return next
    }

    /// A fresh id.
    func identifier(of kind: EntityKind) -> String? {
        guard let prefix = kind.prefix else { return nil }
        var generator = generator()
        return Identifier<Administration>(prefix: prefix, using: &generator).text
    }

    func freshKey() -> ClientKey {
        var generator = generator()
        return ClientKey(using: &generator)
    }

    var usual: DirectoryDocument.Usual { DirectoryDocument.Usual(grantedBy: person, grantedAt: now) }

    /// A line of the journal for what a person says was seen.
    func entry(_ words: String, of key: EntityKey, _ personal: [JournalEntry.Personal] = []) -> JournalEntry {
        JournalEntry(
            at: now, kind: .changed, facts: [.init("entity", key.kind.rawValue), .init("id", key.id), .init("observed", words)],
            personal: [.init(.person, person)] + personal)
    }
}

extension EntityKind {
    /// Before the random part of an id that nobody gave; nil: ids are given.
    var prefix: String? {
        switch self {
        case .setting, .user, .provider: nil
        case .application: "app"
        case .grant: "grant"
        case .mailbox: "mbx"
        case .family: "fam"
        case .delegation: "del"
        case .deny: "deny"
        case .client: "client"
        }
    }
}
