package import Mail

/// Turns records into users: `id,name,address,login,further addresses…`, with or without that header. Every record is looked at, so that one
/// run shows everything that is wrong with a file.
package struct UserImport: Sendable {
    /// What is wrong with one line.
    private struct Wrong: Error {
        let sentence: String
    }

    /// The file's problems, by line; only so many are kept, but all are counted.
    package private(set) var problems: [(line: Int, sentence: String)] = []
    package private(set) var problemCount = 0
    /// Those of the file, once it is finished, in the order of their ids.
    package private(set) var users = PackedUsers.none
    private var packer = UserPacker()
    /// The line of each of them.
    private var lines: [Int32] = []
    private var isFirst = true
    private var decoder = CSVDecoder()
    private var isBroken = false
    private let intake: EmailAddress?

    /// A screenful.
    package static let problemLimit = 20

    package init(intake: EmailAddress?) { self.intake = intake }

    /// The next piece of the file.
    package mutating func read(_ bytes: [UInt8]) { decode { decoder throws(CSVDecoder.Failure) in try decoder.decode(bytes) } }

    /// There is no more of it.
    package mutating func finish() {
        decode { decoder throws(CSVDecoder.Failure) in try decoder.finish() }
        users = packer.finish().inOrder()
        packer = UserPacker()
    }

    private mutating func decode(_ step: (inout CSVDecoder) throws(CSVDecoder.Failure) -> [CSVDecoder.Record]) {
        guard !isBroken else { return }
        do throws(CSVDecoder.Failure) {
            for record in try step(&decoder) { add(record) }
        } catch {
            // What follows a broken quote cannot be told apart any more.
            isBroken = true
            note(error.sentence, at: error.line)
        }
    }

    private mutating func add(_ record: CSVDecoder.Record) {
        defer { isFirst = false }
        if isFirst, isHeader(record.fields) { return }
        do throws(Wrong) {
            let user = try user(record.fields)
            if let earlier = packer.place(of: user.id) {
                throw Wrong(sentence: "the id \(user.id) stands in line \(lines[earlier]) already")
            }
            packer.add(user)
            lines.append(Int32(clamping: record.line))
        } catch {
            note(error.sentence, at: record.line)
        }
    }

    private mutating func note(_ sentence: String, at line: Int) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append((line, sentence)) }
    }

    private func isHeader(_ fields: [String]) -> Bool {
        fields.count >= 3 && fields[0].lowercased() == "id" && fields[1].lowercased() == "name" && fields[2].lowercased() == "address"
    }

    private func user(_ fields: [String]) throws(Wrong) -> User {
        guard fields.count >= 3 else {
            let hint = fields[0].contains(";") || fields[0].contains("\t") ? ", separated by commas" : ""
            throw Wrong(
                sentence:
                    "a line needs at least id,name,address\(hint); this one has \(fields.count == 1 ? "one field" : "\(fields.count) fields")"
            )
        }
        guard let id = UserID(fields[0]) else { throw Wrong(sentence: "the id must have 1 to 255 bytes and no control characters") }
        let login = fields.count > 3 && !fields[3].isEmpty ? fields[3] : nil
        guard fields[1].isOneLine else { throw Wrong(sentence: "the name must be one line without control characters") }
        guard login?.isOneLine != false else { throw Wrong(sentence: "the login must be one line without control characters") }
        var addresses: [EmailAddress] = []
        for text in [fields[2]] + fields.dropFirst(4) where !text.isEmpty {
            do throws(AddressError) { addresses.append(try EmailAddress(text)) } catch {
                throw Wrong(sentence: "\"\(text)\" is no address: \(error)")
            }
        }
        if let intake, addresses.contains(intake) { throw Wrong(sentence: "\(intake) is the intake address and cannot be a user's too") }
        for (place, address) in addresses.enumerated() where addresses[..<place].contains(address) {
            throw Wrong(sentence: "\(address) is given twice")
        }
        return User(id: id, name: fields[1], login: login, addresses: addresses.map { UserAddress($0) })
    }
}

/// What an import would change: worked out before anything is.
package struct UserDifference: Sendable {
    package private(set) var added: [User] = []
    package private(set) var changed: [(before: User, after: User)] = []
    package private(set) var unchanged = 0

    /// `known`: whom the directory has by that id. A file says nothing about on and off: an address that was switched off stays off.
    package init(_ users: some Sequence<User>, known: (UserID) -> User?) {
        for user in users {
            guard let before = known(user.id) else {
                added.append(user)
                continue
            }
            let after = user.keepingOff(of: before)
            if after == before { unchanged += 1 } else { changed.append((before, after)) }
        }
    }

    package var words: String { "\(added.count) added, \(changed.count) changed, \(unchanged) unchanged" }

    package var changes: [DirectoryChange] { added.map { .put(.user($0)) } + changed.map { .put(.user($0.after)) } }
}

extension User {
    /// Addresses that are off in `other` are off here.
    package func keepingOff(of other: User) -> User {
        let off = Set(other.addresses.filter { !$0.isOn }.map(\.address))
        var user = self
        for place in user.addresses.indices where off.contains(user.addresses[place].address) { user.addresses[place].isOn = false }
        return user
    }
}
