/// Reads a small document whole.
enum XMLDocument {
    static func root(of bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(ImportProblem) -> XMLElement {
        try ByteScan(limits: limits).check(bytes)
        let builder = XMLBuilder()
        let stream = XMLStream(builder, limits: limits)
        try stream.feed(bytes)
        try stream.finish()
        guard let root = builder.root else { throw ImportProblem(.malformed("it ends too early")) }
        return root
    }
}
