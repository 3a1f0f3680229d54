internal import Mail
internal import Relay
internal import Web

/// A form about a mailbox and an address as it was typed, and what is wrong with it.
struct RightForm: Sendable {
    /// Entries that a browser offers while somebody types: more are slow to load and to look through.
    private static let mostChoices = 500

    /// Of the fields that a refusal may be about, in their order on the page.
    private let labels: KeyValuePairs<String, String>
    private let places: [String: String]
    var values: [String: String] = [:]
    private var errors: [String: String] = [:]
    /// Of the form as a whole.
    private var error: String?

    init(_ labels: KeyValuePairs<String, String>, _ places: [String: String]) {
        self.labels = labels
        self.places = places
    }

    mutating func take(_ fields: [String], of form: Form) {
        for field in fields { values[field] = form[field] }
    }

    /// Beside its field where there is a place for that, and above the form in any case.
    mutating func note(_ refusal: AdministrationRefusal) {
        if places[refusal.field] != nil {
            errors[refusal.field] = refusal.words
        } else {
            error = refusal.words
        }
    }

    func value(_ field: String) -> DocumentValue { DocumentValue(values[field]) }

    /// Where the pair is to be seen afterwards.
    var list: String { values["covers"].map { "/identities?q=\(PercentCoding.encode($0))" } ?? "/identities" }

    func document(_ directory: Directory) -> DocumentValue {
        let faults = labels.compactMap { field, label in
            errors[field].map { ["label": .text(label), "words": .text($0), "at": .text(places[field] ?? field)] as DocumentValue }
        }
        return [
            "mailbox": value("mailbox"), "covers": value("covers"), "reason": value("reason"), "error": DocumentValue(error),
            "errors": .map(labels.map { .init($0.key, DocumentValue(errors[$0.key])) }), "faults": .list(faults),
            "has_errors": .flag(error != nil || !faults.isEmpty),
            "mailbox_choices": DocumentValue(directory.allMailboxes.prefix(Self.mostChoices).map(\.address.description).sorted()),
            "address_choices": DocumentValue(
                directory.allUsers.prefix(Self.mostChoices).compactMap { $0.primaryAddress?.address.description }.sorted()),
        ]
    }
}
