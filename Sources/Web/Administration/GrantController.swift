internal import Logging
package import Relay

/// What an administrator does with a grant, from the API or the console.
package struct GrantController: Sendable {
    private let dependencies: WebDependencies
    private let person: String

    package init(dependencies: WebDependencies, person: String) {
        self.dependencies = dependencies
        self.person = person
    }

    package func grant(_ id: String) throws(Problem) -> Grant {
        guard let grant = dependencies.directory.grant(GrantID(trusted: id)) else {
            throw Problem(.notFound, "there is no grant \"\(id)\"")
        }
        return grant
    }

    /// A consent in a browser.
    package func begin(_ grant: Grant) async throws(Problem) -> ConsentAttempt {
        do throws(ConsentFailure) {
            return try await dependencies.consents.begin(
                grant.id, way: .browser, redirectURI: dependencies.address.redirectURI(grant.application.text), by: person)
        } catch { throw Problem(error) }
    }

    /// What whoever is asked is told.
    package func brief(_ attempt: ConsentAttempt) throws(Problem) -> ConsentBrief {
        do throws(ConsentFailure) { return try dependencies.consents.brief(attempt) } catch { throw Problem(error) }
    }

    /// A consent at another screen; this service asks on until it is given, refused or over.
    package func invite(_ grant: Grant) async throws(Problem) -> ConsentFlow.DeviceInvitation {
        let invitation: ConsentFlow.DeviceInvitation
        do throws(ConsentFailure) {
            invitation = try await dependencies.consents.invite(
                grant.id, by: person, request: dependencies.operations.devices.requestDevice)
        } catch { throw Problem(error) }
        try dependencies.backgroundTasks.begin { [dependencies] in
            do throws(ConsentFailure) {
                _ = try await dependencies.consents.redeem(
                    invitation, poll: dependencies.operations.devices.pollDevice, wait: dependencies.wait)
            } catch { dependencies.logger.info("consent \(invitation.attempt.id): \(error)") }
            await dependencies.operations.follower.catchUp()
        }
        return invitation
    }

    package func renew(_ grant: Grant, login: String? = nil) async throws(Problem) -> AccessToken {
        guard let source = dependencies.directory.source(of: grant.id) else {
            throw Problem(.invalid, "the grant has no application or provider")
        }
        let mailboxes = dependencies.directory.mailboxes(of: grant.id)
        let login = login ?? mailboxes.first?.login
        let resource = mailboxes.first { $0.login == login }?.firstTransport.resource ?? .smtp
        let key = source.key(resource, login: login)
        do throws(TokenFailure) {
            let old = try await dependencies.broker.token(for: key)
            return try await dependencies.broker.replacement(for: key, rejected: old)
        } catch { throw Problem(.provider, "\(error)", fix: "the console's page Connections says what to do") }
    }

    /// In words what became of it, at the provider as well.
    package func forget(_ grant: Grant) async throws -> String {
        let plan = try await dependencies.editor(for: person).forget(consentOf: grant.id, telling: dependencies.operations.revoker).plan
        return ([plan.words] + plan.notes).joined(separator: "; ")
    }
}

extension Problem {
    package init(_ failure: ConsentFailure) {
        switch failure {
        case .token(let token): self.init(.provider, "\(token)")
        case .temporary(let why): self.init(.busy, why, retryAfter: 5)
        case .notPossible, .grantChanged: self.init(.conflict, failure.description)
        case .unknownState, .expired, .alreadyUsed, .otherBrowser, .otherApplication, .issuerMissing, .otherIssuer, .declined, .blocked,
            .wrongPerson,
            .identity, .scopesMissing, .noRefreshToken:
            self.init(.invalid, failure.description)
        }
    }
}
