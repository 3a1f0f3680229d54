/// Everything that happened at the sandbox's doors, in order.
package struct Record: Sendable {
    package internal(set) var messages: [AcceptedMessage] = []
    package internal(set) var tokenRequests: [TokenAttempt] = []
    /// Every request over HTTPS, at whatever door; the oldest go when there are too many.
    package internal(set) var requests: [SeenRequest] = []
    package internal(set) var signIns: [SignInAttempt] = []
    /// SMTP connections since the start, and those open now.
    package internal(set) var connections = 0
    package internal(set) var openConnections = 0
    /// Connections to read mail, since the start.
    package internal(set) var readingConnections = 0
    /// How often all was forgotten: the numbers of messages begin anew then.
    private(set) var generation = 1
    /// Refused messages and envelope commands: the answers, in order.
    package internal(set) var refusals: [SubmissionRefusal] = []
    /// Why messages could not be written to the folder, if they could not.
    package internal(set) var fileFailures: [String] = []
    private var bytesKept = 0

    package var tokensIssued: Int { tokenRequests.count { if case .issued = $0.outcome { true } else { false } } }

    package var signInsAccepted: Int { signIns.count { if case .accepted = $0.outcome { true } else { false } } }

    package func messages(to address: String) -> [AcceptedMessage] {
        messages.filter { $0.recipients.contains { $0.address.lowercased() == address.lowercased() } }
    }

    /// Keeps the message; its content only while all contents together stay within the limit.
    mutating func accept(_ message: AcceptedMessage, contentLimit: Int) {
        var kept = message
        if bytesKept + message.size > contentLimit { kept.content = nil } else { bytesKept += message.size }
        messages.append(kept)
    }

    /// Half a day of a busy day; a sandbox that runs for weeks must not keep them all.
    private static let mostRequests = 20_000

    mutating func see(_ request: SeenRequest) {
        if requests.count >= Self.mostRequests { requests.removeFirst(Self.mostRequests / 2) }
        requests.append(request)
    }

    package func requests(at door: Door) -> [SeenRequest] { requests.filter { $0.door == door } }

    mutating func forget() {
        generation += 1
        requests = []
        messages = []
        tokenRequests = []
        signIns = []
        refusals = []
        bytesKept = 0
    }
}

/// A negative answer at the submission door, other than to a sign-in.
package struct SubmissionRefusal: Sendable, Hashable {
    package var login: String?
    package var sender: String?
    package var reply: Reply
    package var connection: Int
    package var time: Double
}
