internal import ArgumentParser
internal import Glibc
internal import Relay
internal import XMLImport

extension DmarcCommand {
    /// The process that has a stranger's octets in its hands: it reads one file at standard input, has nothing else, and writes down what it found.
    struct Parse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read one file at standard input, within limits; what `read` and `serve` have files read by.", shouldDisplay: false)

        func run() async throws {
            let live = Live.current
            ReaderLimits.impose()
            var count = 0
            ReportFile.read { () throws(ImportProblem) in
                do throws(CommandFailure) { return try live.standardInput.read(64 * 1024) } catch {
                    throw ImportProblem(.malformed(error.sentence))
                }
            } _: { document in
                count += 1
                guard count <= DmarcTranscript.mostDocuments else { return }
                let isLast = count == DmarcTranscript.mostDocuments
                let document = isLast ? DmarcDocument(name: "", .refused("what follows was not read: it has too many reports")) : document
                live.standardOutput.write(DmarcTranscript.write(document))
            }
        }
    }
}

/// What a process may use that reads a stranger's file.
enum ReaderLimits {
    /// Seconds of a processor. A hundred megabytes of XML take one or two, and many times that in a program that was built for debugging.
    private static let processor: UInt = 60
    /// Octets of memory beside what a program has that has read nothing. A report of as many rows as there may be takes a third of it.
    private static let memory: UInt = 256 * 1024 * 1024
    /// Standard streams, and a table for one of the old character sets.
    private static let files: UInt = 16

    /// What cannot be had here (a strict sandbox) leaves the others in force.
    static func impose() {
        limit(RLIMIT_CPU, processor)
        limit(RLIMIT_AS, addressSpace() + memory)
        limit(RLIMIT_NOFILE, files)
        limit(RLIMIT_FSIZE, 0)
        limit(RLIMIT_CORE, 0)
    }

    private static func limit(_ resource: __rlimit_resource, _ most: UInt) {
        var limit = rlimit(rlim_cur: most, rlim_max: most)
        _ = setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }

    /// What this program has by now, most of it libraries and room that threads have set aside (proc(5), statm).
    private static func addressSpace() -> UInt {
        guard let file = fopen("/proc/self/statm", "re") else { return 4 * memory }
        defer { fclose(file) }
        var pages: UInt = 0
        while case let digit = fgetc(file), (48...57).contains(digit), pages < 1 << 40 { pages = pages * 10 + UInt(digit - 48) }
        guard pages > 0 else { return 4 * memory }
        return pages * UInt(sysconf(Int32(_SC_PAGESIZE)))
    }
}
