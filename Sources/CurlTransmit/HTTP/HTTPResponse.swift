/// What the server answered, whatever its status: a 500 is an answer, only a missing one is a `CurlFailure`.
package struct HTTPResponse: Sendable, Hashable {
    package let status: Int
    package let fields: [HTTPField]
    package private(set) var body: [UInt8]

    package init(status: Int, fields: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The first field of that name, in any case of letters.
    package func value(of name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }

    /// Overwrites the body where it lies, if nobody else holds it any more.
    mutating func wipeBody() { body.wipe() }
}

/// An answer may be a token: a message or a dump shows its status and size.
extension HTTPResponse: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(status), \(fields.count) fields, \(body.count) octets" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
