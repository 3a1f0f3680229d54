internal import CProcess
internal import Glibc

/// Keeps what is in memory, tokens and keys among it, out of everything a crash leaves behind.
enum CrashGuard {
    /// Signals by which a crash is known; the language's runtime handles them by printing registers with the memory they point to.
    private static let crashes = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP]

    /// First of all in every run. What cannot be had here (an old kernel, a strict sandbox) leaves the others in force.
    static func raise() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // A limit does not hold for cores that go to a program by a pipe (core(5)); this does.
        _ = cp_forbid_dump()
        for crash in crashes { signal(crash, SIG_DFL) }
    }
}
