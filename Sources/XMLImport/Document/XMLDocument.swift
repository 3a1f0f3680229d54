internal import Relay

/// Reads a small document whole, or a long list by its records.
enum XMLDocument {
    static func root(of bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(ImportProblem) -> XMLElement {
        try root(of: bytes, XMLBuilder(), limits)
    }

    /// The elements right below the root, each as it ends; what comes after something that is refused never comes.
    static func records(of bytes: [UInt8], limits: XMLLimits, each: (XMLElement) -> Void) throws(ImportProblem) {
        // Only until this call returns: the builder does not outlive it.
        try withoutActuallyEscaping(each) { each throws(ImportProblem) in
            _ = try root(of: bytes, XMLBuilder(each: each), limits)
        }
    }

    private static func root(of bytes: [UInt8], _ builder: XMLBuilder, _ limits: XMLLimits) throws(ImportProblem) -> XMLElement {
        try ByteScan(limits: limits).check(bytes)
        let stream = XMLStream(builder, limits: limits)
        try stream.feed(bytes)
        try stream.finish()
        guard let root = builder.root else { throw ImportProblem(.malformed("it ends too early")) }
        return root
    }
}
