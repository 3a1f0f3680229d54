internal import Foundation
internal import Relay

/// Signing in with the token that opens a login's mailbox, by whichever of the two mechanisms the server offers.
struct SignIn: Sendable {
    enum Mechanism: String, Sendable, CaseIterable {
        /// Google's and Microsoft's: the one that both are known to take, so it comes first.
        case xoauth2 = "XOAUTH2"
        /// RFC 7628.
        case oauthbearer = "OAUTHBEARER"
    }

    /// RFC 5321 4.5.3.1.4, CRLF included: beyond it RFC 4954 section 4 forbids the initial response.
    static let commandLimit = 512

    private let login: String
    private let token: Secret
    private let host: String
    private let port: Int

    /// `host` and `port` are the server's, as we were told them: OAUTHBEARER lets it check that the token was meant for it.
    init(login: String, token: Secret, host: String, port: Int) {
        self.login = login
        self.token = token
        self.host = host
        self.port = port
    }

    static func mechanism(among offered: [String]) -> Mechanism? { Mechanism.allCases.first { offered.contains($0.rawValue) } }

    /// The whole of it in the AUTH command, where it fits.
    func initialLine(_ mechanism: Mechanism) -> SecretLine? {
        let line = SecretLine(Array("AUTH \(mechanism.rawValue) ".utf8) + response(mechanism).reveal() + [0x0D, 0x0A])
        return line.count <= Self.commandLimit ? line : nil
    }

    /// On its own line, after 334 (RFC 4954 section 4 allows 12,288 octets there).
    func responseLine(_ mechanism: Mechanism) -> SecretLine { SecretLine(response(mechanism).reveal() + [0x0D, 0x0A]) }

    /// What the error challenge is answered with, so that the refusal itself comes: an empty line, or ^A (RFC 7628 section 3.2.3).
    static func dismissal(_ mechanism: Mechanism) -> String {
        switch mechanism {
        case .xoauth2: "\r\n"
        case .oauthbearer: "AQ==\r\n"
        }
    }

    /// The client's response, in Base64.
    private func response(_ mechanism: Mechanism) -> Secret {
        let opening =
            switch mechanism {
            case .xoauth2: "user=\(login)"
            // RFC 5801 section 4: a comma or an equals sign in the name would be read as syntax.
            case .oauthbearer:
                "n,a=\(login.replacing("=", with: "=3D").replacing(",", with: "=2C")),\u{1}host=\(host)\u{1}port=\(port)"
            }
        let text = Data("\(opening)\u{1}auth=Bearer ".utf8) + token.reveal() + [1, 1]
        return Secret(Array(text.base64EncodedString().utf8))
    }

    /// A refusal at AUTH as a failure: whether it is the length of the line that the server did not like, and without what it may have
    /// repeated of the token ("500 unrecognized command: dXNlcj0…" does happen).
    func failure(_ reply: ProviderReply, challenge: String?, sent octets: Int) -> TransmitFailure.Cause {
        let text = [reply.text, challenge ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        let clean = ProviderReply(code: reply.code, enhanced: reply.enhanced, text: withoutToken(text))
        return octets > Self.commandLimit && meansLineTooLong(reply) ? .tokenTooLong(clean) : .reply(clean)
    }

    /// Dovecot says `500 5.5.2 Line too long`, Postfix `500 5.5.6 SASL response limit exceeded` (RFC 4954's code); who cuts the line instead finds
    /// "Invalid base64 data" in what is left, and ours is good. Other enhanced codes (`501 5.5.127 Token will expire soon`) mean something else.
    private func meansLineTooLong(_ reply: ProviderReply) -> Bool {
        let text = reply.text.lowercased()
        if text.contains("too long") || text.contains("invalid base64") { return true }
        return [500, 501].contains(reply.code) && ["", "5.5.2", "5.5.4", "5.5.6"].contains(reply.enhanced)
    }

    /// The JSON of the challenge, as text of one line; what is not Base64 is left as it came.
    static func text(ofChallenge reply: ServerReply) -> String {
        let raw = reply.lines.joined().filter { $0 != " " }
        guard let bytes = Data(base64Encoded: raw), !bytes.isEmpty else { return String(raw.prefix(400)) }
        return String(decoding: bytes.prefix(400).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
    }

    /// Ordinary words share no twelve characters with a token; looking at every twelfth place finds each run of 23.
    private static let window = 12

    private func withoutToken(_ text: String) -> String {
        let secrets = [token.reveal()] + Mechanism.allCases.map { response($0).reveal() }
        let isPart: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || "+/=._~-".contains($0)) }
        var clean = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            let word = rest.prefix(while: isPart)
            clean += Self.leaks(Array(word.utf8), secrets) ? "‹secret›" : word
            rest = rest.dropFirst(word.count)
            let between = rest.prefix { !isPart($0) }
            clean += between
            rest = rest.dropFirst(between.count)
        }
        return clean
    }

    private static func leaks(_ word: [UInt8], _ secrets: [[UInt8]]) -> Bool {
        guard word.count >= window else { return word.count > 7 && secrets.contains(word) }
        return stride(from: 0, through: word.count - window, by: window).contains { start in
            let part = Data(word[start..<start + window])
            return secrets.contains { Data($0).range(of: part) != nil }
        }
    }
}

/// A line with a token in it: compared by its bytes, never shown.
struct SecretLine: Equatable, Sendable, CustomStringConvertible {
    private let line: Secret

    init(_ bytes: [UInt8]) { line = Secret(bytes) }

    var count: Int { line.count }
    var description: String { line.description }

    func reveal() -> [UInt8] { line.reveal() }

    static func == (left: SecretLine, right: SecretLine) -> Bool { left.line.reveal() == right.line.reveal() }
}
