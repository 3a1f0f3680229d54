import Foundation
import GRDBSQLite
import Synchronization

/// A disk that remembers in which order files were written and made durable, so that afterwards the power can have failed at any moment. It is SQLite's own way to
/// files (a VFS), for the whole process; what lies outside the folders that are recorded passes through.
enum RecordingDisk {
    /// What the disk was asked for, and what somebody was promised meanwhile.
    enum Event: Sendable {
        case write(file: String, offset: Int, bytes: [UInt8])
        case truncate(file: String, size: Int)
        case sync(file: String)
        case promise(String)
    }

    /// Everything that SQLite does in files of a folder that are opened from now on.
    static func record(_ folder: String) {
        install
        state.withLock { $0.folders[folder] = [] }
    }

    /// It is kept from here on, or so somebody was told.
    static func promise(_ what: String, in folder: String) { state.withLock { $0.folders[folder]?.append(.promise(what)) } }

    static func stop(_ folder: String) -> [Event] { state.withLock { $0.folders.removeValue(forKey: folder) ?? [] } }

    fileprivate struct OpenFile: Sendable {
        let folder: String
        let name: String
        /// Where SQLite's own functions for it are.
        let methods: UInt

        var usual: sqlite3_io_methods { methods.pointee() }
    }

    fileprivate struct State: Sendable {
        var folders: [String: [Event]] = [:]
        /// By where SQLite has them.
        var open: [UInt: OpenFile] = [:]
        /// Tables of functions with ours in place of four, by where SQLite's own are: a log has others than a database.
        var tables: [UInt: UInt] = [:]
    }

    fileprivate static let state = Mutex(State())
    /// SQLite's own way to files.
    fileprivate static let usual = UInt(bitPattern: sqlite3_vfs_find(nil))

    /// The first time it is looked at, it becomes the way to files of every connection that is opened then.
    private static let install: Void = {
        let recording = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        recording.initialize(to: usual.pointee())
        recording.pointee.pNext = nil
        recording.pointee.zName = UnsafePointer(strdup("recording"))
        recording.pointee.xOpen = { vfs, name, file, flags, outFlags in
            let usual: sqlite3_vfs = RecordingDisk.usual.pointee()
            let status = usual.xOpen(vfs, name, file, flags, outFlags)
            if status == SQLITE_OK, let name, let file { begin(file, URL(fileURLWithPath: String(cString: name))) }
            return status
        }
        sqlite3_vfs_register(recording, 1)
    }()

    private static func begin(_ file: UnsafeMutablePointer<sqlite3_file>, _ url: URL) {
        let folder = url.deletingLastPathComponent().path
        let methods = UInt(bitPattern: file.pointee.pMethods)
        let table = state.withLock { state -> UInt? in
            guard state.folders[folder] != nil else { return nil }
            state.open[UInt(bitPattern: file)] = OpenFile(folder: folder, name: url.lastPathComponent, methods: methods)
            let table = state.tables[methods] ?? recording(methods)
            state.tables[methods] = table
            return table
        }
        if let table { file.pointee.pMethods = UnsafePointer(bitPattern: table) }
    }

    private static func recording(_ methods: UInt) -> UInt {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        table.initialize(to: methods.pointee())
        table.pointee.xWrite = { file, bytes, count, offset in
            let status = RecordingDisk.opened(file).usual.xWrite(file, bytes, count, offset)
            let written = [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            if status == SQLITE_OK { RecordingDisk.note(file) { .write(file: $0, offset: Int(offset), bytes: written) } }
            return status
        }
        table.pointee.xTruncate = { file, size in
            let status = RecordingDisk.opened(file).usual.xTruncate(file, size)
            if status == SQLITE_OK { RecordingDisk.note(file) { .truncate(file: $0, size: Int(size)) } }
            return status
        }
        table.pointee.xSync = { file, flags in
            let status = RecordingDisk.opened(file).usual.xSync(file, flags)
            if status == SQLITE_OK { RecordingDisk.note(file) { .sync(file: $0) } }
            return status
        }
        table.pointee.xClose = { file in
            let usual = RecordingDisk.opened(file).usual
            RecordingDisk.state.withLock { _ = $0.open.removeValue(forKey: UInt(bitPattern: file)) }
            return usual.xClose(file)
        }
        return UInt(bitPattern: table)
    }

    private static func opened(_ file: UnsafeMutablePointer<sqlite3_file>?) -> OpenFile {
        guard let open = state.withLock({ $0.open[UInt(bitPattern: file)] }) else { preconditionFailure("it was never opened") }
        return open
    }

    private static func note(_ file: UnsafeMutablePointer<sqlite3_file>?, _ event: (_ name: String) -> Event) {
        let open = opened(file)
        state.withLock { $0.folders[open.folder]?.append(event(open.name)) }
    }
}

extension UInt {
    /// What stands at this place in memory.
    fileprivate func pointee<Value>() -> Value {
        guard let pointer = UnsafePointer<Value>(bitPattern: self) else { preconditionFailure("nothing is there") }
        return pointer.pointee
    }
}
