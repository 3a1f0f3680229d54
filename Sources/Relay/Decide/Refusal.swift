/// Why a message gets no route. The codes are stable: clients, tests and reports hold on to them.
package enum RefusalCode: String, Error, Sendable, Hashable, CaseIterable {
    case noRoute = "no-route"
    case denied
    case clientNotPermitted = "client-not-permitted"
    case currentUserMissing = "current-user-missing"
    case unknownUser = "unknown-user"
    case userWithoutAddress = "user-without-address"
    case authorMissing = "author-missing"
    case noFallback = "no-fallback"
    case unaligned
    /// The policy for signed messages is `refuse`, and the rewrite would break a signature.
    case signatureBreaks = "signature-breaks"
}

/// A refusal is one value with three audiences: the client hears the sentence, a program branches on the code, the operator reads the explanation.
package struct Refusal: Error, Sendable, Hashable {
    package let code: RefusalCode
    /// One sentence that says what and what to do, and discloses no configuration beyond the address that was asked for.
    package let sentence: String
    /// The same question may have an answer later without anyone changing the directory (a mailbox is stopped for minutes).
    package let isTemporary: Bool
    package var explanation: Explanation

    package init(_ code: RefusalCode, _ sentence: String, isTemporary: Bool = false, explanation: Explanation) {
        self.code = code
        self.sentence = sentence
        self.isTemporary = isTemporary
        self.explanation = explanation
    }
}
