package import HTTPTypes
package import Hummingbird
internal import NIOCore
package import Relay

/// What a route answers, before it is bytes.
package struct Reply: Sendable {
    package enum Content: Sendable {
        case none
        case json(DocumentValue)
        case text(String, type: String)
        case bytes([UInt8], type: String)
        /// Page by page, each asked for with the cursor that came with the one before: a journal does not fit into memory.
        case pages(type: String, @Sendable (_ cursor: String?) async throws -> (bytes: [UInt8], next: String?))
    }

    package var status: HTTPResponse.Status
    package var headers: HTTPFields = [:]
    package var content: Content

    package init(_ status: HTTPResponse.Status = .ok, _ content: Content = .none) {
        self.status = status
        self.content = content
    }

    package static func json(_ value: DocumentValue, _ status: HTTPResponse.Status = .ok) -> Reply { Reply(status, .json(value)) }

    package static let done = Reply(.noContent)

    package func with(_ name: HTTPField.Name, _ value: String) -> Reply {
        var reply = self
        reply.headers[name] = value
        return reply
    }

    /// `zips`: the other side takes gzip, and what is large enough to be worth it gets it.
    package func response(zips: Bool) -> Response {
        var headers = headers
        switch content {
        case .none: return Response(status: status, headers: headers)
        case .json(let value): return Self.response(status, headers, JSONWriter.bytes(value), "application/json", zips: zips)
        case .text(let text, let type): return Self.response(status, headers, Array(text.utf8), type, zips: zips)
        case .bytes(let bytes, let type): return Self.response(status, headers, bytes, type, zips: zips)
        case .pages(let type, let page):
            headers[.contentType] = type
            return Response(
                status: status, headers: headers,
                body: ResponseBody { writer in
                    var cursor: String?
                    repeat {
                        let page = try await page(cursor)
                        try await writer.write(ByteBuffer(bytes: page.bytes))
                        cursor = page.next
                    } while cursor != nil
                    try await writer.finish(nil)
                })
        }
    }

    private static func response(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, _ bytes: [UInt8], _ type: String, zips: Bool
    ) -> Response {
        var headers = headers
        headers[.contentType] = headers[.contentType] ?? type
        var bytes = bytes
        // Below that, a packet is a packet.
        if bytes.count > 1_400 {
            headers[.vary] = "Accept-Encoding"
            if zips, let packed = Gzip.pack(bytes) {
                headers[.contentEncoding] = "gzip"
                bytes = packed
            }
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
