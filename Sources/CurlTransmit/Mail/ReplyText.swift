internal import FoundationEssentials
internal import Relay

/// What an API said, as far as people and the failure table need it.
enum ReplyText {
    /// Graph: `{"error":{"code":"ErrorSendAsDenied","message":"…"}}`. Google: `{"error":{"code":403,"message":"…","errors":[{"reason":"…"}],"status":"…"}}`.
    static func error(_ body: [UInt8]) -> (code: String, message: String) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) else {
            return ("", line(String(decoding: body.prefix(200), as: UTF8.self)))
        }
        let error = answer.error
        return (line(error.code ?? error.errors?.first?.reason ?? error.status ?? ""), line(error.message ?? ""))
    }

    static func field(_ name: String, of body: [UInt8]) -> String? {
        (try? JSONDecoder().decode([String: LooseText].self, from: Data(body)))?[name]?.text.map(line)
    }

    /// One line, printable, not endless: it goes into the queue and onto terminals.
    static func line(_ text: String) -> String { TokenDetail(hiding: []).line(text) }

    private struct Answer: Decodable {
        let error: Fields
    }

    private struct Fields: Decodable {
        /// Graph's is a word, Google's a number that says no more than the status.
        let code: String?
        let message: String?
        let errors: [Reason]?
        let status: String?

        private enum CodingKeys: CodingKey { case code, message, errors, status }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            code = try? container.decode(String.self, forKey: .code)
            message = try? container.decode(String.self, forKey: .message)
            errors = try? container.decode([Reason].self, forKey: .errors)
            status = try? container.decode(String.self, forKey: .status)
        }
    }

    private struct Reason: Decodable {
        let reason: String?
    }

    private struct LooseText: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
    }
}

/// Base64 as bytes, without a detour over text.
enum Base64Text {
    /// RFC 4648 section 4.
    static func standard(_ bytes: [UInt8]) -> [UInt8] { Array(Data(bytes).base64EncodedData()) }

    /// RFC 4648 section 5, padded: Gmail takes both.
    static func url(_ bytes: [UInt8]) -> [UInt8] {
        standard(bytes).map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
    }
}
