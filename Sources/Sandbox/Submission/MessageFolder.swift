internal import Foundation
internal import NIOCore
internal import NIOPosix

/// Writes each accepted message as a file of its own, off the event loop: `000001.eml` and so on.
struct MessageFolder: Sendable {
    let path: String
    let provider: Provider

    func write(_ message: AcceptedMessage, content: [UInt8], on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let digits = String(message.number)
        let file = path + "/" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".eml"
        return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try Data(content).write(to: URL(fileURLWithPath: file), options: .atomic)
            } catch {
                let reason = "\(file): \(error)"
                provider.with { state, _ in state.record.fileFailures.append(reason) }
            }
        }
    }
}
