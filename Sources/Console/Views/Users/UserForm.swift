internal import Web
internal import Mail
internal import Relay

/// A user as somebody types one: every line as it stands, and what is wrong with it at its place. What it means is read like a document of the API, so
/// one set of rules holds.
struct UserForm: Sendable {
    struct Line: Sendable {
        var text: String?
        var isOn = true
        var isPrimary = false
        var problem: String?
    }

    /// What cannot be kept, and at which field.
    struct Trouble: Error {
        enum Field: Sendable {
            case id, name, login, addresses
            /// Of the lines, counted from 0.
            case line(Int)
            case whole
        }

        let field: Field
        let words: String
    }

    private(set) var id: String?
    private(set) var name: String?
    private(set) var login: String?
    private(set) var lines: [Line] = []
    private(set) var errors: [String: String] = [:]
    private(set) var error: String?

    /// Lines that a form may have: nobody edits more by hand.
    private static let most = 200

    init() {}

    init(_ user: User) {
        id = user.id.text
        name = user.name
        login = user.login
        lines = user.addresses.enumerated().map { Line(text: $1.address.description, isOn: $1.isOn, isPrimary: $0 == 0) }
    }

    init(_ form: Form, id: String? = nil) throws(Problem) {
        self.id = id ?? form["id"]
        name = form["name"]
        login = form["login"]
        let numbers = Set(form.names.compactMap { $0.hasPrefix("address_") ? Int($0.dropFirst("address_".count)) : nil }).sorted()
        guard numbers.count <= Self.most else {
            throw Problem(.invalid, "more than \(Self.most) addresses are too many for this page", fix: "change this user with the API")
        }
        let primary = form["primary"].flatMap { Int($0) }
        lines = numbers.map { number in
            Line(text: form["address_\(number)"], isOn: form.isTicked("on_\(number)"), isPrimary: number == primary)
        }
    }

    mutating func note(_ trouble: Trouble) {
        switch trouble.field {
        case .id: errors["id"] = trouble.words
        case .name: errors["name"] = trouble.words
        case .login: errors["login"] = trouble.words
        case .addresses: errors["addresses"] = trouble.words
        case .line(let place): lines[place].problem = trouble.words
        case .whole: error = trouble.words
        }
    }

    /// Places of the lines that say something, the primary one first.
    private var kept: [Int] {
        let said = lines.indices.filter { lines[$0].text != nil }
        return said.filter { lines[$0].isPrimary } + said.filter { !lines[$0].isPrimary }
    }

    /// What it means; throws `Trouble` where it means nothing that may be.
    func user(in directory: Directory, _ usual: DirectoryDocument.Usual) throws -> User {
        guard let id else { throw Trouble(field: .id, words: "Give the id that the application knows this user by.") }
        let kept = kept
        let value: DocumentValue = [
            "id": .text(id), "name": DocumentValue(name), "login": DocumentValue(login),
            "addresses": .list(kept.map { ["address": DocumentValue(lines[$0].text), "on": .flag(lines[$0].isOn)] }),
        ]
        let read: DirectoryEntity?
        do throws(DocumentError) { read = try EntityForm.read([DocumentReader(value)], as: .user, in: directory, usual: usual).first } catch
        {
            throw Trouble(field: Self.field(error.path, kept), words: error.problem.sentence)
        }
        guard case .user(let user)? = read else { throw Problem(.fault, "nothing was read") }
        if let intake = directory.settings.intake, let place = user.addresses.firstIndex(where: { $0.address == intake }) {
            throw Trouble(field: .line(kept[place]), words: "This is the intake address, which must be nobody's own (mail loop).")
        }
        return user
    }

    /// `addresses[2].address` is the third of the lines that say something.
    private static func field(_ path: String, _ kept: [Int]) -> Trouble.Field {
        switch path {
        case "id": return .id
        case "name": return .name
        case "login": return .login
        default: break
        }
        guard path.hasPrefix("addresses") else { return .whole }
        let place = Int(path.dropFirst("addresses[".count).prefix { $0.isNumber })
        return place.flatMap { kept.indices.contains($0) ? .line(kept[$0]) : nil } ?? .addresses
    }

    /// For the page: at least three lines, and two of them empty.
    var document: DocumentValue {
        var shown = lines
        repeat { shown.append(Line()) } while shown.count < 3 || shown.suffix(2).contains { $0.text != nil }
        let primary = shown.firstIndex { $0.isPrimary } ?? 0
        return [
            "id": DocumentValue(id), "name": DocumentValue(name), "login": DocumentValue(login),
            "addresses": .list(
                shown.enumerated().map { place, line in
                    [
                        "n": .text(String(place + 1)), "address": DocumentValue(line.text), "on": .flag(line.isOn),
                        "primary": .flag(place == primary), "problem": DocumentValue(line.problem),
                    ]
                }),
        ]
    }

    var errorsDocument: DocumentValue { .map(["id", "name", "login", "addresses"].map { .init($0, DocumentValue(errors[$0])) }) }
}
