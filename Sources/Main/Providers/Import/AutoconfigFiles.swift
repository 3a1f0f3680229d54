internal import FoundationEssentials

/// Finds and reads the files that an import is given.
struct AutoconfigFiles {
    let live: Live

    /// One byte more than is taken: the reader then says that it is too much, as it says everything else about a file.
    private static let most = 64 * 1024 + 1

    func read(_ paths: [String]) throws -> [ImportedFile] {
        let names = try paths.flatMap(files)
        var progress = ProgressBar("reading", of: names.count, live)
        var files: [ImportedFile] = []
        for name in names {
            files.append(ImportedFile(name: name, bytes: try bytes(of: name)))
            progress.advance(to: files.count)
        }
        progress.finish()
        return files
    }

    /// The path itself, or what it holds.
    private func files(at path: String) throws -> [String] {
        var isFolder = false
        guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else { return [path] }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw CommandFailure.input("\(path) cannot be read: permission denied, or it is gone")
        }
        let found = names.filter { $0.hasSuffix(".xml") }.sorted()
        guard !found.isEmpty else { throw CommandFailure.input("there are no .xml files in \(path)") }
        return found.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    private func bytes(of name: String) throws -> [UInt8] {
        let input = try InputFile(name, live)
        var bytes: [UInt8] = []
        while bytes.count < Self.most, case let more = try input.read(Self.most - bytes.count), !more.isEmpty { bytes += more }
        return bytes
    }
}

/// A file's bytes, with the name it was given by.
struct ImportedFile: Sendable {
    let name: String
    let bytes: [UInt8]
}
