import Foundation
import HTTPTypes
import Relay
import Testing

@testable import Console
@testable import Web

/// The console's templates, each with the contexts in `Fixtures/console`, which are what the views promise them.
struct PageTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Fixtures/console")
        .standardized

    private static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
    }

    private static func value(_ file: String) throws -> DocumentValue {
        try JSONReader.value(Array(try Data(contentsOf: folder.appendingPathComponent(file))))
    }

    /// `queue-empty.json` is for the template `queue`.
    private static func template(of file: String) throws -> String {
        var name = String(file.dropLast(5))
        let known = Set(PageFiles.templates.map(\.name))
        while !known.contains(name), !name.isEmpty { name = name.split(separator: "-").dropLast().joined(separator: "-") }
        return name
    }

    @Test func everyPageHasAContext() throws {
        let partials = [
            "account", "badge", "brand", "choices", "client-limits", "client-roles", "csrf", "entries", "foot", "head", "limits", "meta",
            "nav", "pager", "pairs", "plainfoot", "plainhead", "steps", "steward", "time",
        ]
        let covered = Set(try Self.files().map(Self.template))
        #expect(Set(PageFiles.templates.map(\.name)).subtracting(partials) == covered)
    }

    @Test(arguments: try files()) func aPageIsWhole(_ file: String) throws {
        let page = PageLibrary.shared.render(try Self.template(of: file), try Self.value(file))
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(page.contains("</html>"))
        #expect(!page.contains("{{"))
        #expect(page.components(separatedBy: "<h1").count == 2, "one heading of the first rank")
        #expect(!page.contains("style=\""), "the policy allows no style in an element")
        #expect(page.firstMatch(of: /\son[a-z]+="/) == nil, "nor a script")
        #expect(page.firstMatch(of: /(src|href)="(https?:)?\/\//) == nil || file.hasPrefix("tokens-"), "nothing is fetched from elsewhere")
    }

    /// Every text of every context replaced by something hostile: none of it is more than text.
    @Test(arguments: try files()) func nothingThatIsFilledInIsMarkup(_ file: String) throws {
        let attack = "\"'><script>alert(1)</script>\"\u{338}x<\u{338}i onfocus=a"
        func hostile(_ value: DocumentValue) -> DocumentValue {
            switch value {
            case .text: .text(attack)
            case .list(let values): .list(values.map(hostile))
            case .map(let entries): .map(entries.map { .init($0.key, hostile($0.value)) })
            case .null, .flag, .number, .decimal: value
            }
        }
        let page = PageLibrary.shared.render(try Self.template(of: file), hostile(try Self.value(file)))
        #expect(page.components(separatedBy: "<script>").count == 1)
        // Looked for octet by octet: a quote with a mark behind it is another character to Swift, and a quote to a browser.
        for broken in [[0x22, 0x27, 0x3E], [0x22, 0xCC, 0xB8], [0x3C, 0xCC, 0xB8]] as [[UInt8]] {
            #expect(Data(page.utf8).firstRange(of: Data(broken)) == nil)
        }
    }

    @Test func everyAddressOfTheConsoleIsOnce() {
        let all = Console.routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(all).count == all.count)
        #expect(all.count > 50)
        // A change that auditors may make is none.
        let harmless = ["/explain", "/journal/verify"]
        // But for what is their own.
        let own = "/account/"
        #expect(
            Console.routes.filter { $0.method == .post && $0.isForAuditors }.map(\.path).allSatisfy {
                harmless.contains($0) || $0.hasPrefix(own)
            })
    }

    @Test func theStyleNamesNothingElsewhere() {
        let style = String(decoding: PageFiles.style, as: UTF8.self)
        #expect(!style.contains("@import"))
        #expect(style.firstMatch(of: /url\((?!["']?(data:|#))/) == nil)
        #expect(style.contains("prefers-color-scheme: dark"))
        #expect(style.contains("prefers-reduced-motion"))
    }
}
