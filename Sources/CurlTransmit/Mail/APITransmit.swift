internal import Mail
package import Relay
package import struct FoundationEssentials.Date

/// Sends messages through Graph and the Gmail API: the `Transmit` of the transports that are no SMTP.
///
/// Both send to whomever the header names, so a message goes this way only where that is exactly who shall get it (design section 7); those whom only the
/// envelope names are added as Bcc, which the provider takes out again. There is one outcome for all.
package struct APITransmit: Sendable {
    package typealias Perform = TokenClient.Perform

    let perform: Perform
    let now: @Sendable () -> Date
    /// A message of tens of megabytes over a slow line takes minutes; a provider that says nothing for so long has forgotten us.
    let limits = HTTPLimits(connect: 10, total: 600)
    /// Of what is held for all messages under way.
    private let budget: OctetBudget

    /// A message stands in memory up to four times: as MIME, in base64, as the request's body, and as libcurl's copy of that.
    package static let copies = 4
    /// Octets held at once; a message that needs more goes alone. Some twenty of Graph's largest, so that a house whose mail is small never waits.
    package static let usualBudget = 256 << 20

    package init(_ thread: CurlThread, now: @escaping @Sendable () -> Date) {
        self.init(now: now) { request throws(CurlFailure) in try await thread.perform(request) }
    }

    package init(now: @escaping @Sendable () -> Date, budget: Int = usualBudget, perform: @escaping Perform) {
        self.now = now
        self.budget = OctetBudget(limit: budget)
        self.perform = perform
    }

    package func send(_ message: OutgoingMessage) async throws(TransmitFailure) -> [RecipientReply] {
        guard let base = message.provider.apis[message.transport] else {
            throw TransmitFailure(
                stage: .request, cause: .unreachable("\(message.provider.name) names no address of its \(message.transport.rawValue) API"))
        }
        if let limit = message.provider.limits.requestSize, message.size > limit {
            throw TransmitFailure(stage: .request, cause: .tooLarge(size: message.size, limit: limit))
        }
        let octets = message.size * Self.copies
        guard await budget.take(octets) else {
            throw TransmitFailure(stage: .request, cause: .ours("it was given up while it waited for memory"))
        }
        defer { budget.give(back: octets) }
        var content = try await MIMEContent(message).bytes
        defer { content.wipe() }
        let answer =
            switch message.transport {
            case .graph: try await graph(base, message, content)
            case .gmail: try await gmail(base, message, content)
            case .smtp: throw TransmitFailure(stage: .request, cause: .ours("SMTP is another transport's"))
            }
        return message.envelope.recipients.map { _ in RecipientReply(stage: .request, reply: answer) }
    }

    /// Only 202 is an acceptance (domain.md 2.9); what Graph finds out later comes as a mail to the sender.
    private func graph(
        _ base: String, _ message: OutgoingMessage, _ content: [UInt8]
    ) async throws(TransmitFailure) -> ProviderReply {
        let place = message.isOwnersToken ? "me" : "users/\(Self.escaped(message.login))"
        let response = try await ask(
            .post, "\(base)/\(place)/sendMail", [HTTPField("Content-Type", "text/plain")], Base64Text.standard(content), message)
        guard response.status == 202 else { throw failure(response) }
        return ProviderReply(
            code: 202, text: "Accepted" + (response.value(of: "request-id").map { ", request-id \(ReplyText.line($0))" } ?? ""))
    }

    private func gmail(
        _ base: String, _ message: OutgoingMessage, _ content: [UInt8]
    ) async throws(TransmitFailure) -> ProviderReply {
        let user = Self.escaped(message.login)
        let response: HTTPResponse
        if content.count <= Self.mostInOneRequest {
            let body = Array(#"{"raw":""#.utf8) + Base64Text.url(content) + Array(#""}"#.utf8)
            response = try await ask(
                .post, "\(base)/gmail/v1/users/\(user)/messages/send", [HTTPField("Content-Type", "application/json")], body, message)
        } else {
            response = try await upload(base, user, message, content)
        }
        guard response.status == 200 else { throw failure(response) }
        return ProviderReply(code: 200, text: "taken as \(ReplyText.field("id", of: response.body) ?? "?")")
    }

    /// Octets; what is more goes by the upload endpoint (developers.google.com/gmail/api/guides/uploads).
    private static let mostInOneRequest = 5 << 20

    /// A resumable upload in one piece: announced, then sent where the answer says, which must be the API's own host, since a token goes along.
    private func upload(
        _ base: String, _ user: String, _ message: OutgoingMessage, _ content: [UInt8]
    ) async throws(TransmitFailure) -> HTTPResponse {
        let announced = try await ask(
            .post, "\(base)/upload/gmail/v1/users/\(user)/messages/send?uploadType=resumable",
            [
                HTTPField("X-Upload-Content-Type", "message/rfc822"), HTTPField("X-Upload-Content-Length", String(content.count)),
                HTTPField("Content-Type", "application/json"),
            ], Array("{}".utf8), message)
        guard announced.status == 200 else { throw failure(announced) }
        guard let place = announced.value(of: "Location"), place.hasPrefix(base + "/") else {
            throw TransmitFailure(stage: .request, cause: .protocolViolation("the upload's address is not the API's own"))
        }
        return try await ask(.put, place, [HTTPField("Content-Type", "message/rfc822")], content, message)
    }

    private func ask(
        _ method: HTTPRequest.Method, _ url: String, _ fields: [HTTPField], _ body: [UInt8], _ message: OutgoingMessage
    ) async throws(TransmitFailure) -> HTTPResponse {
        let fields = fields + [HTTPField("Authorization", "Bearer \(message.token.revealText())"), HTTPField("Accept", "application/json")]
        do throws(CurlFailure) {
            return try await perform(
                HTTPRequest(
                    method, url, fields: fields, body: body, limits: limits, trustedCertificates: message.provider.trustedCertificates))
        } catch { throw Self.failure(error) }
    }

    private func failure(_ response: HTTPResponse) -> TransmitFailure {
        // A success of another kind is none: something else answered, and what became of the message is not known.
        guard response.status >= 300 else {
            return TransmitFailure(
                stage: .request, cause: .protocolViolation("\(response.status) is no acceptance here"), contentHadLeft: true)
        }
        let error = ReplyText.error(response.body)
        let reply = ProviderReply(
            code: response.status, enhanced: error.code, text: error.message,
            retryAfter: RetryAfter.seconds(response.value(of: "Retry-After"), now: now()))
        return TransmitFailure(stage: .request, cause: .reply(reply))
    }

    /// What broke off once the request was under way may have been taken all the same.
    private static func failure(_ failure: CurlFailure) -> TransmitFailure {
        switch failure {
        case .couldNotResolve(let why), .couldNotConnect(let why): TransmitFailure(stage: .connect, cause: .unreachable(why))
        case .tls(let why): TransmitFailure(stage: .connect, cause: .tls(why))
        case .notAllowed(let why): TransmitFailure(stage: .connect, cause: .ours(why))
        case .timeout(let seconds): TransmitFailure(stage: .request, cause: .timeout(seconds: seconds), contentHadLeft: true)
        case .interrupted: TransmitFailure(stage: .request, cause: .connectionClosed, contentHadLeft: true)
        case .tooLarge, .other: TransmitFailure(stage: .request, cause: .protocolViolation(failure.description), contentHadLeft: true)
        case .cancelled, .stopped: TransmitFailure(stage: .request, cause: .ours(failure.description), contentHadLeft: true)
        }
    }

    /// A login as one segment of a path (RFC 3986 section 3.3).
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "@"), UInt8(ascii: "+"):
                escaped.append(byte)
            default: escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
