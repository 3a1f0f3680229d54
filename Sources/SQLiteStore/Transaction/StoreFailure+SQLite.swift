internal import GRDB
internal import Relay

/// The one place where SQLite's and GRDB's errors become ours.
extension StoreFailure {
    init(_ error: any Error) {
        switch error {
        case let failure as StoreFailure: self = failure
        case let error as DatabaseError: self.init(database: error)
        case let error as RowDecodingError: self = .damaged("a row cannot be read: \(error)")
        case let error as VaultError: self.init(vault: error)
        default: self = .unavailable("\(error)")
        }
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

    private init(vault error: VaultError) {
        switch error {
        case .otherKey, .badKey: self = .wrongKey
        case .doesNotOpen(let name): self = .damaged("the \(name) does not open: it was damaged or moved from another row")
        case .cannotSeal: self = .unavailable(error.description)
        }
    }

    /// Whether it can concern every write of a batch, or only the one that met it.
    var spoilsBatch: Bool {
        switch self {
        case .busy, .full, .damaged, .unavailable, .wrongKey: true
        case .claimLost, .notFound, .conflict, .repeated, .overQuota, .editionMoved, .keyMoved: false
        }
    }
}
