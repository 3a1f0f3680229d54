import Foundation
import Relay
import TestSupport
import Testing
import XMLImport

/// A file below Fixtures/import/autoconfig and, beside it, what it comes to: NAME.xml and NAME.txt. A new case is two files, and no code.
struct AutoconfigCase: Sendable, CustomTestStringConvertible {
    let name: String
    private static let folder = FixtureFolder.at("import/autoconfig")

    var testDescription: String { name }
    var bytes: [UInt8] { get throws { try Self.folder.bytes(name + ".xml") } }
    /// Empty where nobody has written it yet; the test then shows what it would be.
    var expected: String { get throws { Self.folder.has(name + ".txt") ? try Self.folder.text(name + ".txt") : "" } }

    /// Leaves what came out where the expectation belongs, for a person to look at and rename.
    func keep(failed words: String) throws {
        try Data(words.utf8).write(to: Self.folder.url.appending(path: name + ".failed"))
    }

    static func all() throws -> [AutoconfigCase] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasSuffix(".xml") }.sorted()
        guard !names.isEmpty else { throw FixtureFolder.NoCases(description: "there are no cases in \(folder.url.path)") }
        return names.map { AutoconfigCase(name: String($0.dropLast(4))) }
    }
}

extension Autoconfig {
    /// What a file comes to, in a form that people review.
    static func words(_ bytes: [UInt8], replacing before: Provider? = nil) -> String {
        do throws(ImportProblem) {
            let autoconfig = try Autoconfig(bytes)
            switch autoconfig.offer(replacing: before) {
            case .noOAuth2(let why): return "\(autoconfig.id)\nno OAuth2: \(why)\n"
            case .provider(let provider): return autoconfig.words(provider)
            }
        } catch {
            return "refused: \(error)\n"
        }
    }

    private func words(_ provider: Provider) -> String {
        var lines = [
            "\(provider.id) (\(provider.name)), \(provider.kind.rawValue), \(provider.mayReceiveSecrets ? "trusted" : "not trusted")"
        ]
        lines.append("domains \(domains.joined(separator: " "))")
        lines += provider.places.map(\.description)
        lines += provider.scopes.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.rawValue) scope \($1.delegated)" }
        lines.append("identity scopes \(provider.authorization.identityScopes)")
        return lines.map { $0 + "\n" }.joined()
    }
}
