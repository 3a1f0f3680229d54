/// How a command ends (thrown, where that says it all), in the numbers of sysexits.h that mailers and their scripts know (design section 9).
enum ExitStatus: Int32, Error, Sendable, Hashable, CaseIterable {
    case success = 0
    /// `audit unauthorized` and `audit verify` found something.
    case found = 1
    /// EX_USAGE: the command was called wrongly.
    case usage = 64
    /// EX_DATAERR: what it was given is wrong.
    case data = 65
    /// EX_NOINPUT: a file could not be read.
    case noInput = 66
    /// EX_NOUSER
    case unknownUser = 67
    /// EX_UNAVAILABLE: something that is needed does not work.
    case unavailable = 69
    /// EX_SOFTWARE: our own fault.
    case fault = 70
    /// EX_CANTCREAT: a file could not be written.
    case cannotCreate = 73
    /// EX_TEMPFAIL: worth another try without anyone doing anything.
    case temporary = 75
    /// EX_NOPERM: denied or not permitted.
    case notPermitted = 77
    /// EX_CONFIG: an administrator has to set something right.
    case configuration = 78
}
