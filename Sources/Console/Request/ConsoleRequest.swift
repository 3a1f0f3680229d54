internal import Web
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Relay
internal import struct FoundationEssentials.Date

/// One request of somebody who is logged in to the console.
struct ConsoleRequest: Sendable {
    let http: Request
    let requestID: String
    let visitor: Visitor
    let session: Session
    let dependencies: WebDependencies
    let state: ConsoleState
    let path: [String: String]
    let query: Query
    /// Of a form; empty otherwise.
    let form: Form
    let now: Date

    var person: String { visitor.person }
    var directory: Directory { dependencies.directory }
    var editor: Editor { dependencies.editor(for: person) }

    func path(_ name: String) -> String { path[name] ?? "" }

    /// Where the form was, as it says itself; else `place`. A path of ours and nothing else: `//elsewhere` is another host to a browser.
    func back(or place: String) -> String {
        guard let next = form["next"], next.hasPrefix("/"), !next.hasPrefix("//"),
            next.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x5C && $0.value < 0x7F })
        else { return place }
        return next
    }
}

/// What the console answers.
enum ConsoleAnswer: Sendable {
    case page(Page)
    /// To a path of ours (POST, redirect, GET), with a word on how it went.
    case redirect(String, Notice? = nil)
    /// The same, in a session that begins anew, since the one before was of another credential.
    case renewed(String, Notice)
    /// For the script that follows a progress.
    case json(DocumentValue)
    case file(Reply)
}

/// A page before it is HTML.
struct Page: Sendable {
    let template: String
    let title: String
    var values: DocumentValue
    var status: HTTPResponse.Status = .ok
    var notice: Notice?
    /// Seconds after which a browser without script loads it again.
    var refresh: Int?

    init(
        _ template: String, _ title: String, _ values: DocumentValue = [:], status: HTTPResponse.Status = .ok, notice: Notice? = nil,
        refresh: Int? = nil
    ) {
        self.template = template
        self.title = title
        self.values = values
        self.status = status
        self.notice = notice
        self.refresh = refresh
    }
}

/// A word on how something went, shown once.
struct Notice: Sendable, Hashable {
    enum Kind: String, Sendable { case good, wait, bad }

    let kind: Kind
    let text: String

    static func good(_ text: String) -> Notice { Notice(kind: .good, text: text) }
    static func wait(_ text: String) -> Notice { Notice(kind: .wait, text: text) }
    static func bad(_ text: String) -> Notice { Notice(kind: .bad, text: text) }

    var document: DocumentValue { ["kind": .text(kind.rawValue), "text": .text(text)] }
}

/// One address of the console.
struct ConsoleRoute: Sendable {
    let method: HTTPRequest.Method
    let path: String
    /// Auditors read, and may do what changes nothing.
    let isForAuditors: Bool
    /// Its form has a file, which is larger than anything that is typed.
    var takesFile = false
    let handle: @Sendable (ConsoleRequest) async throws -> ConsoleAnswer

    static func get(_ path: String, _ handle: @escaping @Sendable (ConsoleRequest) async throws -> ConsoleAnswer) -> ConsoleRoute {
        ConsoleRoute(method: .get, path: path, isForAuditors: true, handle: handle)
    }

    static func post(
        _ path: String, forAuditors: Bool = false, _ handle: @escaping @Sendable (ConsoleRequest) async throws -> ConsoleAnswer
    ) -> ConsoleRoute {
        ConsoleRoute(method: .post, path: path, isForAuditors: forAuditors, handle: handle)
    }

    static func upload(_ path: String, _ handle: @escaping @Sendable (ConsoleRequest) async throws -> ConsoleAnswer) -> ConsoleRoute {
        ConsoleRoute(method: .post, path: path, isForAuditors: false, takesFile: true, handle: handle)
    }

    var routerPath: String { path.split(separator: "/").map { "/" + ($0.hasPrefix("{") ? ":" + $0.dropFirst().dropLast() : $0) }.joined() }
    var parameters: [String] { path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) } }
}
