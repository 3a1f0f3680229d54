/// A permission of an app registration, as the Entra admin center lists it under API permissions (domain.md 2.2, 2.3).
struct EntraPermission: Sendable, Hashable {
    /// Where it is listed. What a person consents to is all listed at Graph, also where Exchange answers to it.
    let api: String
    let isApplication: Bool
    /// What tokens say, in `roles` or in `scp`; the first is what sending takes.
    let names: [String]

    /// nil: no token of Entra opens it.
    init?(_ resource: TokenResource, isApplication: Bool) {
        let exchange = "Office 365 Exchange Online"
        let graph = "Microsoft Graph"
        switch resource {
        case .smtp: (api, names) = isApplication ? (exchange, ["SMTP.SendAsApp"]) : (graph, ["SMTP.Send"])
        case .imap: (api, names) = isApplication ? (exchange, ["IMAP.AccessAsApp"]) : (graph, ["IMAP.AccessAsUser.All"])
        case .graph: (api, names) = (graph, isApplication ? ["Mail.Send"] : ["Mail.Send", "Mail.Send.Shared"])
        case .gmail: return nil
        }
        self.isApplication = isApplication
    }

    /// `SMTP.SendAsApp and IMAP.AccessAsApp of Office 365 Exchange Online, Mail.Send of Microsoft Graph`
    static func words(_ resources: [TokenResource], isApplication: Bool) -> String {
        let found = resources.compactMap { EntraPermission($0, isApplication: isApplication) }
        var apis: [String] = []
        for permission in found where !apis.contains(permission.api) { apis.append(permission.api) }
        return apis.map { api in
            found.filter { $0.api == api }.flatMap(\.names).joined(separator: " and ") + " of " + api
        }.joined(separator: ", ")
    }
}
