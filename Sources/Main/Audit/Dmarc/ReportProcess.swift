internal import Glibc
internal import NIOPosix
internal import Relay
internal import Subprocess
internal import SystemPackage

/// Has a stranger's file read by a process of its own, with limits for its time, its memory and what it may say, and judges what comes back. Whatever the file
/// does to its reader, this process only hears of it.
struct ReportProcess: ReportReader {
    /// Seconds. A process that is kept waiting by others needs more than it may use.
    private static let patience: Double = 300

    /// This program's own file.
    let program: String

    /// Everything that is in the file; throws where it cannot be had.
    func documents(inFile path: String) async throws(ReportReaderFailure) -> [DmarcDocument] {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch { throw .noFile("\(path) cannot be read: \(error)") }
        defer { try? descriptor.close() }  // it was only read from
        guard let status = FileStatus(descriptor: descriptor.rawValue), status.isRegular else { throw .noFile("\(path) is no file") }
        return try await documents(.fileDescriptor(descriptor, closeAfterSpawningProcess: false))
    }

    func documents(in octets: [UInt8]) async throws(ReportReaderFailure) -> [DmarcDocument] {
        let descriptor: FileDescriptor
        do { descriptor = try await Self.temporary(octets) } catch { throw .unavailable("there is no room for a temporary file: \(error)") }
        defer { try? descriptor.close() }  // it was only read from
        return try await documents(.fileDescriptor(descriptor, closeAfterSpawningProcess: false))
    }

    /// A file without a name, at its beginning. Not a pipe: a reader that has seen enough closes it, which would end us.
    private static func temporary(_ octets: [UInt8]) async throws -> FileDescriptor {
        try await NIOThreadPool.singleton.runIfActive {
            guard let file = tmpfile() else { throw Errno(rawValue: errno) }
            defer { fclose(file) }
            let descriptor = try FileDescriptor(rawValue: fileno(file)).duplicate()
            try descriptor.writeAll(octets)
            try descriptor.seek(offset: 0, from: .start)
            return descriptor
        }
    }

    private func documents(_ input: some InputProtocol & Sendable) async throws(ReportReaderFailure) -> [DmarcDocument] {
        let ended: (status: TerminationStatus, output: [UInt8])?
        do { ended = try await run(input) } catch {
            if (error as? SubprocessError)?.code == .outputLimitExceeded { return Self.refused("it holds more than any report") }
            throw .unavailable("\(program) could not be run to read a report: \(error)")
        }
        guard let ended else { return Self.refused("reading it took more than \(Int(Self.patience)) seconds, which no report needs") }
        switch ended.status {
        case .exited(0):
            do throws(DmarcTranscript.Unreadable) { return try DmarcTranscript.read(String(decoding: ended.output, as: UTF8.self)) } catch {
                return Self.refused("its reader did not come to an end with it")
            }
        case .exited(let code): throw .unavailable("the reader of reports ended with status \(code)")
        case .signaled(let signal):
            let isTime = signal == SIGXCPU || signal == SIGKILL
            return Self.refused(
                "its reader was stopped (signal \(signal)): it takes more \(isTime ? "time" : "memory") than any report needs")
        }
    }

    private static func refused(_ why: String) -> [DmarcDocument] { [DmarcDocument(name: "", .refused(why))] }

    /// nil: its time was over.
    private func run(_ input: some InputProtocol & Sendable) async throws -> (status: TerminationStatus, output: [UInt8])? {
        let environment = Environment.inherit.updating(["MANDATE_KEY": nil, "MANDATE_KEY_FILE": nil])
        return try await withThrowingTaskGroup(of: (TerminationStatus, [UInt8])?.self) { group in
            group.addTask {
                let ended = try await Subprocess.run(
                    .path(.init(program)), arguments: ["audit", "dmarc", "parse"], environment: environment, input: input,
                    output: .bytes(limit: DmarcTranscript.longest), error: .discarded)
                return (ended.terminationStatus, ended.standardOutput)
            }
            group.addTask {
                try await Task.sleep(for: .seconds(Self.patience))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
