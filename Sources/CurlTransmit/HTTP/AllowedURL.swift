internal import CCurl
internal import Glibc
internal import Relay

/// A URL that a secret may be sent to: https, or plain http to this very machine. It is read with libcurl's own parser and handed on
/// parsed, so what was checked is what is connected to; two parsers that disagree about a host are a way round any check.
struct AllowedURL: ~Copyable {
    let handle: OpaquePointer
    let isLoopback: Bool
    /// As CURLOPT_PROTOCOLS_STR wants it: the one protocol this URL has.
    let scheme: String

    init(_ text: String, reaching reach: HTTPRequest.Reach = .loopback) throws(CurlFailure) {
        guard !text.utf8.contains(0) else { throw .notAllowed("the address contains a NUL") }
        guard let handle = curl_url() else { throw .other(code: Int(CURLE_OUT_OF_MEMORY.rawValue), "out of memory") }
        var isKept = false
        defer { if !isKept { curl_url_cleanup(handle) } }
        // A password in a URL ends up in logs and proxies.
        let code = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER))
        guard code == CURLUE_OK else { throw .notAllowed("the address is not a URL to use: \(String(cString: curl_url_strerror(code)))") }
        let scheme = Self.part(CURLUPART_SCHEME, of: handle).lowercased()
        let host = Self.part(CURLUPART_HOST, of: handle)
        // What stands there is as near as a loopback host: no proxy either.
        let isLoopback = Self.isLoopback(host) || reach == .metadata && FederatedTokenAddress.metadataHosts.contains(host.lowercased())
        guard scheme == "https" || (scheme == "http" && isLoopback) else {
            throw .notAllowed(scheme == "http" ? "plain http to \(host): only https, or http to a loopback host" : "the scheme \(scheme)")
        }
        self.handle = handle
        self.isLoopback = isLoopback
        self.scheme = scheme
        isKept = true
    }

    deinit { curl_url_cleanup(handle) }

    /// 127.0.0.0/8, ::1, and `localhost`, which libcurl resolves by itself since 7.77.
    static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        guard host.hasPrefix("["), host.hasSuffix("]") else { return false }
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &six) == 1 else { return false }
        return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return "" }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
