internal import Mail
package import Relay

/// The whole directory, which is read when a service starts.
extension DatabaseStore {
    package func directory() async throws(StoreFailure) -> Directory {
        let users = Task { await half { transaction, _ in try transaction.packedUsers() } }
        let others = await half { transaction, edition in try transaction.withoutUsers(Directory(edition: edition)) }
        let (packed, rest) = (try await users.value.get(), try others.get())
        // Each has its own snapshot: a change in between makes another edition.
        if packed.edition == rest.edition {
            var directory = rest.value
            directory.take(packed.value)
            return directory
        }
        return try await read { transaction in
            var directory = try transaction.withoutUsers(Directory(edition: try transaction.revisions().edition))
            directory.take(try transaction.packedUsers())
            return directory
        }
    }

    private func half<Value: Sendable>(
        _ work: @escaping @Sendable (Transaction, Edition) throws -> Value
    ) async -> Result<(edition: Edition, value: Value), StoreFailure> {
        do throws(StoreFailure) {
            return .success(
                try await read { transaction in
                    let edition = try transaction.revisions().edition
                    return (edition, try work(transaction, edition))
                })
        } catch { return .failure(error) }
    }
}

extension Transaction {
    fileprivate func withoutUsers(_ directory: Directory) throws -> Directory {
        var loading = DirectoryLoading(directory)
        for kind in EntityKind.allCases where kind != .user { try entities(kind) { loading.add($0) } }
        return loading.finish()
    }

    /// Both tables side by side, in the order of ids. The octets go from row to pack, and no value is made of any user.
    fileprivate func packedUsers() throws -> PackedUsers {
        try rows("SELECT \"user\", localPart, domain, isOn FROM userAddress ORDER BY \"user\", position") { addresses in
            try rows(EntityKind.user.select + " ORDER BY id") { users in
                var packer = UserPacker()
                var isAddress = try addresses.next()
                while try users.next() {
                    let id = users.text(0)
                    let isNew = packer.begin(id: id, name: users.text(1), login: users.optionalText(2))
                    while isAddress, addresses.text(0).elementsEqual(id) {
                        if isNew {
                            do throws(AddressError) {
                                try packer.append(localPart: addresses.text(1), domain: addresses.text(2), isOn: addresses.integer(3) != 0)
                            } catch { throw StoreFailure.damaged("a user's address cannot be read: \(error)") }
                        }
                        isAddress = try addresses.next()
                    }
                    if isNew { packer.end() }
                }
                return packer.finish()
            }
        }
    }
}

/// Fills a directory while its rows are read: in handfuls, so that not each is a call of its own.
struct DirectoryLoading {
    private static let handful = 1024
    private var directory: Directory
    private var waiting: [DirectoryChange] = []

    init(_ directory: Directory) {
        self.directory = directory
        waiting.reserveCapacity(Self.handful)
    }

    mutating func add(_ entity: DirectoryEntity) {
        waiting.append(.put(entity))
        if waiting.count == Self.handful { flush() }
    }

    private mutating func flush() {
        directory.apply(waiting, edition: directory.edition)
        waiting.removeAll(keepingCapacity: true)
    }

    consuming func finish() -> Directory {
        flush()
        return directory
    }
}
