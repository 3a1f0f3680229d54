internal import Web
internal import Relay

extension DirectoryController {
    /// What a request says of one thing, with the secrets that came beside it taken aside.
    func particulars(_ reader: DocumentReader) throws -> Particulars {
        var said = try Particulars(kind, reader)
        switch kind {
        case .application:
            for (key, secret) in [("secret", SecretName.Kind.clientSecret), ("private_key", .privateKey)] {
                if let value = said[key] { said.secrets[secret] = Secret(try DocumentReader(value, path: key).text()) }
                said[key] = nil
            }
        case .client:
            guard said["password_scrypt"] == nil else {
                throw Problem(
                    .invalid, "a password is not set here", fix: "`mandate clients add NAME --password`, or at the console",
                    place: "password_scrypt")
            }
        case .setting, .user, .provider, .grant, .mailbox, .family, .delegation, .deny: break
        }
        return said
    }

    /// As it is by now, with the key that was made, which is nowhere else, and what may be a slip. Of a trial: as it would be.
    func answer(_ plan: Plan, _ entity: DirectoryEntity, isTrial: Bool) -> DocumentValue {
        Self.document(entity).adding(beside(isTrial ? nil : plan.newKey)).adding(warnings: plan)
    }

    /// Of each of many, and of all together.
    func answer(_ plan: Plan, isTrial: Bool) -> DocumentValue {
        let items: [DocumentValue] = plan.items.map { item in
            let outcome: DocumentValue = ["id": .text(item.key.id), "outcome": .text(item.outcome.rawValue)]
            return outcome.adding(beside(isTrial ? nil : item.newKey))
        }
        return DocumentValue.map([
            .init("items", .list(items)), .init("edition", .number(request.dependencies.directory.edition.number)),
        ]).adding(warnings: plan)
    }

    private func beside(_ key: ClientKey?) -> [DocumentValue.Entry] { key.map { [.init("key", .text($0.text))] } ?? [] }
}

extension DocumentValue {
    /// What may be a slip, as whoever types the same at the command line is told it.
    func adding(warnings plan: Plan) -> DocumentValue {
        plan.warnings.isEmpty ? self : adding([.init("warnings", DocumentValue(plan.warnings))])
    }
}
