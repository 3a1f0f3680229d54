internal import Web
internal import Mail
internal import Relay

/// A user as somebody types one: every line as it stands, and what is wrong with it at its place.
struct UserForm: Sendable {
    struct Line: Sendable {
        var text: String?
        var isOn = true
        var isPrimary = false
        var problem: String?
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

    /// Beside its field where there is a place for that, else above the form.
    mutating func note(_ refusal: AdministrationRefusal) {
        // `addresses[2].address` is the third of the lines that say something.
        let place = Int(refusal.field.dropFirst("addresses[".count).prefix { $0.isNumber })
        switch refusal.field {
        case "id", "name", "login", "addresses": errors[refusal.field] = refusal.words
        case let field where field.hasPrefix("addresses["):
            if let place, kept.indices.contains(place) { lines[kept[place]].problem = refusal.words } else { fallthrough }
        default: error = refusal.words
        }
    }

    /// Places of the lines that say something, the primary one first.
    private var kept: [Int] {
        let said = lines.indices.filter { lines[$0].text != nil }
        return said.filter { lines[$0].isPrimary } + said.filter { !lines[$0].isPrimary }
    }

    /// An id that was left out is said to be none, at its field.
    var particulars: Particulars {
        Particulars(
            .user,
            [
                .init("id", .text(id ?? "")), .init("name", DocumentValue(name)), .init("login", DocumentValue(login)),
                .init("addresses", .list(kept.map { ["address": DocumentValue(lines[$0].text), "on": .flag(lines[$0].isOn)] })),
            ])
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
