internal import Mail
internal import Relay

/// The header of a message that is read piece by piece, settled as Accept would, and the first bytes of its body that came with it.
struct MessageHeader {
    let settled: SettledHeader
    /// The rest of the piece in which the header ended.
    let body: ArraySlice<UInt8>
    /// Goes on with the body: it knows how the lines ended so far.
    var form: AcceptedForm

    /// Octets of the whole message in its accepted form; reads the rest of it.
    func size(readingOn input: borrowing InputFile) throws -> Int {
        var size = settled.header.bytes.count + 2 + body.count
        var form = form
        while case let piece = try input.read(), !piece.isEmpty { size += try form.consume(piece).count }
        _ = try form.finish()
        return size
    }

    /// Reads up to the end of the header and no further than the piece it ends in.
    init(from input: borrowing InputFile, _ live: Live) throws {
        var form = AcceptedForm()
        var splitter = HeaderSplitter()
        var header: [UInt8]?
        var body: ArraySlice<UInt8> = []
        while header == nil, case let piece = try input.read(), !piece.isEmpty {
            let accepted = try form.consume(piece)
            guard let split = try splitter.consume(accepted) else { continue }
            header = split.header
            body = accepted[split.bytesOfChunk...]
        }
        if header == nil { _ = try form.finish() }
        let block = try HeaderBlock(header ?? splitter.finish())
        var generator = live.generator
        settled = SettledHeader(block, at: live.now(), domain: try live.hostDomain, using: &generator)
        self.body = body
        self.form = form
    }
}
