/// A name without a domain, as cron and other programs of this machine write to: `root`, `www-data`.
package enum LocalName {
    package static func isOne(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || "-._+".utf8.contains(byte)
            }
    }
}
