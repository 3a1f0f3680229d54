internal import Relay
internal import XMLImport

/// Works out what importing autoconfig files would change, file by file, against the providers there are.
struct ProviderImport {
    struct Line {
        let id: String?
        let file: String
        let outcome: Outcome
        let why: String
        let places: [String]
    }

    enum Outcome: String, CaseIterable {
        case new, changed, unchanged
        case noOAuth2 = "no OAuth2"
        case refused
    }

    private(set) var lines: [Line] = []
    /// What is new or changed, in the files' order.
    private(set) var providers: [Provider] = []
    /// As they are going to be.
    private var known: [ProviderID: Provider]
    /// The file each imported id stood in.
    private var files: [ProviderID: String] = [:]

    init(_ existing: [Provider]) {
        known = Dictionary(existing.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    mutating func add(_ file: ImportedFile) {
        do throws(ImportProblem) {
            add(try Autoconfig(file.bytes), file.name)
        } catch {
            note(nil, file.name, .refused, error.description)
        }
    }

    func count(_ outcome: Outcome) -> Int { lines.count { $0.outcome == outcome } }

    private mutating func add(_ autoconfig: Autoconfig, _ file: String) {
        let id = ProviderID(trusted: autoconfig.id)
        let before = known[id]
        switch autoconfig.offer(replacing: before) {
        case .noOAuth2(let shortfall): note(autoconfig.id, file, .noOAuth2, shortfall.description)
        case .provider(let provider):
            if let why = objection(to: id) { return note(id.text, file, .refused, why) }
            files[id] = file
            var provider = provider
            if owner(of: provider.name, except: id) != nil { provider.name += " (\(id))" }
            guard provider != before else { return note(id.text, file, .unchanged, "", provider) }
            known[id] = provider
            providers.append(provider)
            guard let before else { return note(id.text, file, .new, "not trusted: no secret goes there", provider) }
            note(id.text, file, .changed, Self.difference(before, provider), provider)
        }
    }

    private mutating func note(_ id: String?, _ file: String, _ outcome: Outcome, _ why: String, _ provider: Provider? = nil) {
        lines.append(Line(id: id, file: file, outcome: outcome, why: why, places: provider?.places.map(\.description) ?? []))
    }

    /// A file may describe its own provider, not stand in for another.
    private func objection(to id: ProviderID) -> String? {
        let text = id.text.lowercased()
        if Provider.builtIn.contains(where: { $0.id.text.lowercased() == text || $0.name.lowercased() == text }) {
            return "\(id) is in the catalogue: a file does not replace it (`mandate providers set \(text)` changes it)"
        }
        if let file = files[id] { return "\(id) stands in \(file) already" }
        return owner(of: id.text, except: id).map { "there is another provider \($0.title)" }
    }

    private func owner(of handle: String, except id: ProviderID) -> Provider? {
        let handle = handle.lowercased()
        let owners = (Provider.builtIn + known.values).filter {
            $0.id != id && [$0.id.text.lowercased(), $0.name.lowercased()].contains(handle)
        }
        return owners.min { $0.id < $1.id }
    }

    private static func difference(_ before: Provider, _ after: Provider) -> String {
        let moved = Set(before.places).symmetricDifference(after.places).map(\.name)
        var words = Set(moved).sorted()
        if before.name != after.name { words.append("name") }
        if before.scopes != after.scopes || before.authorization.identityScopes != after.authorization.identityScopes {
            words.append("scopes")
        }
        let what = words.joined(separator: ", ") + (words.count == 1 ? " differs" : " differ")
        if before.mayReceiveSecrets, !after.mayReceiveSecrets {
            return "NO LONGER TRUSTED: \(what); no secret goes there until `mandate providers trust \(after.id)`"
        }
        return what
    }
}

/// A file's bytes, with the name it was given by.
struct ImportedFile: Sendable {
    let name: String
    let bytes: [UInt8]
}
