internal import FoundationEssentials
internal import Glibc
internal import Relay

/// The heads of the journal's strands at a moment, kept where whoever can write the store cannot: the only proof that its end was not cut off.
struct Checkpoint: Sendable, Hashable {
    struct Mark: Sendable, Hashable {
        let strand: String
        let number: Int64
        let mac: [UInt8]
    }

    private static let firstLine = "mandate checkpoint 1"

    let marks: [Mark]

    init(marks: [Mark]) { self.marks = marks }

    init(file: String, _ live: Live) throws(CommandFailure) {
        let bytes = try InputFile(file, live).readAll(limit: 1024 * 1024)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.first == Self.firstLine else { throw .data("\(file) is no checkpoint of this program") }
        var marks: [Mark] = []
        for line in lines.dropFirst() where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let number = Int64(words[1]), number >= 1, let mac = Self.bytes(words[2]), mac.count == 32 else {
                throw .data("\(file) is damaged: \"\(line)\" is no line of a checkpoint")
            }
            marks.append(Mark(strand: words[0], number: number, mac: mac))
        }
        self.marks = marks
    }

    func mark(_ strand: String) -> Mark? { marks.first { $0.strand == strand } }

    /// Written beside and renamed, so that an interrupted run leaves the old one.
    func write(to file: String, at now: Date) throws(CommandFailure) {
        var text = Self.firstLine + "\n# \(now.second)\n"
        for mark in marks { text += "\(mark.strand) \(mark.number) \(mark.mac.hexadecimal)\n" }
        let unfinished = file + ".unfinished"
        let descriptor = open(unfinished, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw CommandFailure(.cannotCreate, "\(unfinished) cannot be written: \(SystemError.text(errno))") }
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        guard isWritten else { throw CommandFailure(.cannotCreate, "\(unfinished) cannot be written: \(SystemError.text(problem))") }
        guard rename(unfinished, file) == 0 else {
            throw CommandFailure(.cannotCreate, "\(file) cannot be written: \(SystemError.text(errno))")
        }
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8]? {
        let digits = hexadecimal.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }
}
