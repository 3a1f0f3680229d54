internal import Glibc

/// Looks accounts up by number, for messages that name them.
enum AccountName {
    static func of(_ uid: UInt32) -> String? { entry(uid) { $0.pw_name } }
    static func home(of uid: UInt32) -> String? { entry(uid) { $0.pw_dir } }

    private static func entry(_ uid: UInt32, _ field: (passwd) -> UnsafeMutablePointer<CChar>?) -> String? {
        var account = passwd()
        var found: UnsafeMutablePointer<passwd>?
        // 16 KiB: no entry of any directory service is known to need more; one that does stays a number.
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, getpwuid_r(uid, &account, start, buffer.count, &found) == 0, found != nil else {
                return nil
            }
            return field(account).map { String(cString: $0) }
        }
    }
}
