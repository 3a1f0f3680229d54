import Foundation
import TestSupport
import Testing

@testable import Main

/// An init system hears when the service listens, and not before.
struct ReadinessTests {
    @Test(.timeLimit(.minutes(20))) func theInitSystemIsTold() async throws {
        try await Premises.with { premises in
            let path = FileManager.default.temporaryDirectory.appending(path: "mandate-\(UUID().uuidString.prefix(8)).notify").path
            defer { unlink(path) }
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
            try #require(isBound)
            let service = try Program(
                [try Premises.program(), "serve", "--store", premises.folder, "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"],
                environment: ["NOTIFY_SOCKET": path])
            let said = await withCheckedContinuation { done in
                // It waits on a thread of its own.
                Thread {
                    var buffer = [UInt8](repeating: 0, count: 1024)
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    done.resume(returning: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
                }.start()
            }
            #expect(said.hasPrefix("READY=1\n"))
            #expect(FileManager.default.fileExists(atPath: premises.folder + "/door/socket"), "it listens by then")
            #expect(await service.stop() == 0)
        }
    }

    @Test func whoCannotReachTheDoorIsFound() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mandate-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test
        #expect(LocalFolder(folder + "/door").obstacle == folder)
        chmod(folder, 0o711)
        #expect(LocalFolder(folder + "/door").obstacle == nil)
    }
}
