internal import CXML2
internal import CXML2Shim

/// Reads a small document with libxml2: no network, no files, no DTD, nothing expanded but the five entities every document has.
enum XMLDocument {
    private static let isReady: Bool = {
        cxs_start()
        return true
    }()

    static func root(of bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(ImportProblem) -> XMLElement {
        try ByteScan(limits: limits).check(bytes)
        precondition(isReady, "the parser is started before it is used")
        let builder = XMLBuilder(limits: limits)
        let isWellFormed = parse(bytes, builder)
        if let problem = builder.problem { throw problem }
        guard isWellFormed, let root = builder.root else { throw ImportProblem(.malformed("it ends too early")) }
        return root
    }

    /// The builder is lent to the parser for the time of this call, and never leaves this thread.
    private static func parse(_ bytes: [UInt8], _ builder: XMLBuilder) -> Bool {
        var handler = cxs_empty_handler()
        XMLBuilder.fill(&handler)
        let user = Unmanaged.passUnretained(builder).toOpaque()
        return withExtendedLifetime(builder) {
            guard let context = xmlCreatePushParserCtxt(&handler, user, nil, 0, nil) else { return false }
            defer { xmlFreeParserCtxt(context) }
            builder.parser = context
            // Not HUGE, NOENT, DTDLOAD, DTDATTR, XINCLUDE or RECOVER: each takes away a limit or reads what nobody asked for.
            xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue))
            let isDone = bytes.withUnsafeBytes { raw in
                xmlParseChunk(context, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count), 1) == 0
            }
            return isDone && context.pointee.wellFormed == 1
        }
    }
}
