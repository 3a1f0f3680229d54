internal import Relay

/// What a client hears: a code, an enhanced code (RFC 3463) and a sentence that says what and what to do.
struct Reply: Sendable, Hashable {
    let code: Int
    /// nil where RFC 2034 has none: greeting, EHLO, 334 and 354.
    let enhanced: String?
    /// One for each line of the reply, more where a line would be too long.
    let lines: [String]

    init(_ code: Int, _ enhanced: String?, _ lines: String...) {
        self.init(code, enhanced, lines: lines)
    }

    init(_ code: Int, _ enhanced: String?, lines: [String]) {
        self.code = code
        self.enhanced = enhanced
        self.lines = lines.flatMap(Self.folded)
    }

    /// Whether the client did something wrong, as far as counting goes.
    var isRefusal: Bool { code >= 500 }

    /// With CRLFs. Octets beyond ASCII belong into a reply only after SMTPUTF8 (RFC 6531 section 3.7.4), which most replies come too early to know of.
    var wire: String {
        let prefix = enhanced.map { "\($0) " } ?? ""
        var wire = ""
        for (number, line) in lines.enumerated() {
            wire += "\(code)\(number == lines.count - 1 ? " " : "-")\(prefix)\(Self.plain(line))\r\n"
        }
        return wire
    }

    /// Lines of 400 octets leave room for code and enhanced code in the 512 of RFC 5321 section 4.5.3.1.5.
    private static func folded(_ text: String) -> [String] {
        guard text.utf8.count > 400 else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: true) {
            var rest = Substring(word)
            while rest.utf8.count > 400 {
                if !line.isEmpty { lines.append(line) }
                line = ""
                lines.append(String(rest.prefix(100)))
                rest = rest.dropFirst(100)
            }
            if line.utf8.count + rest.utf8.count + 1 > 400 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(rest) : " \(rest)"
        }
        return line.isEmpty ? lines : lines + [line]
    }

    private static func plain(_ line: String) -> String {
        String(decoding: line.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? UInt8($0.value) : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

extension Reply {
    /// Why a message was not taken, after its end. What may pass by itself is 4xx: the client keeps the message and comes again.
    init(_ failure: AcceptFailure) {
        switch failure {
        case .form, .header, .recipient, .instruction: self.init(550, "5.6.0", failure.description)
        case .stranger: self.init(530, "5.7.0", failure.description)
        case .noRecipients: self.init(554, "5.5.1", failure.description)
        case .tooManyRecipients: self.init(452, "4.5.3", failure.description)
        case .tooLarge: self.init(552, "5.3.4", failure.description)
        case .circling: self.init(554, "5.4.6", failure.description)
        case .refused(let refusal):
            let words = "\(refusal.sentence) (\(refusal.code.rawValue))"
            self = refusal.isTemporary ? Reply(451, "4.7.1", words) : Reply(550, "5.7.1", words)
        case .overQuota(let excess): self.init(excess.wait == nil ? 550 : 451, excess.wait == nil ? "5.7.1" : "4.7.1", failure.description)
        case .store(let failure):
            switch failure {
            case .full: self.init(452, "4.3.1", "there is no room to keep the message: try again later")
            // The operator reads in the log what it was.
            case .busy, .claimLost, .notFound, .conflict, .repeated, .overQuota, .editionMoved, .wrongKey, .keyMoved, .damaged,
                .unavailable:
                self.init(451, "4.3.0", "the message cannot be kept just now: try again later")
            }
        }
    }
}

extension Reply {
    /// Why a content cannot be a message.
    init(_ flaw: ContentReader.Flaw) {
        switch flaw {
        case .bareCarriageReturn(let line):
            self.init(550, "5.6.0", "line \(line) has a carriage return that no line feed follows: lines end with CRLF")
        case .bareLineFeed(let line):
            self.init(550, "5.6.0", "line \(line) ends with a line feed alone: lines end with CRLF (curl sends them so with --crlf)")
        case .tooLarge(let limit): self.init(552, "5.3.4", "the message is larger than \(limit) octets")
        }
    }
}
