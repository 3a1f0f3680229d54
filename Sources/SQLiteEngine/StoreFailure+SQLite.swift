internal import GRDB
internal import Relay
internal import Store

/// The one place where SQLite's and GRDB's errors become ours.
extension StoreFailure {
    init(sqlite error: any Error) {
        if let error = error as? DatabaseError { self.init(database: error) } else { self.init(error) }
    }

    /// Result codes are numbers, not an enum, so there is a last arm; what lands there promises nothing and asks for a person.
    /// GRDB leaves statement arguments out of its messages, so no address gets into an error this way.
    private init(database error: DatabaseError) {
        let text = error.message ?? "\(error.resultCode)"
        switch error.extendedResultCode {
        // Growing the shared-memory file of the write-ahead log fails this way on a full disk (os_unix.c, unixShmMap).
        case .SQLITE_IOERR_SHMSIZE:
            self = .full
            return
        default: break
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .busy
        case .SQLITE_FULL: self = .full
        case .SQLITE_CORRUPT: self = .damaged(text)
        case .SQLITE_NOTADB: self = .damaged("this file is no database")
        case .SQLITE_CONSTRAINT: self = .conflict("this would contradict what is stored: \(text)")
        case .SQLITE_TOOBIG: self = .conflict("a value is too big for the store")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self = .unavailable("\(text): the store's owner must be able to write the file and its folder")
        case .SQLITE_IOERR: self = .unavailable("the disk failed: \(text) (code \(error.extendedResultCode.rawValue))")
        case .SQLITE_NOMEM: self = .unavailable("out of memory")
        default: self = .unavailable("\(text) (SQLite code \(error.extendedResultCode.rawValue))")
        }
    }
}
