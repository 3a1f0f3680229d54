internal import Relay
internal import CXML2
internal import CXML2Shim

/// Is told of a document's elements as they are read; answers why it must not go on, or nil.
protocol XMLVisitor: AnyObject {
    func begin(_ element: XMLElement) -> ImportProblem.Reason?
    func add(_ text: UnsafeBufferPointer<UInt8>)
    func end(line: Int) -> ImportProblem.Reason?
}

/// Reads a document with libxml2, piece by piece: no network, no files, no DTD, nothing expanded but the five entities every document has. It stops at the first
/// thing that is refused.
///
/// A class because C hands it back by address. One thread uses it, for one document.
final class XMLStream {
    private static let isReady: Bool = {
        cxs_start()
        return true
    }()

    /// Octets that the parser is given at once. What it could not use yet is looked at after each, so that a tag is never much longer than it may be.
    private static let step = 4096
    /// Octets at the beginning that are looked at before the parser sees any: an XML declaration has some fifty.
    private static let lookedAt = 1024

    private let limits: XMLLimits
    private let visitor: any XMLVisitor
    private var parser: xmlParserCtxtPtr?
    private var problem: ImportProblem?
    private var beginning: [UInt8]? = []
    private var octets = 0
    private var depth = 0

    init(_ visitor: any XMLVisitor, limits: XMLLimits) {
        precondition(Self.isReady, "the parser is started before it is used")
        self.visitor = visitor
        self.limits = limits
        var handler = cxs_empty_handler()
        Self.fill(&handler)
        parser = xmlCreatePushParserCtxt(&handler, Unmanaged.passUnretained(self).toOpaque(), nil, 0, nil)
        // Not HUGE, NOENT, DTDLOAD, DTDATTR, XINCLUDE or RECOVER: each takes away a limit or reads what nobody asked for.
        if let parser { xmlCtxtUseOptions(parser, Int32(XML_PARSE_NONET.rawValue)) }
    }

    deinit { if let parser { xmlFreeParserCtxt(parser) } }

    /// The next octets of it.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(ImportProblem) {
        octets += bytes.count
        guard octets <= limits.bytes else { throw ImportProblem(.tooBig(limit: limits.bytes)) }
        guard var first = beginning else { return try push(bytes) }
        first.append(contentsOf: bytes)
        beginning = first
        if first.count >= Self.lookedAt { try begin() }
    }

    func feed(_ bytes: [UInt8]) throws(ImportProblem) {
        let result = bytes.withUnsafeBytes { raw in Result { () throws(ImportProblem) in try feed(raw) } }
        try result.get()
    }

    /// There is no more; throws where the document is not whole.
    func finish() throws(ImportProblem) {
        try begin()
        guard let parser else { throw ImportProblem(.malformed("there is no memory for it")) }
        let isDone = xmlParseChunk(parser, nil, 0, 1) == 0
        if let problem { throw problem }
        guard isDone, parser.pointee.wellFormed == 1 else { throw ImportProblem(.malformed("it ends too early")) }
    }

    /// What is known by its first octets is judged, and then they are read.
    private func begin() throws(ImportProblem) {
        guard let first = beginning else { return }
        beginning = nil
        try ByteScan(limits: limits).checkBeginning(first)
        let result = first.withUnsafeBytes { raw in Result { () throws(ImportProblem) in try push(raw) } }
        try result.get()
    }

    private func push(_ bytes: UnsafeRawBufferPointer) throws(ImportProblem) {
        guard let parser else { throw ImportProblem(.malformed("there is no memory for it")) }
        var rest = bytes[...]
        while !rest.isEmpty, problem == nil {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.step))
            rest = rest.dropFirst(Self.step)
            xmlParseChunk(parser, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count), 0)
            // The parser compares each attribute of a tag with each other one, once it has the whole tag: so it must not get a long one.
            if let input = parser.pointee.input, input.pointee.end - input.pointee.cur > limits.tag {
                refuse(.tooLongTag(limit: limits.tag))
            }
        }
        if let problem { throw problem }
    }

    private var line: Int { parser.map { Int(xmlSAX2GetLineNumber($0)) } ?? 0 }

    private func refuse(_ reason: ImportProblem.Reason) {
        if problem == nil { problem = ImportProblem(reason, line: line) }
        if let parser { xmlStopParser(parser) }
    }
}

/// What the parser reports.
extension XMLStream {
    private static func fill(_ handler: inout xmlSAXHandler) {
        handler.internalSubset = { user, _, _, _ in XMLStream.of(user).refuse(.doctype) }
        handler.startElementNs = { user, name, _, _, _, _, count, _, attributes in
            XMLStream.of(user).begin(name, Int(count), attributes)
        }
        handler.endElementNs = { user, _, _, _ in XMLStream.of(user).end() }
        handler.characters = { user, bytes, count in XMLStream.of(user).add(bytes, Int(count)) }
        handler.cdataBlock = { user, bytes, count in XMLStream.of(user).add(bytes, Int(count)) }
        handler.reference = { user, _ in XMLStream.of(user).refuse(.malformed("an entity that the file does not define")) }
        handler.serror = { user, error in XMLStream.of(user).note(error) }
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> XMLStream {
        guard let user else { preconditionFailure("the parser was given a stream") }
        return Unmanaged.fromOpaque(user).takeUnretainedValue()
    }

    private func begin(_ name: UnsafePointer<xmlChar>?, _ count: Int, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?) {
        guard problem == nil else { return }
        depth += 1
        guard depth <= limits.depth else { return refuse(.tooDeep(limit: limits.depth)) }
        guard count <= limits.attributes else { return refuse(.tooManyAttributes(limit: limits.attributes)) }
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
        let element = XMLElement(name: name.map { String(cString: $0) } ?? "", line: line, attributes: named)
        if let reason = visitor.begin(element) { refuse(reason) }
    }

    private func end() {
        guard problem == nil else { return }
        depth -= 1
        if let reason = visitor.end(line: line) { refuse(reason) }
    }

    private func add(_ bytes: UnsafePointer<xmlChar>?, _ count: Int) {
        if problem == nil { visitor.add(UnsafeBufferPointer(start: bytes, count: count)) }
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
