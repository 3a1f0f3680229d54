package import HTTPTypes
package import Relay

/// The kinds of trouble that an answer can be, by the word programs branch on. A refusal of a message has a word of its own beside it.
package enum ProblemKind: String, Sendable, Hashable, CaseIterable {
    case badRequest = "bad-request"
    case signInMissing = "sign-in-missing"
    case notPermitted = "not-permitted"
    case notFound = "not-found"
    case methodMissing = "method-not-allowed"
    case slow = "too-slow"
    case conflict
    /// Somebody else changed it meanwhile: If-Match names another state.
    case changedMeanwhile = "changed-meanwhile"
    case tooLarge = "too-large"
    case mediaType = "unsupported-media-type"
    /// Asked for by a name that is not ours.
    case misdirected = "misdirected-request"
    /// It can be read and means nothing, or nothing that may be.
    case invalid
    /// The message is refused by a decision; `code` is the refusal's.
    case refused
    /// A change without If-Match.
    case conditionMissing = "if-match-missing"
    case tooManyRequests = "too-many-requests"
    case fault
    case busy
    case unavailable
    case full = "insufficient-storage"
    /// A provider, or what stands between, did not do its part.
    case provider = "provider-failed"

    package var status: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .signInMissing: .unauthorized
        case .notPermitted: .forbidden
        case .notFound: .notFound
        case .methodMissing: .methodNotAllowed
        case .slow: .requestTimeout
        case .conflict: .conflict
        case .changedMeanwhile: .preconditionFailed
        case .tooLarge: .contentTooLarge
        case .mediaType: .unsupportedMediaType
        case .misdirected: .misdirectedRequest
        case .invalid, .refused: .unprocessableContent
        case .conditionMissing: HTTPResponse.Status(code: 428, reasonPhrase: "Precondition Required")
        case .tooManyRequests: .tooManyRequests
        case .fault: .internalServerError
        case .busy, .unavailable: .serviceUnavailable
        case .full: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        // Not 502: we are no gateway to it, and monitors count 5xx as ours.
        case .provider: HTTPResponse.Status(code: 424, reasonPhrase: "Failed Dependency")
        }
    }

    package var title: String {
        switch self {
        case .badRequest: "The request cannot be read"
        case .signInMissing: "Nobody has signed in"
        case .notPermitted: "This is not permitted"
        case .notFound: "There is no such thing"
        case .methodMissing: "This cannot be done here"
        case .slow: "The request took too long to arrive"
        case .conflict: "Something stands in the way"
        case .changedMeanwhile: "It was changed meanwhile"
        case .tooLarge: "The request is too large"
        case .mediaType: "This kind of content is not taken"
        case .misdirected: "This is not served here"
        case .invalid: "The request cannot be carried out"
        case .refused: "The message is refused"
        case .conditionMissing: "The request must say which state it changes"
        case .tooManyRequests: "Too many requests"
        case .fault: "Something went wrong here"
        case .busy: "Busy"
        case .unavailable: "The service cannot do this now"
        case .full: "The disk is full"
        case .provider: "The provider did not do its part"
        }
    }
}

/// An answer that is none, as RFC 9457 has it: what happened for a program, for a person, and what to do.
package struct Problem: Error, Sendable {
    package let kind: ProblemKind
    /// The word programs branch on: the kind's, or a refusal's.
    package var code: String
    package let detail: String
    /// What to do; empty when there is nothing.
    package var fix = ""
    /// The place in the request, as `items[2].covers`.
    package var place: String?
    /// Seconds after which it is worth another try.
    package var retryAfter: Int?
    package var explanation: Explanation?

    package init(_ kind: ProblemKind, _ detail: String, fix: String = "", place: String? = nil, retryAfter: Int? = nil) {
        self.kind = kind
        code = kind.rawValue
        self.detail = detail
        self.fix = fix
        self.place = place.flatMap { $0.isEmpty ? nil : $0 }
        self.retryAfter = retryAfter
    }

    package func reply(_ requestID: String) -> Reply {
        var reply = Reply(kind.status, .bytes(JSONWriter.bytes(document(requestID: requestID)), type: "application/problem+json"))
        if let retryAfter { reply.headers[.retryAfter] = String(retryAfter) }
        if kind == .signInMissing { reply.headers[.wwwAuthenticate] = "Bearer realm=\"mandate\"" }
        return reply
    }

    package func document(requestID: String) -> DocumentValue {
        var entries: [DocumentValue.Entry] = [
            .init("type", .text("urn:mandate:\(code)")), .init("title", .text(kind.title)),
            .init("status", DocumentValue(kind.status.code)),
            .init("code", .text(code)), .init("detail", .text(detail)),
        ]
        if !fix.isEmpty { entries.append(.init("fix", .text(fix))) }
        if let place { entries.append(.init("place", .text(place))) }
        if let explanation { entries.append(.init("explanation", DocumentValue(explanation.steps.map(\.description)))) }
        return .map(entries + [.init("request_id", .text(requestID))])
    }
}

extension Problem {
    package init(_ refusal: Refusal) {
        let kind: ProblemKind = refusal.code == .clientNotPermitted ? .notPermitted : refusal.isTemporary ? .unavailable : .refused
        self.init(kind, refusal.sentence, retryAfter: refusal.isTemporary ? 60 : nil)
        code = refusal.code.rawValue
        explanation = refusal.explanation
    }

    package init(_ failure: StoreFailure) {
        switch failure {
        case .busy, .editionMoved, .keyMoved: self.init(.busy, failure.description, fix: "repeat the request", retryAfter: 1)
        case .full: self.init(.full, failure.description, fix: "make room on the service's disk", retryAfter: 60)
        case .notFound: self.init(.notFound, failure.description)
        case .overQuota(let excess): self.init(excess)
        case .conflict, .repeated, .claimLost: self.init(.conflict, failure.description)
        // The store's path and the words of its library are the operator's business.
        case .damaged, .unavailable, .wrongKey: self.init(.unavailable, "the store cannot be used; the service's log says why")
        }
    }

    package init(_ excess: QuotaExcess) {
        self.init(excess.wait == nil ? .notPermitted : .tooManyRequests, excess.description, retryAfter: excess.wait)
    }

    package init(_ error: DocumentError) { self.init(.invalid, error.problem, fix: error.fix, place: error.path) }
}

extension String {
    /// With a capital letter and a full stop; an address or a path stays as it is.
    package var sentence: String {
        guard let first else { return self }
        let isWord = !prefix { $0 != " " }.contains { "@/.-_".contains($0) }
        return (isWord ? first.uppercased() : String(first)) + dropFirst() + (last.map { ".!?".contains($0) } == true ? "" : ".")
    }
}
