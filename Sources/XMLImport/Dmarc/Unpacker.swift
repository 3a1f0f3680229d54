internal import CArchive
internal import Relay

/// Opens what reports are packed in, with libarchive: a gzip file, or a zip archive with one or more in it. What comes out is counted, and never written anywhere.
struct Unpacker {
    /// Octets that may come out of one file. What is bigger was made to be: XML of this kind packs twenty to one, a bomb a thousand to one.
    static let mostOctets = DmarcReader.limits.bytes

    enum Form { case gzip, zip }

    /// The next octets of the file; empty at its end.
    typealias Source = () throws(ImportProblem) -> [UInt8]

    /// `begin` hears the name of each file inside, `piece` its octets, `end` whether it was whole; where a piece is refused, the rest of that file is passed over.
    static func open(
        _ form: Form, _ source: @escaping Source, begin: (String) -> Void,
        piece: (UnsafeRawBufferPointer) throws(ImportProblem) -> Void, end: (ImportProblem?) -> Void
    ) throws(ImportProblem) {
        guard let archive = archive_read_new() else { throw ImportProblem(.unreadableArchive("there is no memory for it")) }
        defer { archive_read_free(archive) }
        switch form {
        case .gzip:
            archive_read_support_filter_gzip(archive)
            archive_read_support_format_raw(archive)
        case .zip: archive_read_support_format_zip_streamable(archive)
        }
        let input = ArchiveInput(source)
        try withExtendedLifetime(input) { () throws(ImportProblem) in
            try input.check(archive_read_open(archive, Unmanaged.passUnretained(input).toOpaque(), nil, ArchiveInput.read, nil), archive)
            var left = mostOctets
            var count = 0
            while true {
                var entry: OpaquePointer?
                let status = archive_read_next_header(archive, &entry)
                if status == ARCHIVE_EOF { break }
                try input.check(status, archive)
                guard let entry, carchive_is_file(entry) != 0 || form == .gzip else { continue }
                let name = form == .zip ? archive_entry_pathname(entry).map { String(cString: $0) } ?? "" : ""
                guard !name.hasPrefix("__MACOSX/") else { continue }
                count += 1
                guard count <= DmarcTranscript.mostDocuments else {
                    throw ImportProblem(.tooMany("files", limit: DmarcTranscript.mostDocuments))
                }
                begin(name)
                end(try read(archive, input, &left, piece))
            }
        }
    }

    /// Answers why it is none of what was wanted; throws where the archive cannot be read on.
    private static func read(
        _ archive: OpaquePointer, _ input: ArchiveInput, _ left: inout Int,
        _ piece: (UnsafeRawBufferPointer) throws(ImportProblem) -> Void
    ) throws(ImportProblem) -> ImportProblem? {
        var refused: ImportProblem?
        while true {
            var octets: UnsafeRawPointer?
            var count = 0
            var offset: Int64 = 0
            let status = archive_read_data_block(archive, &octets, &count, &offset)
            if status == ARCHIVE_EOF { return refused }
            try input.check(status, archive)
            left -= count
            guard left >= 0 else { throw ImportProblem(.tooBigUnpacked(limit: mostOctets)) }
            guard refused == nil else { continue }
            do throws(ImportProblem) { try piece(UnsafeRawBufferPointer(start: octets, count: count)) } catch { refused = error }
        }
    }
}

/// The file, as libarchive asks for it.
///
/// A class because C hands it back by address. One thread uses it, for one file.
private final class ArchiveInput {
    private let source: Unpacker.Source
    /// What was lent last, until it asks again.
    private var lent: UnsafeMutableRawBufferPointer?
    private var problem: ImportProblem?

    init(_ source: @escaping Unpacker.Source) { self.source = source }

    deinit { lent?.deallocate() }

    static let read: archive_read_callback_type = { _, user, octets in
        guard let user else { return -1 }
        return Unmanaged<ArchiveInput>.fromOpaque(user).takeUnretainedValue().lend(octets)
    }

    private func lend(_ octets: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        lent?.deallocate()
        lent = nil
        let bytes: [UInt8]
        do throws(ImportProblem) { bytes = try source() } catch {
            problem = error
            return -1
        }
        guard !bytes.isEmpty else { return 0 }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        copy.copyBytes(from: bytes)
        lent = copy
        octets?.pointee = UnsafeRawPointer(copy.baseAddress)
        return bytes.count
    }

    /// A warning is about names and times, which nobody uses.
    func check(_ status: Int32, _ archive: OpaquePointer) throws(ImportProblem) {
        if let problem { throw problem }
        guard status != ARCHIVE_OK, status != ARCHIVE_WARN else { return }
        let words = archive_error_string(archive).map { String(cString: $0) } ?? "error \(status)"
        throw ImportProblem(.unreadableArchive(String(words.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(200))))
    }
}

private typealias archive_read_callback_type =
    @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int
