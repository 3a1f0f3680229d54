package import Relay
package import struct FoundationEssentials.Date

/// Knows a browser again that somebody was let in with before: whoever guesses at that name elsewhere does not keep its owner out. It opens nothing by itself.
/// Marked with the vault's key, so that it outlives a restart.
package struct KnownBrowsers: Sendable {
    package static let cookie = "mandate-browser"
    /// Seconds: half a year.
    package static let life: Double = 180 * 86_400
    private static let purpose = "browser"

    package let vault: Vault

    /// The cookie's value; `nonce` names the browser.
    package func cookie(of client: ClientID, nonce: String, at now: Date) -> String {
        let text = "\(Array(client.text.utf8).hexadecimal).\(Int64(now.timeIntervalSince1970)).\(nonce)"
        return text + "." + vault.mark(of: text, for: Self.purpose)
    }

    /// Which browser it is; nil: none that this client was let in with.
    package func nonce(_ cookie: String, of client: ClientID, at now: Date) -> String? {
        let parts = cookie.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, vault.isMark(String(parts[3]), of: parts[..<3].joined(separator: "."), for: Self.purpose),
            parts[0] == Array(client.text.utf8).hexadecimal, let seconds = Int64(parts[1]),
            (-60..<Self.life).contains(now.timeIntervalSince1970 - Double(seconds))
        else { return nil }
        return String(parts[2])
    }
}
