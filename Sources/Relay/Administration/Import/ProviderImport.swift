/// Works out what importing files about providers would change, file by file, against the providers there are. A file may come from anyone: it describes its
/// own provider, and stands in for no other.
package struct ProviderImport: Sendable {
    package struct Line: Sendable {
        package let id: String?
        package let file: String
        package let outcome: Outcome
        package let why: String
        package let places: [String]
    }

    package enum Outcome: String, Sendable, CaseIterable {
        case new, changed, unchanged
        case noOAuth2 = "no OAuth2"
        case refused
    }

    /// What a file makes of the provider that is there.
    package enum Offer: Sendable {
        case provider(Provider)
        case noOAuth2(String)
    }

    package private(set) var lines: [Line] = []
    /// What is new or changed, in the files' order.
    private var providers: [Provider] = []
    /// As they are going to be.
    private var known: [ProviderID: Provider]
    /// The file each imported id stood in.
    private var files: [ProviderID: String] = [:]

    package init(into directory: Directory) {
        known = Dictionary(directory.allProviders.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    package func count(_ outcome: Outcome) -> Int { lines.count { $0.outcome == outcome } }

    package mutating func refuse(_ file: String, _ why: String) { note(nil, file, .refused, why) }

    package mutating func add(_ id: ProviderID, from file: String, _ offer: (_ replacing: Provider?) -> Offer) {
        let before = known[id]
        switch offer(before) {
        case .noOAuth2(let why): note(id.text, file, .noOAuth2, why)
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

    /// All of it, in one edit.
    package var plan: Plan {
        guard !providers.isEmpty else { return .unchanged(words) }
        return Plan(.changed, "imported \(words)", nil, providers.map { .put(.provider($0)) })
    }

    package var words: String {
        let counts = Outcome.allCases.map { "\(count($0)) \($0.rawValue)" }
        return "\(lines.count) \(lines.count == 1 ? "file" : "files"): \(counts.joined(separator: ", "))"
    }

    private mutating func note(_ id: String?, _ file: String, _ outcome: Outcome, _ why: String, _ provider: Provider? = nil) {
        lines.append(Line(id: id, file: file, outcome: outcome, why: why, places: provider?.places.map(\.description) ?? []))
    }

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
