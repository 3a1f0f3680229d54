internal import CXML2
internal import CXML2Shim

/// Makes elements of what the parser reports, and stops it at the first thing that is refused.
///
/// A class because C hands it back by address. One thread uses it, for one document.
final class XMLBuilder {
    private(set) var root: XMLElement?
    private(set) var problem: ImportProblem?
    /// Set before the first byte; needed to stop.
    var parser: xmlParserCtxtPtr?
    private var open: [XMLElement] = []
    private let limits: XMLLimits

    init(limits: XMLLimits) { self.limits = limits }

    static func fill(_ handler: inout xmlSAXHandler) {
        handler.internalSubset = { user, _, _, _ in XMLBuilder.of(user).refuse(.doctype) }
        handler.startElementNs = { user, name, _, _, _, _, count, _, attributes in
            XMLBuilder.of(user).begin(name, Int(count), attributes)
        }
        handler.endElementNs = { user, _, _, _ in XMLBuilder.of(user).end() }
        handler.characters = { user, bytes, count in XMLBuilder.of(user).add(bytes, Int(count)) }
        handler.cdataBlock = { user, bytes, count in XMLBuilder.of(user).add(bytes, Int(count)) }
        handler.reference = { user, _ in XMLBuilder.of(user).refuse(.malformed("an entity that the file does not define")) }
        handler.serror = { user, error in XMLBuilder.of(user).note(error) }
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> XMLBuilder {
        guard let user else { preconditionFailure("the parser was given a builder") }
        return Unmanaged.fromOpaque(user).takeUnretainedValue()
    }

    private var line: Int? { parser.map { Int(xmlSAX2GetLineNumber($0)) } }

    private func refuse(_ reason: ImportProblem.Reason) {
        if problem == nil { problem = ImportProblem(reason, line: line) }
        if let parser { xmlStopParser(parser) }
    }

    private func begin(_ name: UnsafePointer<xmlChar>?, _ count: Int, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?) {
        guard open.count < limits.depth else { return refuse(.tooDeep(limit: limits.depth)) }
        var named: [String: String] = [:]
        if let attributes {
            // Five pointers each: local name, prefix, namespace, the value's first byte and the one behind its last. A value ends with no NUL.
            for index in 0..<count {
                guard let key = attributes[index * 5], let value = attributes[index * 5 + 3], let end = attributes[index * 5 + 4] else {
                    continue
                }
                named[String(cString: key)] = String(decoding: UnsafeBufferPointer(start: value, count: end - value), as: UTF8.self)
            }
        }
        open.append(XMLElement(name: name.map { String(cString: $0) } ?? "", line: line ?? 0, attributes: named))
    }

    private func end() {
        guard let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    private func add(_ bytes: UnsafePointer<xmlChar>?, _ count: Int) {
        guard !open.isEmpty else { return }
        open[open.count - 1].rawText += String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The first that makes the document none; an undeclared prefix does not.
    private func note(_ error: UnsafeMutablePointer<xmlError>?) {
        guard let error, error.pointee.level == XML_ERR_FATAL, problem == nil else { return }
        problem = ImportProblem(.malformed(Self.words(error.pointee)), line: Int(error.pointee.line))
    }

    private static func words(_ error: xmlError) -> String {
        // Of a file that was cut off the parser says the opposite.
        if error.code == Int32(XML_ERR_DOCUMENT_END.rawValue) { return "it ends too early, or something follows its end" }
        let words = error.message.map { String(cString: $0) } ?? "error \(error.code)"
        // Some of the parser's sentences quote the file.
        return String(words.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(200))
    }
}
