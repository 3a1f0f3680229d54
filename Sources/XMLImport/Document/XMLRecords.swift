package import Relay

/// Reads documents that are a list of things: users, settings. Each is handed on as it ends, so that of a million only one is held; the octets are held whole.
package struct XMLRecords: XMLReader {
    private static let limits = XMLLimits(bytes: ImportKind.users.largest, attributes: 64, depth: 16)

    package init() {}

    package func read(_ bytes: [UInt8], each: (XMLElement) -> Void) throws(ImportFault) {
        do throws(ImportProblem) { try XMLDocument.records(of: bytes, limits: Self.limits, each: each) } catch {
            throw ImportFault(line: error.line, ImportProblem(error.reason).description)
        }
    }
}
