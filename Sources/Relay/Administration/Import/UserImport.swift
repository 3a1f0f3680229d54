package import Mail

/// Turns the records of a file into users: CSV (`id,name,address,login,further addresses…`, with or without that header), LDIF or XML. Every record is looked
/// at, so that one run shows everything that is wrong with a file.
package struct UserImport: Sendable {
    package typealias Note = (ImportReport.Line) -> Void

    /// What is wrong with one line.
    private struct Wrong: Error {
        let sentence: String
    }

    /// The file's problems, by line; only so many are kept, but all are counted.
    package private(set) var problems: [(line: Int, sentence: String)] = []
    package private(set) var problemCount = 0
    /// Records that are no users.
    package private(set) var skippedCount = 0
    /// Those of the file, once it is finished, in the order of their ids.
    package private(set) var users = PackedUsers.none
    private var packer = UserPacker()
    /// The line of each of them.
    private var lines: [Int32] = []
    private var isFirst = true
    private var isBroken = false
    private let intake: EmailAddress?
    private let xmlReader: (any XMLReader)?

    private var form: UserForm?
    /// Before it is known.
    private var head: [UInt8] = []
    private var csv = CSVDecoder()
    private var ldif = LDIFDecoder()
    /// XML is read in one piece.
    private var whole: [UInt8] = []
    /// What is ignored is said once.
    private var ignored: Set<String> = []

    /// A screenful.
    package static let problemLimit = 20
    /// Octets in which a file shows what it is; a comment before it is shorter.
    private static let headSize = 4096

    /// `form` nil: as it begins.
    package init(intake: EmailAddress?, form: UserForm? = nil, xml xmlReader: (any XMLReader)? = nil) {
        self.intake = intake
        self.form = form
        self.xmlReader = xmlReader
    }

    /// The next piece of the file. `noting`: each record that is no user, as it comes.
    package mutating func read(_ bytes: [UInt8], noting note: Note = { _ in }) {
        guard form == nil else { return take(bytes, note) }
        head += bytes
        if head.count >= Self.headSize { settle(note) }
    }

    /// There is no more of it.
    package mutating func finish(noting note: Note = { _ in }) {
        if form == nil { settle(note) }
        switch form ?? .csv {
        case .csv: decode(note) { decoder throws(CSVDecoder.Failure) in try decoder.finish() }
        case .ldif: for saying in ldif.finish() { add(saying, note) }
        case .xml: readXML(note)
        }
        let packed = packer.finish()
        packer = UserPacker()
        if let order = packed.order {
            lines = order.map { lines[$0] }
            users = packed.inOrder(order)
        } else {
            users = packed
        }
    }

    /// In which the user of this place stands.
    package func line(at place: Int) -> Int { Int(lines[place]) }

    private mutating func settle(_ note: Note) {
        form = UserForm(head)
        let bytes = head
        head = []
        take(bytes, note)
    }

    private mutating func take(_ bytes: [UInt8], _ note: Note) {
        switch form ?? .csv {
        case .csv: decode(note) { decoder throws(CSVDecoder.Failure) in try decoder.decode(bytes) }
        case .ldif: for saying in ldif.decode(bytes) { add(saying, note) }
        case .xml: whole += bytes
        }
    }

    private mutating func decode(
        _ note: Note, _ step: (inout CSVDecoder) throws(CSVDecoder.Failure) -> [CSVDecoder.Record]
    ) {
        guard !isBroken else { return }
        do throws(CSVDecoder.Failure) {
            for record in try step(&csv) { add(record, note) }
        } catch {
            // What follows a broken quote cannot be told apart any more.
            isBroken = true
            add(.wrong(line: error.line, error.sentence), note)
        }
    }

    private mutating func readXML(_ note: Note) {
        guard let xmlReader else { return add(.wrong(line: 1, "XML is not read here: use CSV or LDIF"), note) }
        var sayings: [UserSaying] = []
        var strange: [(String, Int)] = []
        do throws(ImportFault) {
            try xmlReader.read(whole) { element in
                sayings.append(UserRecord.saying(of: element) { strange.append(($0, $1)) })
                for (name, line) in strange where ignored.insert(name).inserted {
                    note(ImportReport.Line(line, .user, name, .noted, "nothing of that name is kept of a user: it is left out"))
                }
                strange.removeAll()
                for saying in sayings { add(saying, note) }
                sayings.removeAll()
            }
        } catch { add(.wrong(line: error.line ?? 1, error.sentence), note) }
        whole = []
    }
}

