internal import Relay

/// A provider in the words of listings.
extension Provider {
    /// As the catalogue has it; nil for one's own.
    var original: Provider? { Self.builtIn.first { $0.id == id } }

    var origin: String { original.map { $0 == self ? "built-in" : "changed" } ?? "own" }

    var sheet: Sheet {
        var sheet = Sheet()
        sheet.add("id", .text(id.text))
        sheet.add("kind", .text(kind.rawValue))
        sheet.add("name", .text(name))
        sheet.add("origin", .text(origin))
        sheet.add("trusted", .flag(mayReceiveSecrets))
        sheet.add("issuer", Cell(authorization.issuer))
        sheet.add("token_endpoint", .text(tokenEndpoint))
        sheet.add("authorization_endpoint", Cell(authorization.authorizationEndpoint))
        sheet.add("device_endpoint", Cell(authorization.deviceEndpoint))
        sheet.add("revocation_endpoint", Cell(authorization.revocationEndpoint))
        sheet.add("userinfo_endpoint", Cell(authorization.userinfoEndpoint))
        sheet.add("keys_endpoint", Cell(authorization.keysEndpoint))
        sheet.add("parameters", .list(authorization.parameters.map { "\($0)=\($1)" }.sorted()))
        sheet.add("smtp", Cell(smtp?.description))
        sheet.add("imap", Cell(imap?.description))
        sheet.add("pop", Cell(pop?.description))
        sheet.add("graph_api", Cell(apis[.graph]))
        sheet.add("gmail_api", Cell(apis[.gmail]))
        sheet.add("identity_scopes", .text(authorization.identityScopes))
        for resource in TokenResource.allCases {
            guard let scopes = scopes[resource] else { continue }
            sheet.add("\(resource.rawValue)_scope_app_only", .text(scopes.appOnly))
            sheet.add("\(resource.rawValue)_scope_delegated", .text(scopes.delegated))
        }
        let document = EntityForm.value(.provider(self))
        for limit in LimitName.allCases { sheet.add("limit_" + limit.rawValue.replacing("-", with: "_"), limit.cell(of: document)) }
        for habit in HabitName.allCases { sheet.add(habit.rawValue.replacing("-", with: "_"), habit.cell(of: document)) }
        sheet.add("trusts_own_authority", .flag(trustedCertificates != nil))
        return sheet
    }
}
