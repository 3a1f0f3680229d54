internal import Mail

/// Reads the people of an LDIF file (RFC 2849) as it arrives: bytes go in, whole entries come out. Of a photograph or a certificate nothing is kept.
struct LDIFDecoder {
    /// No address or name is longer; what is, belongs to an attribute that nobody asked for.
    private static let longest = 64 * 1024

    private var lineNumber = 0
    private var piece: [UInt8] = []
    /// A line with those that go on with it, which begin with a space.
    private var logical: [UInt8] = []
    private var logicalLine = 0
    private var entry: LDIFEntry?
    private var sayings: [UserSaying] = []
    private var isFirst = true

    mutating func decode(_ bytes: [UInt8]) -> [UserSaying] {
        var rest = bytes[...]
        if isFirst, !rest.isEmpty {
            isFirst = false
            if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        }
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end])
            endLine()
            rest = rest[(end + 1)...]
        }
        append(rest)
        defer { sayings.removeAll(keepingCapacity: true) }
        return sayings
    }

    mutating func finish() -> [UserSaying] {
        if !piece.isEmpty { endLine() }
        endLogical()
        endEntry()
        defer { sayings.removeAll() }
        return sayings
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) { piece += bytes.prefix(max(0, Self.longest - piece.count)) }

    private mutating func endLine() {
        lineNumber += 1
        if piece.last == 0x0D { piece.removeLast() }
        defer { piece.removeAll(keepingCapacity: true) }
        if piece.first == 0x20, !logical.isEmpty {
            logical += piece.dropFirst().prefix(max(0, Self.longest - logical.count))
            return
        }
        endLogical()
        if piece.isEmpty { return endEntry() }
        swap(&logical, &piece)
        logicalLine = lineNumber
    }

    private mutating func endLogical() {
        guard !logical.isEmpty else { return }
        defer { logical.removeAll(keepingCapacity: true) }
        guard logical[0] != UInt8(ascii: "#") else { return }
        guard let colon = logical.firstIndex(of: UInt8(ascii: ":")) else {
            let isChange = logical == [UInt8(ascii: "-")]
            return wrong(isChange ? LDIFEntry.changeSentence : "this is no attribute: a colon is missing")
        }
        let name = String(decoding: logical[..<colon], as: UTF8.self).lowercased()
        if name == "version", entry == nil { return }
        if name == "dn" {
            if entry != nil { wrong("an empty line is missing before it") }
            endEntry()
            entry = LDIFEntry(line: logicalLine)
        }
        guard entry != nil else { return wrong("an entry begins with its dn") }
        guard LDIFEntry.attributes.contains(name) else { return }
        guard logical.count < Self.longest else { return wrong("the \(name) is longer than \(Self.longest) bytes") }
        value(of: name, logical[(colon + 1)...])
    }

    private mutating func value(of name: String, _ rest: ArraySlice<UInt8>) {
        let isEncoded = rest.first == UInt8(ascii: ":")
        if rest.first == UInt8(ascii: "<") { return wrong("the \(name) is in another file, which is not read") }
        let bytes = rest.dropFirst(isEncoded ? 1 : 0).drop { $0 == 0x20 }
        guard let octets = isEncoded ? Base64.decode(bytes) : Array(bytes) else { return wrong("the \(name) is no base64") }
        guard let text = String(validating: octets, as: UTF8.self) else { return wrong("the \(name) is not UTF-8") }
        entry?.add(name, text)
    }

    /// Of an entry, the first thing that is.
    private mutating func wrong(_ sentence: String) {
        if entry?.isWrong == true { return }
        if entry == nil { entry = LDIFEntry(line: logicalLine) }
        entry?.isWrong = true
        sayings.append(.wrong(line: logicalLine, sentence))
    }

    private mutating func endEntry() {
        if let entry, !entry.isWrong { sayings.append(entry.saying) }
        entry = nil
    }
}

/// What of one entry says who it is.
private struct LDIFEntry {
    static let changeSentence = "these are changes (changetype) and not entries: export the entries themselves"
    /// Those of Active Directory, and of the usual schemas (RFC 4519, RFC 2798, Sendmail's and Netscape's).
    static let attributes: Set = [
        "dn", "uid", "samaccountname", "userprincipalname", "displayname", "cn", "mail", "proxyaddresses", "mailalternateaddress",
        "maillocaladdress", "objectclass", "useraccountcontrol", "changetype", "control",
    ]
    private static let notUsers: Set = [
        "group", "groupofnames", "groupofuniquenames", "posixgroup", "computer", "organizationalunit", "container", "domain", "contact",
    ]

    let line: Int
    var isWrong = false
    private var values: [String: [String]] = [:]

    init(line: Int) { self.line = line }

    mutating func add(_ name: String, _ text: String) { values[name, default: []].append(text) }

    private func first(_ names: String...) -> String? { names.lazy.compactMap { values[$0]?.first }.first { !$0.isEmpty } }

    var saying: UserSaying {
        let name = first("dn") ?? ""
        if values["changetype"] != nil || values["control"] != nil { return .wrong(line: line, Self.changeSentence) }
        func skipped(_ why: String) -> UserSaying { .skipped(line: line, thing: name, why: why) }
        if let kind = values["objectclass"]?.first(where: { Self.notUsers.contains($0.lowercased()) }) {
            return skipped("its objectClass is \(kind)")
        }
        // Bit 1 of userAccountControl: ACCOUNTDISABLE.
        if let control = first("useraccountcontrol").flatMap({ Int($0) }), control & 2 != 0 { return skipped("the account is disabled") }
        guard let id = first("uid", "samaccountname") else { return skipped("it has neither uid nor sAMAccountName to be known by") }
        var user = UserRecord(line: line, id: id, name: first("displayname", "cn") ?? "")
        for text in addresses { user.add(address: text) }
        guard let primary = user.addresses.first else { return skipped("it has no mail address") }
        if let login = first("userprincipalname"), login.lowercased() != primary.text.lowercased() { user.login = login }
        return .user(user)
    }

    /// Exchange writes the primary one in capitals: `SMTP:ann@example.org`, and other kinds of address, as `X500:`, beside it.
    private var addresses: [String] {
        let proxies = values["proxyaddresses"] ?? []
        let primary = proxies.filter { $0.hasPrefix("SMTP:") }
        let others = proxies.filter { !$0.hasPrefix("SMTP:") && $0.lowercased().hasPrefix("smtp:") }
        return primary.map { String($0.dropFirst(5)) } + (values["mail"] ?? []) + others.map { String($0.dropFirst(5)) }
            + (values["mailalternateaddress"] ?? []) + (values["maillocaladdress"] ?? [])
    }
}
