import Foundation
import Relay
import Sandbox
import TestSupport

@testable import Main

/// The administrators of the providers, who get a line of a report and do exactly that; what they cannot make sense of fails.
struct ProviderDesk {
    struct NotUnderstood: Error, CustomStringConvertible {
        let line: String
        var description: String { "nobody at the provider knows what to do: \(line)" }
    }

    let house: AuditorHouse
    /// Whoever is asked to consent, before the command says for which grant.
    private(set) var consents: String?
    /// Where the newest secret lies.
    private(set) var secretFile: String?

    init(_ house: AuditorHouse) { self.house = house }

    mutating func carryOut(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        if let match = line.wholeMatch(of: #/Add-RecipientPermission (\S+) -Trustee (\S+) -AccessRights SendAs/#) {
            permit(.sendAs, String(match.1), to: String(match.2))
        } else if let match = line.wholeMatch(of: #/Set-Mailbox (\S+) -GrantSendOnBehalfTo @\{Add='(\S+)'\}/#) {
            permit(.onBehalf, String(match.1), to: String(match.2))
        } else if let match = line.wholeMatch(of: #/in Gmail as (\S+): Settings, Accounts, Send mail as: add (\S+) and confirm it/#) {
            let (login, address) = (String(match.1), String(match.2))
            house.google.changeTenant { tenant in
                for place in tenant.mailboxes.indices where tenant.mailboxes[place].login == login {
                    tenant.mailboxes[place].aliases.append(address)
                }
            }
        } else if line.hasPrefix("consent again as ") {
            consents = words.last
        } else if line.hasPrefix("make a new client secret for "), let clientID = words.last {
            let secret = "made for \(clientID)"
            house.microsoft.changeTenant { tenant in
                for place in tenant.applications.indices where tenant.applications[place].clientID == clientID {
                    tenant.applications[place].secrets.append(.init(secret))
                }
            }
            secretFile = try house.shell.file("secret-of-\(clientID)", secret)
        } else if let match = line.wholeMatch(of: #/make (\S+) an accepted domain of the tenant and switch DKIM on for it/#) {
            let domain = String(match.1)
            house.microsoft.changeTenant { $0.domains.append(domain) }
        } else if let match = line.wholeMatch(of: #/check that (\S+) is an accepted domain of the tenant and that DKIM is on for it/#) {
            guard house.microsoft.tenant.domains.contains(String(match.1)) else { throw NotUnderstood(line: line) }
        } else if line.hasPrefix("look up when the secret of ") || line.hasPrefix("a grant that opens the mailbox of each: ") {
            // It is known, and there is one.
        } else {
            throw NotUnderstood(line: line)
        }
    }

    private func permit(_ kind: SendingGrant.Kind, _ address: String, to login: String) {
        house.microsoft.changeTenant { $0.grants.append(SendingGrant(kind, login: login, address: address)) }
    }
}
