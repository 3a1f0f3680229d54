/// What MAIL and RCPT said, parameters included, in the order in which they were given.
package struct Envelope: Sendable, Hashable {
    package var sender: EnvelopeSender
    package var recipients: [EnvelopeRecipient] = []
}

package struct EnvelopeSender: Sendable, Hashable {
    /// Empty for `<>`.
    package var address: String
    package var parameters: [EnvelopeParameter] = []

    package init(_ address: String, _ parameters: [EnvelopeParameter] = []) {
        self.address = address
        self.parameters = parameters
    }

    package subscript(keyword: String) -> String? { parameters.first { $0.keyword == keyword }?.value }

    var allowsUTF8: Bool { parameters.contains { $0.keyword == "SMTPUTF8" } }

    var isBinary: Bool { self["BODY"]?.uppercased() == "BINARYMIME" }
}

package struct EnvelopeRecipient: Sendable, Hashable {
    package var address: String
    package var parameters: [EnvelopeParameter] = []

    package init(_ address: String, _ parameters: [EnvelopeParameter] = []) {
        self.address = address
        self.parameters = parameters
    }

    package subscript(keyword: String) -> String? { parameters.first { $0.keyword == keyword }?.value }
}

package struct EnvelopeParameter: Sendable, Hashable {
    /// In upper case.
    package var keyword: String
    package var value: String?

    package init(_ keyword: String, _ value: String? = nil) {
        self.keyword = keyword
        self.value = value
    }
}
