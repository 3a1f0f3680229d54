internal import Relay

/// Makes elements of what the parser reports, for documents that are small enough to be had whole, or whose records are.
final class XMLBuilder: XMLVisitor {
    private(set) var root: XMLElement?
    private var open: [XMLElement] = []
    /// Those right below the root, which are handed on instead of being kept.
    private let each: ((XMLElement) -> Void)?

    init(each: ((XMLElement) -> Void)? = nil) { self.each = each }

    func begin(_ element: XMLElement) -> ImportProblem.Reason? {
        open.append(element)
        return nil
    }

    func add(_ text: UnsafeBufferPointer<UInt8>) {
        // What stands between the elements of a list is space, and nobody asks for it.
        guard open.count > (each == nil ? 0 : 1) else { return }
        open[open.count - 1].rawText += String(decoding: text, as: UTF8.self)
    }

    func end(line: Int) -> ImportProblem.Reason? {
        guard let element = open.popLast() else { return nil }
        if open.isEmpty {
            root = element
        } else if open.count == 1, let each {
            each(element)
        } else {
            open[open.count - 1].children.append(element)
        }
        return nil
    }
}
