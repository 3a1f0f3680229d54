internal import Crypto
internal import Mail
internal import Relay

/// SHA-256 of a message's body in the accepted form.
enum BodyDigest {
    static func of(_ pieces: [[UInt8]]) throws -> String {
        var form = AcceptedForm()
        var splitter = HeaderSplitter()
        var hash = SHA256()
        var isBody = false
        for piece in pieces {
            let bytes = try form.consume(piece)
            if isBody {
                hash.update(data: bytes)
            } else if let split = try splitter.consume(bytes) {
                isBody = true
                hash.update(data: bytes[split.bytesOfChunk...])
            }
        }
        return Array(hash.finalize()).hexadecimal
    }
}
