package import Foundation

/// One case of a walk over a folder below Fixtures: a new case is a new folder, and no code.
package struct FixtureFolder: Sendable, Hashable, CustomStringConvertible {
    package let name: String
    package let url: URL

    /// A walk that finds nothing proves nothing, so it fails.
    package struct NoCases: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// The folders below `Fixtures/<collection>`, by name.
    package static func all(in collection: String) throws -> [FixtureFolder] {
        let root = fixtures.appending(path: collection)
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
        let folders = names.map { FixtureFolder(name: $0, url: root.appending(path: $0)) }.filter(\.isFolder)
        guard !folders.isEmpty else { throw NoCases(description: "there are no cases in \(root.path)") }
        return folders
    }

    /// `rewrite/own-reply-both`
    package static func at(_ path: String) -> FixtureFolder { FixtureFolder(name: path, url: fixtures.appending(path: path)) }

    package static let fixtures = repository.appending(path: "Fixtures")

    /// This file is in Tests/Support.
    package static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Files of others that lie beside the checkout, or beside what that lies in; nil on most machines. They are no part of it.
    package static func collection(_ name: String) -> FixtureFolder? {
        let places = ["../shared/corpora", "../../shared/corpora"].map { repository.appending(path: $0).appending(path: name).standardized }
        return places.map { FixtureFolder(name: name, url: $0) }.first(where: \.isFolder)
    }

    package func bytes(_ file: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url.appending(path: file))) }

    package func text(_ file: String) throws -> String { String(decoding: try bytes(file), as: UTF8.self) }

    package func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: url.appending(path: file).path) }

    package var description: String { name }

    private var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
