import Foundation
import Relay
import TestSupport

@testable import Main

/// One change or mistake, told as a command line, as a request and as a form, and what is to come of it: `Fixtures/administration/<case>/case.yaml`.
///
///     with: {…}                          # laid over ../company.yaml
///     queued: {state: held, author: …}   # a message in the queue, whose id is {message}
///     command: delegations allow …       # or a list of words; {me} is who asks, in each of the three
///     request: {method: POST, path: /v1/delegations, body: '{…}'}
///     form: {path: /delegations, fields: {mailbox: …}, of: delegation del-bob}    # `of`: with the ETag of that
///     expect: {rows: […], warns: …} or {refusal: {code: …, kind: …, sentence: …}}
struct AdministrationCase: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        let body: String?
        let ifMatch: String?
    }

    struct Form: Sendable {
        let path: String
        let fields: [(String, String)]
        /// The thing whose ETag the page would have put into the form.
        let of: EntityKey?
    }

    enum Outcome: Sendable, Hashable {
        case rows([String])
        case refused(code: MistakeCode, kind: EntityKind?, sentence: String)

        func filled(_ fill: (String) -> String) -> Outcome {
            switch self {
            case .rows: self
            case .refused(let code, let kind, let sentence): .refused(code: code, kind: kind, sentence: fill(sentence))
            }
        }
    }

    let name: String
    let start: DirectoryDocument
    let queued: (state: QueuedMessage.StateName, author: String)?
    /// The only administrator there is, beside who has the store's files.
    let isAlone: Bool
    let command: [String]?
    let input: String
    let request: Request?
    let form: Form?
    let expected: Outcome
    /// What may be a slip, said beside what was done.
    let warning: String?

    init(_ folder: FixtureFolder) throws {
        name = folder.name
        let root = try DocumentReader(DirectoryFile.value(of: folder.text("case.yaml"), folder.name), path: folder.name)
            .fields(["with", "queued", "alone", "command", "input", "request", "form", "expect", "why"])
        var value = try DirectoryFile.value(of: FixtureFolder.at("administration").text("company.yaml"), "company.yaml")
        if let change = root["with"] { value = value.overlaid(by: change.value) }
        start = try DirectoryDocument(value)
        queued = try root["queued"].map { reader in
            let fields = try reader.fields(["state", "author"])
            return (try fields.required("state").choice(QueuedMessage.StateName.self), try fields.required("author").text())
        }
        isAlone = try root.flag("alone", default: false)
        command = try root["command"].map { reader in
            if case .list = reader.value { return try reader.items().map { try $0.text() } }
            return try reader.text().split(separator: " ").map(String.init)
        }
        input = try root["input"]?.text() ?? ""
        request = try root["request"].map { reader in
            let fields = try reader.fields(["method", "path", "body", "if_match"])
            let method = try fields.required("method").text()
            return Request(
                method: method, path: try fields.required("path").text(), body: try fields["body"]?.text(),
                ifMatch: try fields["if_match"]?.text() ?? (method == "PUT" || method == "PATCH" ? "*" : nil))
        }
        form = try root["form"].map { reader in
            let fields = try reader.fields(["path", "fields", "of"])
            let entries = try fields["fields"]?.fields().all ?? []
            return Form(
                path: try fields.required("path").text(),
                fields: try entries.flatMap { entry in
                    let name = String(entry.path.split(separator: ".").last ?? "")
                    guard case .list = entry.value else { return [(name, try entry.text())] }
                    return try entry.items().map { (name, try $0.text()) }
                },
                of: try fields["of"].map { try Self.key($0) })
        }
        expected = try Self.outcome(root.required("expect"))
        warning = try root.required("expect").fields()["warns"]?.text()
    }

    private static func key(_ reader: DocumentReader) throws -> EntityKey {
        let words = try reader.text().split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, let kind = EntityKind(rawValue: words[0]) else { throw reader.problem("write a kind and an id") }
        return EntityKey(kind, words[1])
    }

    private static func outcome(_ reader: DocumentReader) throws -> Outcome {
        let fields = try reader.fields(["rows", "warns", "refusal"])
        if let refusal = try fields["refusal"]?.fields(["code", "kind", "sentence"]) {
            return .refused(
                code: try refusal.required("code").choice(MistakeCode.self),
                kind: try refusal["kind"]?.choice(EntityKind.self), sentence: try refusal.required("sentence").text())
        }
        return .rows(try fields.items("rows").map { try $0.text() })
    }
}
