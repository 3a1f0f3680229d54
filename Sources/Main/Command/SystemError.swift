internal import Glibc

/// Puts the C library's error numbers into words.
enum SystemError {
    /// The ones that people meet, fit for a sentence; the rest by number, which `man errno` explains.
    static func text(_ number: Int32) -> String {
        switch number {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "permission denied"
        case ENOTDIR: "a part of the path is not a folder"
        case EISDIR: "it is a folder"
        case EEXIST: "it exists already"
        case ENOSPC, EDQUOT: "the disk is full"
        case EROFS: "the file system is read-only"
        case ELOOP: "its links go round in a circle"
        case ENAMETOOLONG: "the name is too long"
        case EMFILE, ENFILE: "too many files are open"
        case EIO: "the disk reports an error"
        default: "error \(number)"
        }
    }
}
