package import Foundation
internal import Synchronization

/// A program that a test runs. Not Foundation's `Process`: that one notices an end by a socket which every program that is started meanwhile inherits, so a
/// daemon keeps the end of another from ever being seen; and it waits for it on one of the two threads that all tests share.
package final class Program: Sendable {
    /// Its standard streams; nil is /dev/null.
    package struct Streams {
        package var input: Int32?
        package var output: Int32?
        package var errors: Int32?

        package init(input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil) {
            self.input = input
            self.output = output
            self.errors = errors
        }
    }

    struct CannotStart: Error { let program: String; let reason: Int32 }

    /// A tool that did not come to a good end.
    package struct Failed: Error { let program: String; let status: Int32 }

    /// Nothing is started while a pipe is made, or it would inherit the pipe's ends.
    fileprivate static let turn = Mutex(())

    package let id: pid_t
    private let ended = Mutex<(status: Int32?, waiting: [CheckedContinuation<Int32, Never>])>((nil, []))

    package init(_ words: [String], in folder: String? = nil, environment: [String: String] = [:], _ streams: Streams = Streams()) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [streams.input, streams.output, streams.errors].enumerated() {
            if let descriptor {
                posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
            } else {
                posix_spawn_file_actions_addopen(&actions, Int32(number), "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
            }
        }
        // A socket that a child inherits stays open when its server here closes it, and whoever waits for that end waits as long as the child lives.
        Self.closeFrom(&actions, 3)
        // A test runs on a thread that blocks every signal, and a child inherits that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = folder.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] + words } ?? words
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        var id: pid_t = 0
        let reason = Self.turn.withLock { _ in
            Self.withTexts(words) { arguments in
                Self.withTexts(variables) { environment in posix_spawn(&id, words[0], &actions, &attributes, arguments, environment) }
            }
        }
        guard reason == 0 else { throw CannotStart(program: words[0], reason: reason) }
        self.id = id
        let thread = Thread { [self] in wait() }
        thread.start()
    }

    /// glibc 2.34; the headers that Swift sees do not show it.
    private static func closeFrom(_ actions: inout posix_spawn_file_actions_t, _ first: Int32) {
        typealias Function = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { preconditionFailure("glibc is older than 2.34") }
        precondition(unsafeBitCast(symbol, to: Function.self)(&actions, first) == 0, "there is room for one more action")
    }

    /// Its exit status, or the number of the signal that ended it, negative.
    package func end() async -> Int32 {
        await withCheckedContinuation { done in
            let status = ended.withLock { state in
                if state.status == nil { state.waiting.append(done) }
                return state.status
            }
            if let status { done.resume(returning: status) }
        }
    }

    /// Runs a program whose words are all that it is told, to its good end.
    package static func tool(_ words: [String]) async throws {
        let status = await (try Program(words)).end()
        guard status == 0 else { throw Failed(program: words[0], status: status) }
    }

    package func signal(_ number: Int32) { kill(id, number) }

    /// Asks it to end, and waits until it has.
    package func stop() async -> Int32 {
        signal(SIGTERM)
        return await end()
    }

    private func wait() {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let result = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
        let waiting = ended.withLock { state in
            state.status = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for done in waiting { done.resume(returning: result) }
    }

    private static func withTexts(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32) -> Int32 {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}

/// A pipe whose ends no other program inherits.
package struct ProgramPipe: Sendable {
    package let reading: FileHandle
    package let writing: FileHandle

    package init() throws {
        var ends: [Int32] = [0, 0]
        let isMade = Program.turn.withLock { _ in
            pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
        }
        guard isMade else { throw POSIXError(.EMFILE) }
        reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        writing = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    }

    /// What comes out of it, in pieces as they come, read on a thread of its own; our own writing end is closed for that.
    package func pieces() throws -> AsyncStream<String> {
        try writing.close()
        let reading = reading
        return AsyncStream { stream in
            let thread = Thread {
                // Not `availableData`, which ends the process where a signal comes between.
                var bytes = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = read(reading.fileDescriptor, &bytes, bytes.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { break }
                    stream.yield(String(decoding: bytes[..<count], as: UTF8.self))
                }
                stream.finish()
            }
            thread.start()
        }
    }

    /// All of it.
    package func text() async throws -> String { try await pieces().reduce(into: "") { $0 += $1 } }
}
