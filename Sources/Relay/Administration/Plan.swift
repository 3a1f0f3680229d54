/// What a verb is going to change, and what there is to say of it.
package struct Plan: Sendable {
    package enum Outcome: String, Sendable, Hashable {
        case added, changed, unchanged, removed
    }

    /// A secret to keep, sealed by whoever carries the plan out; nil: to forget.
    package struct Secrecy: Sendable {
        package let name: SecretName
        package let secret: Secret?
        /// Why the change is not made if this is not the secret that is kept already; nil: it is replaced.
        package let refusal: AdministrationRefusal?

        package init(_ name: SecretName, _ secret: Secret?, elseRefused refusal: AdministrationRefusal? = nil) {
            self.name = name
            self.secret = secret
            self.refusal = refusal
        }
    }

    /// What somebody has to do next.
    package enum Step: Sendable, Hashable {
        /// A command of ours, to the letter.
        case command(String)
        /// Somebody consents to the grant of this name: by a command of ours, or in a browser.
        case consent(String)
        /// At the provider, as its own pages and commands have it.
        case atProvider(String)
    }

    /// A grant that it speaks of waits for a person.
    package var needsConsent: Bool { next.contains { if case .consent = $0 { true } else { false } } }

    /// A step that is due only as long as nobody has given this secret.
    package struct Due: Sendable, Hashable {
        package let secret: SecretName
        package let step: Step
    }

    /// What became of one of several things.
    package struct Item: Sendable {
        package let key: EntityKey
        package let outcome: Outcome
        package let newKey: ClientKey?
    }

    package var outcome: Outcome
    /// What it is about, as it is then; nil where it is gone, or several.
    package var subject: DirectoryEntity?
    package var changes: [DirectoryChange]
    package var secrets: [Secrecy] = []
    /// Removes what refers to a removed thing too.
    package var cascades = false
    /// What a person says was seen, with the journal's lines of who said so.
    package var observations: [Observation] = []
    /// They are of the change: where all is so already, nothing was seen.
    package var observesChangeAlone = false
    package var journal: [JournalEntry] = []
    /// One sentence without its full stop: what holds now.
    package var words: String
    /// In its place, where all of it turns out to be so already.
    package var wordsIfUnchanged: String?
    /// What should be known beside it.
    package var notes: [String] = []
    /// What may be a slip.
    package var warnings: [String] = []
    package var next: [Step] = []
    package var due: [Due] = []
    /// Of a removal: all that goes, with what uses it.
    package var gone: [EntityKey] = []
    /// That was made for a client: for whoever asked, once, since it is kept nowhere.
    package var newKey: ClientKey?
    /// Of several things, each.
    package var items: [Item] = []

    package init(_ outcome: Outcome, _ words: String, _ subject: DirectoryEntity? = nil, _ changes: [DirectoryChange] = []) {
        self.outcome = outcome
        self.words = words
        self.subject = subject
        self.changes = changes
    }

    /// Nothing is to be done.
    package static func unchanged(_ words: String, _ subject: DirectoryEntity? = nil) -> Plan { Plan(.unchanged, words, subject) }

    /// Both as one; what is said of the other comes behind.
    package func followed(by other: Plan) -> Plan {
        var plan = other
        plan.outcome = outcome == .unchanged ? other.outcome : outcome
        plan.changes = changes + other.changes
        plan.secrets = secrets + other.secrets
        plan.observations = observations + other.observations
        plan.journal = journal + other.journal
        plan.words = other.outcome == .unchanged ? words : outcome == .unchanged ? other.words : "\(words); \(other.words)"
        plan.wordsIfUnchanged = nil
        plan.notes = notes + other.notes
        plan.warnings = warnings + other.warnings
        plan.next = other.next
        return plan
    }

    package var isEmpty: Bool { changes.isEmpty && secrets.isEmpty && observations.isEmpty }
}
