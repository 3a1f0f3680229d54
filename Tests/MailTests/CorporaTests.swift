import Mail
import Testing

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Messages of other projects, where they lie beside the checkout: each is read with its bytes intact, or refused with a reason.
struct CorporaTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/../shared/corpora/messages"

    private static func files(below path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append("\(path)/\(name)") }
        }
        return names.sorted().flatMap { name in
            let inner = files(below: name)
            return inner.isEmpty ? [name] : inner
        }
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    private static func headerAndBody(_ bytes: [UInt8]) throws -> (HeaderBlock, [UInt8]) {
        var form = AcceptedForm()
        var splitter = HeaderSplitter()
        var body: [UInt8]?
        var message: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 100) {
            let chunk = try form.consume(Array(bytes[start..<min(start + 100, bytes.count)]))
            message += chunk
            if body != nil {
                body? += chunk
            } else if let split = try splitter.consume(chunk) {
                body = Array(chunk[split.bytesOfChunk...])
                let header = try HeaderBlock(split.header)
                #expect(header.bytes == split.header)
                #expect(message.prefix(header.byteCount) == header.bytes[...])
            }
        }
        _ = try form.finish()
        let whole = Array(message)
        guard let body else { return (try HeaderBlock(try splitter.finish()), []) }
        let header = try HeaderBlock(Array(whole.dropLast(body.count)))
        #expect(header.bytes + [13, 10] + body == whole)
        return (header, body)
    }

    @Test func everyMessageIsReadOrRefusedWithAReason() throws {
        var read = 0
        var refused: [String] = []
        let files = Self.files(below: Self.root)
        for path in files {
            do {
                let (header, _) = try Self.headerAndBody(Self.read(path))
                for field in header.fields { _ = (field.unfolded(), field.decoded()) }
                read += 1
            } catch let error as HeaderError {
                refused.append("\(path): \(error)")
            } catch let error as AcceptedFormError {
                refused.append("\(path): \(error)")
            }
        }
        #expect(read + refused.count == files.count)
        // Most are ordinary messages, so a reader that refuses much is wrong.
        #expect(refused.count * 3 <= files.count, "\(refused.joined(separator: "\n"))")
    }
}
