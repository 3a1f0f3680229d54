/// Makes elements of what the parser reports, for documents that are small enough to be had whole.
final class XMLBuilder: XMLVisitor {
    private(set) var root: XMLElement?
    private var open: [XMLElement] = []

    func begin(_ element: XMLElement) -> ImportProblem.Reason? {
        open.append(element)
        return nil
    }

    func add(_ text: UnsafeBufferPointer<UInt8>) {
        guard !open.isEmpty else { return }
        open[open.count - 1].rawText += String(decoding: text, as: UTF8.self)
    }

    func end(line: Int) -> ImportProblem.Reason? {
        guard let element = open.popLast() else { return nil }
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
        return nil
    }
}
