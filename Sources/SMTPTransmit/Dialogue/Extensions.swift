/// What the server offers after EHLO (RFC 5321 section 4.1.1.1). What was said before TLS does not count after it (RFC 3207 section 4.2).
struct Extensions: Equatable {
    var startTLS = false
    var pipelining = false
    var eightBitMIME = false
    var smtpUTF8 = false
    var dsn = false
    /// RFC 1870; `limit` nil or 0: no limit is given.
    var size: SizeOffer?
    /// SASL mechanisms in upper case, in the server's order.
    var mechanisms: [String] = []

    struct SizeOffer: Equatable {
        let limit: Int?
    }

    init() {}

    /// The first line is the server's name and greeting.
    init(_ reply: ServerReply) {
        for line in reply.lines.dropFirst() {
            let words = line.split(separator: " ")
            guard let keyword = words.first?.uppercased() else { continue }
            let parameters = words.dropFirst()
            switch keyword {
            case "STARTTLS": startTLS = true
            case "PIPELINING": pipelining = true
            case "8BITMIME": eightBitMIME = true
            case "SMTPUTF8": smtpUTF8 = true
            case "DSN": dsn = true
            case "SIZE": size = SizeOffer(limit: parameters.first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil })
            case "AUTH": add(parameters.map { $0.uppercased() })
            case let old where old.hasPrefix("AUTH="):  // as it was before RFC 2554
                add([String(old.dropFirst(5))] + parameters.map { $0.uppercased() })
            default: continue  // an extension we have no use for
            }
        }
    }

    private mutating func add(_ names: [String]) {
        for name in names where !mechanisms.contains(name) { mechanisms.append(name) }
    }
}
