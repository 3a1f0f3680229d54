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
        /// Of octets.
        case tooLongTag(limit: Int)
        case tooDeep(limit: Int)
        /// In the parser's words.
        case malformed(String)
        /// The root is another element than this one.
        case otherDocument(root: String, wanted: String)
        case missing(String, in: String)
        case several(String)
        case badIdentifier(String)
        case badText(String)
        case badAddress(String, EndpointError)
        /// What it should have been.
        case badValue(String, wanted: String)
        /// More of these than any file has that somebody did not make up.
        case tooMany(String, limit: Int)
        /// In libarchive's words.
        case unreadableArchive(String)
        case tooBigUnpacked(limit: Int)
        case noReport(in: String)
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
        case .tooLongTag(let limit): "a tag or a comment has more than \(limit) bytes, which no such file needs"
        case .tooDeep(let limit): "its elements are more than \(limit) deep, which no such file needs"
        case .malformed(let why): "this is not well-formed XML: \(why)"
        case .otherDocument(let root, let wanted): "this is another kind of file: it begins with <\(root)> where <\(wanted)> was expected"
        case .missing(let name, let element): "<\(name)> is missing in <\(element)>"
        case .several(let name): "there is more than one <\(name)>, and only one can be meant"
        case .badIdentifier(let id): "the provider's id \"\(id)\" is not made of letters, digits, dots, hyphens and underscores"
        case .badText(let name): "<\(name)> is not one line without control characters, or has more than 255 bytes"
        case .badAddress(let name, let why): "<\(name)> cannot be used: \(why)"
        case .badValue(let name, let wanted): "<\(name)> is not \(wanted)"
        case .tooMany(let what, let limit): "it has more than \(limit) \(what), which no such file needs"
        case .unreadableArchive(let why): "it cannot be unpacked: \(why)"
        case .tooBigUnpacked(let limit): "unpacked it has more than \(limit) bytes, which no such file needs"
        case .noReport(let what): "there is no report in this \(what)"
        }
    }
}
