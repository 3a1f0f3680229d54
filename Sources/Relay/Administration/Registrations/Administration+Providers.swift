/// Mail services: where their endpoints are, and whether secrets go there.
extension Administration {
    /// Nobody trusts endpoints by leaving out that they are not trusted.
    func settle(_ provider: Provider, replacing before: DirectoryEntity?, _ said: Particulars) -> Provider {
        guard case .provider(let known)? = before, !said.says("may_receive_secrets") else { return provider }
        var provider = provider
        provider.mayReceiveSecrets = known.mayReceiveSecrets
        return provider
    }

    func follow(_ plan: inout Plan, with provider: Provider, from before: DirectoryEntity?) {
        guard plan.outcome != .unchanged, provider.mayReceiveSecrets, case .provider(let known)? = before, known.mayReceiveSecrets else {
            return
        }
        let moved = Set(known.places).symmetricDifference(provider.places).map(\.name)
        if !moved.isEmpty { plan.notes.append("secrets go to another place from now on: \(Set(moved).sorted().joined(separator: ", "))") }
    }

    /// Lets secrets go to the places that somebody has looked at.
    package func trust(_ id: ProviderID, seen places: [Provider.Place]) throws(AdministrationRefusal) -> Plan {
        guard case .provider(var provider) = try existing(EntityKey(.provider, id.text)) else {
            preconditionFailure("a provider's key names a provider")
        }
        guard provider.places == places else {
            throw AdministrationRefusal(
                .changedMeanwhile, "the endpoints of \(provider.title) were changed meanwhile", fix: "look at them again", of: .provider)
        }
        var plan = Plan.unchanged("provider \(provider.title) is trusted", .provider(provider))
        if !provider.mayReceiveSecrets {
            provider.mayReceiveSecrets = true
            plan = Plan(.changed, "from now on secrets go to \(provider.title)", .provider(provider), [.put(.provider(provider))])
        }
        if provider.cannotTellWhoConsented {
            plan.notes.append(
                "it has neither a userinfo endpoint nor signing keys, so a consent cannot say who gave it: `mandate providers set \(id)` names them"
            )
        }
        return plan
    }

    /// Brings one of the catalogue back to what it was there, or back at all.
    package func reset(_ name: String) throws(AdministrationRefusal) -> Plan {
        guard let original = Provider.builtIn.first(where: { $0.id.text == name || $0.name == name }) else {
            throw AdministrationRefusal(
                .notFound, "there is no \"\(name)\" in the catalogue",
                fix: "only \(Provider.builtIn.map(\.id.text).joined(separator: ", ")) have something to go back to", of: .provider)
        }
        let entity = DirectoryEntity.provider(original)
        let before = directory.provider(original.id)
        guard before != original else { return .unchanged("provider \(original.title)", entity) }
        if let twin = directory.twin(of: original) { throw taken(.provider(twin)) }
        return Plan(
            before == nil ? .added : .changed, "\(before == nil ? "added" : "reset") provider \(original.title)", entity, [.put(entity)])
    }
}

extension Provider {
    /// Neither an id token that could be verified nor an endpoint to ask.
    package var cannotTellWhoConsented: Bool {
        authorization.userinfoEndpoint == nil && (authorization.keysEndpoint == nil || authorization.issuer == nil)
    }
}

extension Directory {
    /// A provider is named by its id or its name, so neither may be another's, in any case.
    func twin(of provider: Provider) -> Provider? {
        let handles = Set([provider.id.text.lowercased(), provider.name.lowercased()])
        return allProviders.filter {
            $0.id != provider.id && !handles.isDisjoint(with: [$0.id.text.lowercased(), $0.name.lowercased()])
        }.min { $0.id < $1.id }
    }
}