/// From records to users.
extension UserImport {
    private mutating func add(_ record: CSVDecoder.Record, _ note: Note) {
        defer { isFirst = false }
        if isFirst, isHeader(record.fields) { return }
        add(saying(record), note)
    }

    private mutating func add(_ saying: UserSaying, _ note: Note) {
        switch saying {
        case .skipped(let line, let thing, let why):
            skippedCount += 1
            note(ImportReport.Line(line, .user, thing, .skipped, why))
        case .wrong(let line, let sentence): complain(sentence, at: line, "", note)
        case .user(let record):
            do throws(Wrong) {
                let user = try user(record)
                if let earlier = packer.place(of: user.id) {
                    throw Wrong(sentence: "the id \(user.id) stands in line \(lines[earlier]) already")
                }
                packer.add(user)
                lines.append(Int32(clamping: record.line))
            } catch {
                complain(error.sentence, at: record.line, record.id, note)
            }
        }
    }

    private mutating func complain(_ sentence: String, at line: Int, _ thing: String, _ note: Note) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append((line, sentence)) }
        note(ImportReport.Line(line, .user, thing, .wrong, sentence))
    }

    private func isHeader(_ fields: [String]) -> Bool {
        fields.count >= 3 && fields[0].lowercased() == "id" && fields[1].lowercased() == "name" && fields[2].lowercased() == "address"
    }

    private func saying(_ record: CSVDecoder.Record) -> UserSaying {
        let fields = record.fields
        guard fields.count >= 3 else {
            let hint = fields[0].contains(";") || fields[0].contains("\t") ? ", separated by commas" : ""
            let found = fields.count == 1 ? "one field" : "\(fields.count) fields"
            return .wrong(line: record.line, "a line needs at least id,name,address\(hint); this one has \(found)")
        }
        var user = UserRecord(line: record.line, id: fields[0], name: fields[1])
        if fields.count > 3, !fields[3].isEmpty { user.login = fields[3] }
        user.addresses = ([fields[2]] + fields.dropFirst(4)).filter { !$0.isEmpty }.map { UserRecord.Address(text: $0) }
        return .user(user)
    }

    private func user(_ record: UserRecord) throws(Wrong) -> User {
        guard let id = UserID(record.id) else { throw Wrong(sentence: "the id must have 1 to 255 bytes and no control characters") }
        guard record.name.isOneLine else { throw Wrong(sentence: "the name must be one line without control characters") }
        guard record.login?.isOneLine != false else { throw Wrong(sentence: "the login must be one line without control characters") }
        guard record.addresses.count <= UserRecord.mostAddresses else {
            throw Wrong(sentence: "these are more than \(UserRecord.mostAddresses) addresses, which no user has")
        }
        var addresses: [UserAddress] = []
        for given in record.addresses {
            do throws(AddressError) { addresses.append(UserAddress(try EmailAddress(given.text), isOn: given.isOn)) } catch {
                throw Wrong(sentence: "\"\(given.text)\" is no address: \(error)")
            }
        }
        if let intake, addresses.contains(where: { $0.address == intake }) {
            throw Wrong(sentence: "\(intake) is the intake address and cannot be a user's too")
        }
        for (place, own) in addresses.enumerated() where addresses[..<place].contains(where: { $0.address == own.address }) {
            throw Wrong(sentence: "\(own.address) is given twice")
        }
        return User(id: id, name: record.name, login: record.login, addresses: addresses)
    }
}
