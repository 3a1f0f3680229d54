/// What a document from outside may be at most.
struct XMLLimits: Sendable, Hashable {
    /// The largest of Mozilla's collection has 9 KB; and one tag of 64 KiB is the most that the parser's quadratic time can stand.
    var bytes = 64 * 1024
    /// Octets of one tag or comment. Whoever reads a small file has looked at all its tags before, so there it is the file.
    var tag = 64 * 1024
    /// Autoconfig's richest tag has three; the others are namespaces somebody added.
    var attributes = 32
    /// Autoconfig needs five.
    var depth = 16
}
