internal import FoundationEssentials
internal import Glibc
internal import Relay

/// A checkpoint in a file.
extension Checkpoint {
    init(file: String, _ live: Live) throws(CommandFailure) {
        let bytes = try InputFile(file, live).readAll(limit: 1024 * 1024)
        do throws(Problem) { try self.init(text: String(decoding: bytes, as: UTF8.self)) } catch {
            switch error {
            case .foreign: throw .data("\(file) is no checkpoint of this program")
            case .damaged(let line): throw .data("\(file) is damaged: \"\(line)\" is no line of a checkpoint")
            }
        }
    }

    /// Written beside and renamed, so that an interrupted run leaves the old one.
    func write(to file: String, at now: Date) throws(CommandFailure) {
        let unfinished = file + ".unfinished"
        let descriptor = open(unfinished, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw CommandFailure(.cannotCreate, "\(unfinished) cannot be written: \(SystemError.text(errno))") }
        let bytes = Array(text(at: now).utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        guard isWritten else { throw CommandFailure(.cannotCreate, "\(unfinished) cannot be written: \(SystemError.text(problem))") }
        guard rename(unfinished, file) == 0 else {
            throw CommandFailure(.cannotCreate, "\(file) cannot be written: \(SystemError.text(errno))")
        }
    }
}
