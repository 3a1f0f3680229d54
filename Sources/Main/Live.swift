internal import FoundationEssentials
internal import Glibc
internal import Relay
internal import Synchronization

/// What the world is made of: the clock, randomness, the environment, who runs us, and the three streams. Everything that
/// needs one of these is given it; this file is the only place that reads the real ones, so a test can be any day at any hour.
struct Live: Sendable {
    /// The world of the command that runs; `Mandate.execute` sets it, and a test sets another.
    @TaskLocal static var current = Live.system()

    /// The account this process runs as.
    struct Account: Sendable, Hashable {
        var uid: UInt32
        var name: String
        var home: String
    }

    var now: @Sendable () -> Date
    /// From now on `now` is the time of a database that several machines share, as far as that is known: what decides between them must not depend on whose clock
    /// goes wrong.
    var adopt: @Sendable (_ clock: @escaping @Sendable () -> Date?) -> Void = { _ in }
    var draw: @Sendable () -> UInt64
    var environment: [String: String]
    var account: Account
    var standardInput: InputStream
    var standardOutput: OutputStream
    var standardError: OutputStream
    /// The command line being run, for messages that repeat it.
    var arguments: [String] = []
    /// The file this program was started from, for messages that say how to run it again.
    var program = "/usr/bin/mandate"

    /// Random numbers for ids, keys and salts.
    var generator: Generator { Generator(draw: draw) }

    struct Generator: RandomNumberGenerator, Sendable {
        let draw: @Sendable () -> UInt64

        func next() -> UInt64 { draw() }
    }

    /// Eight of each number: a number is a call of the kernel, and each line of the journal wants a salt of sixteen.
    func randomBytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            withUnsafeBytes(of: draw()) { bytes.append(contentsOf: $0.prefix(count - bytes.count)) }
        }
        return bytes
    }

    /// Who answers for a change, in the journal: the person behind sudo rather than the account that owns the store.
    var person: String {
        if let caller = environment["SUDO_USER"], !caller.isEmpty, caller != account.name { return caller }
        return account.name
    }

    /// What a shell must be told before `mandate` is this program; nil: nothing.
    var pathLine: String? {
        let folder = String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
        guard !(environment["PATH"] ?? "").split(separator: ":").contains(where: { $0 == folder }) else { return nil }
        return "export PATH=\(folder.shellQuoted):\"$PATH\""
    }

    func calling(_ arguments: [String]) -> Live {
        var live = self
        live.arguments = arguments
        return live
    }

    /// A line of data.
    func output(_ line: String) { standardOutput.write(line + "\n") }

    /// A line for people, on standard error: standard output is for data alone.
    func say(_ line: String) { standardError.write(line + "\n") }

    /// The same, about something that should be looked at.
    func complain(_ line: String) { say("mandate: \(line)") }

    static func system() -> Live {
        let environment = ProcessInfo.processInfo.environment
        let uid = geteuid()
        let clock = AdoptedClock()
        return Live(
            now: { clock.now },
            adopt: { clock.adopt($0) },
            draw: {
                var generator = SystemRandomNumberGenerator()
                return generator.next()
            },
            environment: environment,
            account: Account(
                uid: uid, name: AccountName.of(uid) ?? String(uid), home: environment["HOME"] ?? AccountName.home(of: uid) ?? "/"),
            standardInput: .file(STDIN_FILENO), standardOutput: .file(STDOUT_FILENO, environment),
            standardError: .file(STDERR_FILENO, environment), program: ownPath())
    }

    /// As the kernel has it: the word that it was called by may be found by nobody else.
    private static func ownPath() -> String {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count)
        return count > 0 ? String(decoding: path[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : "/usr/bin/mandate"
    }
}

/// This machine's clock, until another is adopted. A class because everybody looks at the same one.
private final class AdoptedClock: Sendable {
    /// Not the closure itself: Swift wraps one anew each time that it passes through the lock, and calls all wrappings.
    private struct Other: Sendable {
        let now: @Sendable () -> Date?
    }

    private let other = Mutex<Other?>(nil)

    var now: Date { other.withLock { $0 }?.now() ?? Date() }

    func adopt(_ clock: @escaping @Sendable () -> Date?) { other.withLock { $0 = Other(now: clock) } }
}
