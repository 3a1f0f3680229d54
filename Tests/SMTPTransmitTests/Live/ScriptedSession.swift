import NIOCore
import NIOSSL

/// One connection of a scripted server.
final class ScriptedSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let manners: ServerManners
    private let number: Int
    private let heard: Heard
    private var bytes: [UInt8] = []
    private var content: [UInt8]?
    private var awaitsResponse = false

    init(manners: ServerManners, number: Int, heard: Heard) {
        self.manners = manners
        self.number = number
        self.heard = heard
    }

    func channelActive(context: ChannelHandlerContext) {
        if manners.isImplicitTLS { secure(context) }
        answer("CONNECT", context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        while takeContent(context) || takeLine(context) {}
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func takeContent(_ context: ChannelHandlerContext) -> Bool {
        guard var whole = content, !bytes.isEmpty else { return false }
        let searched = max(0, whole.count - 4)
        whole += bytes
        bytes = []
        content = nil  // so that the array stays uniquely owned while it grows
        if let end = whole.endOfContent(from: searched) {
            bytes = Array(whole[end...])
            heard.content(Array(whole[..<end]))
            answer("CONTENT", context)
            return true
        }
        content = whole
        return false
    }

    private func takeLine(_ context: ChannelHandlerContext) -> Bool {
        guard content == nil, let end = bytes.firstIndex(of: 0x0A) else { return false }
        let line = String(decoding: bytes[..<end].filter { $0 != 0x0D }, as: UTF8.self)
        bytes.removeFirst(end + 1)
        heard.line(line, on: number)
        let verb = awaitsResponse ? "RESPONSE" : String(line.prefix { $0 != " " })
        awaitsResponse = false
        let path = line.split(separator: "<").dropFirst().first?.prefix { $0 != ">" } ?? ""
        answer(manners.answers["\(verb) \(path)"] == nil ? verb : "\(verb) \(path)", context)
        return true
    }

    private func answer(_ verb: String, _ context: ChannelHandlerContext) {
        switch manners.answers[verb] {
        case .say(let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            if verb == "STARTTLS", text.hasPrefix("220") { secure(context) }
            if text.hasPrefix("354") { content = [] }
            if text.hasPrefix("334") { awaitsResponse = true }
        case .sayAndClose(let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            context.close(promise: nil)
        case .close: context.close(promise: nil)
        case .silence: break
        case nil: context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "502 5.5.1 unknown\r\n")), promise: nil)
        }
    }

    private func secure(_ context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: manners.tlsContext()), position: .first)
        } catch {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension ScriptedSession: Sendable {}

extension [UInt8] {
    /// Behind CRLF.CRLF, or behind .CRLF at the very start.
    fileprivate func endOfContent(from start: Int) -> Int? {
        let dot: [UInt8] = [0x2E, 0x0D, 0x0A]
        if starts(with: dot) { return 3 }
        var index = start
        while index + 5 <= count {
            if self[index] == 0x0D, self[index + 1] == 0x0A, self[index + 2] == 0x2E, self[index + 3] == 0x0D, self[index + 4] == 0x0A {
                return index + 5
            }
            index += 1
        }
        return nil
    }
}
