package import Relay

/// Takes all that a store has to tables that are empty. One snapshot of the source; the target is somebody's only when it is whole.
package struct StoreCopy: Sendable {
    /// How far it has come.
    package struct Progress: Sendable, Hashable {
        package let rows: Int
        package let total: Int
    }

    /// What was copied: as much as it takes to see whether the source is still the same.
    package struct Snapshot: Sendable, Hashable {
        package let rows: Int
        /// The number of the journal's last entry.
        package let head: Int64
    }

    /// What `movedTo` says of a target that is not whole.
    package static let unfinished = "copying"

    /// Rows in one commit.
    private static let batch = 500

    private let source: DatabaseStore
    private let target: any Engine

    package init(from source: DatabaseStore, to target: any Engine) {
        self.source = source
        self.target = target
    }

    /// Nobody else may use the target meanwhile.
    package func run(_ report: @escaping @Sendable (Progress) -> Void) async throws(StoreFailure) -> Snapshot {
        let target = target
        try await source.write { try $0.addUpSums() }
        return try await source.engine.read(isLong: true) { connection in
            let source = Transaction(connection)
            let counts = try StoreTable.all.map { table in try source.first(table.count) { Int(try $0.integer()) } ?? 0 }
            let total = counts.reduce(0, +)
            try Self.empty(target)
            var rows = 0
            for table in StoreTable.all {
                try Self.copy(table, from: source, to: target) { count in
                    rows += count
                    report(Progress(rows: rows, total: total))
                }
            }
            try Self.check(counts, in: target)
            let head = try source.first("SELECT coalesce(max(number), 0) FROM journal") { try $0.integer() }
            return Snapshot(rows: rows, head: head ?? 0)
        }
    }

    private static func empty(_ target: any Engine) throws {
        try writing(target) { transaction in
            for table in StoreTable.all.reversed() { try transaction.run(table.empty) }
        }
    }

    private static func copy(
        _ table: StoreTable, from source: Transaction, to target: any Engine, _ report: (Int) -> Void
    ) throws {
        var waiting: [Values] = []
        func write() throws {
            try writing(target) { transaction in
                for row in waiting { try transaction.run(table.insert, row) }
                // From the first row on it is no store that could be served.
                if table.name == "meta" { try transaction.run("UPDATE meta SET movedTo = ?", [unfinished]) }
            }
            report(waiting.count)
            waiting = []
        }
        try source.rows(table.select) { rows in
            while try rows.next() {
                waiting.append(
                    Values(stored: table.columns.enumerated().map { rows.value($0.offset, isFlag: table.flags.contains($0.element)) }))
                if waiting.count == batch { try write() }
            }
        }
        if !waiting.isEmpty { try write() }
    }

    private static func check(_ counts: [Int], in target: any Engine) throws {
        try writing(target) { transaction in
            for (table, count) in zip(StoreTable.all, counts) {
                let found = try transaction.first(table.count) { Int(try $0.integer()) } ?? 0
                guard found == count else {
                    throw StoreFailure.damaged("of \(count) rows of \(table.name) \(found) arrived")
                }
            }
            for statement in transaction.dialect.behindCopy { try transaction.each(statement, []) { _ in } }
        }
    }

    /// It is whole, and serves from now on.
    package func finish() throws(StoreFailure) {
        do {
            try Self.writing(target) { try $0.run("UPDATE meta SET movedTo = NULL WHERE movedTo = ?", [Self.unfinished]) }
        } catch { throw StoreFailure(error) }
    }

    private static func writing(_ engine: any Engine, _ work: (Transaction) throws -> Void) throws {
        try engine.write { connection in
            let transaction = Transaction(connection)
            _ = try transaction.committing {
                try work(transaction)
                return true
            }
        }
    }
}

extension DatabaseStore {
    /// From now on it is somewhere else, and refuses to be changed. Throws where it was changed since it was copied.
    package func leave(to place: String, head copied: Int64) async throws(StoreFailure) {
        try await write { transaction in
            let head = try transaction.first("SELECT coalesce(max(number), 0) FROM journal") { try $0.integer() }
            guard head == copied else { throw StoreFailure.conflict("the store was changed while it was copied: copy it again") }
            try transaction.run("UPDATE meta SET movedTo = ?", [place])
        }
    }
}

extension Transaction {
    /// Throws where the store was taken elsewhere, or is not whole yet.
    func checkIsHere() throws {
        guard let place = try first("SELECT movedTo FROM meta", [], { try $0.optionalText() }) ?? nil else { return }
        throw StoreFailure.unavailable(
            place == StoreCopy.unfinished
                ? "this is a copy that is not whole: run `mandate store copy` once more"
                : "this store has moved to \(place): use --store \(place.debugDescription)")
    }
}

extension Rows {
    /// As any engine takes it.
    fileprivate func value(_ column: Int, isFlag: Bool) -> StoredValue? {
        switch kind(column) {
        case nil: nil
        case .integer? where isFlag: .flag(integer(column) != 0)
        case .integer?: .integer(integer(column))
        case .real?: .real(real(column))
        case .text?: .text(String(decoding: text(column), as: UTF8.self))
        case .bytes?: .bytes([UInt8](bytes(column)))
        }
    }
}
