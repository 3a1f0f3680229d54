import Foundation

/// Looks for secrets in what was printed and written: as they are, in every alignment of base64, in hexadecimal, escaped for forms and JSON, and cut
/// off after some letters, as logs do.
struct SecretTraces {
    struct Trace: Hashable, CustomStringConvertible {
        /// Which secret, without telling it.
        let secret: String
        let form: String
        let place: String
        var description: String { "\(secret), \(form), in \(place)" }
    }

    private struct Needle {
        let bytes: [UInt8]
        let secret: String
        let form: String
    }

    /// Shorter pieces would be found by chance.
    private static let least = 12
    /// Needles by their first eight octets, so that a megabyte is gone through once for all of them.
    private var needles: [UInt64: [Needle]] = [:]
    private(set) var count = 0

    mutating func add(_ secret: String, named name: String) {
        count += 1
        let bytes = Array(secret.utf8)
        add(bytes, name, "as it is")
        if bytes.count >= 48 {
            add(Array(bytes.prefix(24)), name, "its beginning")
            add(Array(bytes.suffix(24)), name, "its end")
        }
        add(Array(secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics)?.utf8 ?? "".utf8), name, "escaped")
        add(Array(secret.replacingOccurrences(of: "/", with: "\\/").utf8), name, "as JSON")
        let hexadecimal = bytes.map { String(format: "%02x", $0) }.joined()
        add(Array(hexadecimal.utf8), name, "in hexadecimal")
        add(Array(hexadecimal.uppercased().utf8), name, "in hexadecimal")
        for shift in 0..<3 {
            // What stands before it moves it against the groups of three; the first and last letters depend on its neighbours.
            let text = Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString().replacingOccurrences(of: "=", with: "")
            let inner = Array(text.utf8.dropFirst(shift == 0 ? 0 : 4).dropLast(4))
            add(inner, name, "in base64")
            add(
                inner.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }, name,
                "in base64url")
        }
    }

    private mutating func add(_ bytes: [UInt8], _ name: String, _ form: String) {
        guard bytes.count >= Self.least else { return }
        needles[Self.key(bytes, 0), default: []].append(Needle(bytes: bytes, secret: name, form: form))
    }

    func find(in bytes: [UInt8], place: String) -> Set<Trace> {
        var found: Set<Trace> = []
        guard bytes.count >= 8 else { return found }
        bytes.withUnsafeBufferPointer { bytes in
            var window = Self.key(bytes, 0)
            var start = 0
            while true {
                if let candidates = needles[window] {
                    for needle in candidates where Self.matches(needle.bytes, bytes, start) {
                        found.insert(Trace(secret: needle.secret, form: needle.form, place: place))
                    }
                }
                guard start + 8 < bytes.count else { return }
                window = window << 8 | UInt64(bytes[start + 8])
                start += 1
            }
        }
        return found
    }

    /// Every file below a folder, but those that are meant to hold secrets.
    func find(below folder: String, except names: Set<String>) throws -> (traces: Set<Trace>, files: Int) {
        var traces: Set<Trace> = []
        var files = 0
        let walk = FileManager.default.enumerator(atPath: folder)
        while let name = walk?.nextObject() as? String {
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue, !names.contains(name),
                walk?.fileAttributes?[.type] as? FileAttributeType != .typeSocket
            else { continue }
            files += 1
            traces.formUnion(find(in: [UInt8](try Data(contentsOf: URL(filePath: path))), place: name))
        }
        return (traces, files)
    }

    private static func key(_ bytes: some RandomAccessCollection<UInt8>, _ start: Int) -> UInt64 {
        bytes.dropFirst(start).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func matches(_ needle: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        guard start + needle.count <= bytes.count else { return false }
        return memcmp(needle, bytes.baseAddress! + start, needle.count) == 0
    }
}
