internal import Mail
internal import Relay

/// Turns records into users: `id,name,address,login,further addresses…`, with or without that header. Every record is looked at, so that one
/// run shows everything that is wrong with a file.
struct UserImport {
    /// The file's problems, by line; only so many are kept, but all are counted.
    private(set) var problems: [(line: Int, sentence: String)] = []
    private(set) var problemCount = 0
    private(set) var users: [User] = []
    /// Where each id stands in `users`.
    private(set) var places: [UserID: Int] = [:]
    private var lines: [Int] = []
    private var isFirst = true
    private let intake: EmailAddress?

    /// A screenful.
    static let problemLimit = 20

    init(intake: EmailAddress?) { self.intake = intake }

    mutating func add(_ record: CSVDecoder.Record) {
        defer { isFirst = false }
        if isFirst, isHeader(record.fields) { return }
        do throws(CommandFailure) {
            let user = try user(record.fields)
            if let earlier = places[user.id] { throw .data("the id \(user.id) stands in line \(lines[earlier]) already") }
            places[user.id] = users.count
            users.append(user)
            lines.append(record.line)
        } catch {
            note(error.sentence, at: record.line)
        }
    }

    mutating func note(_ sentence: String, at line: Int) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append((line, sentence)) }
    }

    private func isHeader(_ fields: [String]) -> Bool {
        fields.count >= 3 && fields[0].lowercased() == "id" && fields[1].lowercased() == "name" && fields[2].lowercased() == "address"
    }

    private func user(_ fields: [String]) throws(CommandFailure) -> User {
        guard fields.count >= 3 else {
            let hint = fields[0].contains(";") || fields[0].contains("\t") ? ", separated by commas" : ""
            throw .data(
                "a line needs at least id,name,address\(hint); this one has \(fields.count == 1 ? "one field" : "\(fields.count) fields")")
        }
        guard let id = UserID(fields[0]) else { throw .data("the id must have 1 to 255 bytes and no control characters") }
        let login = fields.count > 3 && !fields[3].isEmpty ? fields[3] : nil
        guard Parse.isLine(fields[1]) else { throw .data("the name must be one line without control characters") }
        guard Parse.isLine(login ?? "") else { throw .data("the login must be one line without control characters") }
        var addresses: [EmailAddress] = []
        for text in [fields[2]] + fields.dropFirst(4) where !text.isEmpty {
            do throws(AddressError) { addresses.append(try EmailAddress(text)) } catch {
                throw .data("\"\(text)\" is no address: \(error)")
            }
        }
        if let intake, addresses.contains(intake) { throw .data("\(intake) is the intake address and cannot be a user's too") }
        return User(id: id, name: fields[1], login: login, addresses: try UserAddresses.distinct(addresses))
    }
}
