internal import Glibc

/// Every connection is an open file, and the usual soft limit of 1,024 is fewer than a service has.
enum FileLimit {
    /// To what the system allows at most; where that fails, connections beyond the limit wait.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65_536))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
