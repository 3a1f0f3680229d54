internal import CCurlShim

/// One HTTPS request, whole: small, with every wait and size bounded. Redirects are never followed: a secret goes where it was addressed.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    package let method: Method
    /// `https`; plain `http` for a loopback host only.
    package let url: String
    package let fields: [HTTPField]
    package private(set) var body: [UInt8]
    package let limits: HTTPLimits
    /// PEM of the authorities to trust for this request. They take the place of the system's, they do not add to them: libcurl knows one
    /// bundle at a time, and whoever names an authority for a host means that one.
    package let trustedCertificates: String?
    /// Where plain `http` may go besides a loopback host.
    let reaches: Reach

    /// Who may be asked in clear.
    enum Reach: Sendable, Hashable {
        case loopback
        /// A cloud's metadata service, which is this machine's own and has no TLS.
        case metadata
    }

    package init(
        _ method: Method, _ url: String, fields: [HTTPField] = [], body: [UInt8] = [], limits: HTTPLimits = HTTPLimits(),
        trustedCertificates: String? = nil
    ) {
        self.init(method, url, fields: fields, body: body, limits: limits, trustedCertificates: trustedCertificates, reaches: .loopback)
    }

    init(
        _ method: Method, _ url: String, fields: [HTTPField] = [], body: [UInt8] = [], limits: HTTPLimits = HTTPLimits(),
        trustedCertificates: String? = nil, reaches: Reach
    ) {
        self.reaches = reaches
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.limits = limits
        self.trustedCertificates = trustedCertificates
    }

    /// Overwrites the body where it lies, if nobody else holds it any more.
    mutating func wipeBody() { body.wipe() }
}

package struct HTTPField: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A line break in a name or value would be a field of its own, a NUL would end it early.
    var isWellFormed: Bool {
        let breaks: (UInt8) -> Bool = { $0 == 0 || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        return !name.isEmpty && !name.utf8.contains { breaks($0) || $0 == UInt8(ascii: ":") || $0 <= 0x20 || $0 > 0x7E }
            && !value.utf8.contains(where: breaks)
    }
}

/// How long and how much. Everything is finite: a limit of zero or less means the smallest there is, not none.
package struct HTTPLimits: Sendable, Hashable {
    /// Seconds to resolve, connect and finish the TLS handshake. Ten is three lost SYNs and a slow resolver.
    package let connect: Double
    /// Seconds for all of it.
    package let total: Double
    /// Of the answer's body. A token answer has a few kilobytes; 1 MiB leaves room for any JSON worth reading at once.
    package let responseBytes: Int

    package init(connect: Double = 10, total: Double = 30, responseBytes: Int = 1 << 20) {
        self.connect = Self.sane(connect)
        self.total = Self.sane(total)
        self.responseBytes = max(0, responseBytes)
    }

    /// libcurl reads 0 as "no limit" and counts in milliseconds; a day is longer than any request should wait.
    private static func sane(_ seconds: Double) -> Double { seconds.isNaN ? 0.001 : min(max(seconds, 0.001), 86_400) }
}

extension [UInt8] {
    mutating func wipe() {
        withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            ccs_wipe(start, bytes.count)
        }
    }
}

/// A request in a message or a dump shows where it goes, and nothing of what it carries.
extension HTTPRequest: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(method.rawValue) \(url.prefix { $0 != "?" }), \(fields.count) fields, \(body.count) octets" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension HTTPField: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(name): \(value.utf8.count) octets" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
