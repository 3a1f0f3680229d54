package import Relay

/// Why a file cannot be used, and where in it.
package struct ImportProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        case empty
        case tooBig(limit: Int)
        /// A NUL, or a declared encoding in which `<` need not look like one.
        case encoding(String)
        case doctype
        case tooManyAttributes(limit: Int)
        case tooDeep(limit: Int)
        /// In the parser's words.
        case malformed(String)
        /// The root is another element.
        case otherDocument(root: String)
        case missing(String, in: String)
        case several(String)
        case badIdentifier(String)
        case badText(String)
        case badAddress(String, EndpointError)
    }

    package let reason: Reason
    /// From 1; nil where the whole file is meant.
    package let line: Int?

    package init(_ reason: Reason, line: Int? = nil) {
        self.reason = reason
        self.line = line
    }

    package var description: String { (line.map { "line \($0): " } ?? "") + words }

    private var words: String {
        switch reason {
        case .empty: "the file is empty"
        case .tooBig(let limit): "the file has more than \(limit) bytes, which no such file needs"
        case .encoding(let name): "the encoding \(name) is not taken: save the file as UTF-8"
        case .doctype: "a DOCTYPE is refused: it could make the file mean something else than it says"
        case .tooManyAttributes(let limit): "a tag has more than \(limit) attributes, which no such file needs"
        case .tooDeep(let limit): "its elements are more than \(limit) deep, which no such file needs"
        case .malformed(let why): "this is not well-formed XML: \(why)"
        case .otherDocument(let root): "this is no autoconfig file: it begins with <\(root)> where <clientConfig> was expected"
        case .missing(let name, let element): "<\(name)> is missing in <\(element)>"
        case .several(let name): "there is more than one <\(name)>, and only one can be meant"
        case .badIdentifier(let id): "the provider's id \"\(id)\" is not made of letters, digits, dots, hyphens and underscores"
        case .badText(let name): "<\(name)> is not one line without control characters, or has more than 255 bytes"
        case .badAddress(let name, let why): "<\(name)> cannot be used: \(why)"
        }
    }
}
