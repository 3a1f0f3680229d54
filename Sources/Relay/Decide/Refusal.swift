internal import struct FoundationEssentials.Date

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

/// Why there is no way out is one value with four audiences: the client hears the sentence, a program branches on the code, reports count what was struck
/// out, the operator reads the explanation.
package struct Refusal: Error, Sendable, Hashable {
    package let code: RefusalCode
    /// One sentence that says what and what to do, without a word that a provider wrote.
    package let sentence: String
    package let mending: Mending
    /// Whom it was to be from, as far as that was found out.
    package let author: Author?
    /// The author's candidates before the carrier's, each in the order they were tried.
    package let struck: [Struck]
    /// "Nobody may use it."
    package let denial: Deny?
    package var explanation: Explanation

    package init(
        _ code: RefusalCode, _ sentence: String, _ mending: Mending? = nil, author: Author? = nil, struck: [Struck] = [],
        denial: Deny? = nil, explanation: Explanation
    ) {
        self.code = code
        self.sentence = sentence
        self.mending = mending ?? code.mending
        self.author = author
        self.struck = struck
        self.denial = denial
        self.explanation = explanation
    }

    /// The same question may have another answer later: now is not the time to give up.
    package var isTemporary: Bool { mending.prospect != .permanent }

    /// Why it is held, and until when.
    var wordsOfHold: String { "\(sentence); the policy is to hold: release it when there is a route" }

    /// When time alone brings a way back.
    var comesBack: Date? { struck.filter { $0.mending == .byTime }.compactMap(\.comesBack).min() }

    /// Every candidate is struck out for this very message's size or recipients, which nothing will mend.
    var fitsNowhere: Bool { !struck.isEmpty && struck.allSatisfy(\.isMisfit) }

    /// What does not fit, in words.
    var misfits: [String] { struck.flatMap(\.strikes).filter(\.isMisfit).map(\.description) }
}
