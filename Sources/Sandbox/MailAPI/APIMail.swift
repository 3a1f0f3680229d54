/// A message that came without an envelope: it goes to everyone in To, Cc and Bcc, and the last is taken out.
struct APIMail {
    let header: HeaderGlance
    let recipients: [String]
    /// As it goes on.
    let delivered: [UInt8]

    init(_ content: [UInt8]) {
        header = HeaderGlance(content)
        var recipients: [String] = []
        var delivered: [UInt8] = []
        var start = 0
        var isBcc = false
        var field: [UInt8] = []
        func end() {
            guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return }
            let name = String(decoding: field[..<colon], as: UTF8.self).lowercased()
            guard ["to", "cc", "bcc"].contains(name) else { return }
            recipients += AddressScanner.addresses(String(decoding: field[(colon + 1)...], as: UTF8.self))
        }
        while start < header.bodyStart {
            let stop = content[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? content.count
            let line = content[start..<stop]
            let isContinued = line.first == 0x20 || line.first == 0x09
            if isContinued {
                field += line
            } else {
                end()
                field = Array(line)
                isBcc = String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "bcc:"
            }
            if !isBcc { delivered += line }
            start = stop
        }
        end()
        self.recipients = recipients.filter { !$0.isEmpty }
        self.delivered = delivered + content[header.bodyStart...]
    }
}

extension ProviderState {
    /// Whom a request about mail is for, as faults name them: the user of the path, else the token's owner.
    func mailLogin(_ visit: Visit) -> String? {
        if !visit.user.isEmpty, visit.user != "me" { return visit.user }
        guard case .user(let login)? = tokens.accessToken(visit.bearer ?? "")?.principal else { return nil }
        return login
    }
}
