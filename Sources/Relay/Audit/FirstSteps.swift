internal import Mail

/// What a store needs before its first message leaves, in the order in which it is done. What is there is ticked, and what is not says how, with the names
/// that are known by then. `init`, the head of `doctor` and the console's overview are this one list.
package struct FirstSteps: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package enum Name: String, Sendable, Hashable, CaseIterable {
            case provider, application, grant, mailbox, consent, settings, client, message
        }

        package let name: Name
        /// What it is, in a few words.
        package let what: String
        package let isDone: Bool
        /// To be typed one after another; words in capitals are to be filled in.
        package let commands: [String]
    }

    package let steps: [Step]

    /// `hasSent`: some message has left already.
    package init(_ directory: Directory, _ health: HealthReport, hasSent: Bool) {
        let reader = Reader(directory: directory, health: health, hasSent: hasSent)
        steps = Step.Name.allCases.map(reader.step)
    }

    /// The first message is the goal: once it is out, what is missing was not needed.
    package var areDone: Bool { steps.last?.isDone == true }

    package var left: Int { steps.count { !$0.isDone } }

    /// The first that is not done.
    package var next: Step? { steps.first { !$0.isDone } }
}

/// Looks each step up.
private struct Reader {
    let directory: Directory
    let health: HealthReport
    let hasSent: Bool

    private var application: Application? { directory.allApplications.min { $0.name < $1.name } }
    private var mailbox: Mailbox? { directory.allMailboxes.min { $0.address < $1.address } }

    /// The first that nobody has consented to yet, else any.
    private var grant: Grant? {
        let grants = directory.allGrants.sorted { $0.name < $1.name }
        return grants.first { !isConsented($0) } ?? grants.first
    }

    func step(_ name: FirstSteps.Step.Name) -> FirstSteps.Step {
        FirstSteps.Step(name: name, what: what(name), isDone: isDone(name), commands: commands(name).map(\.pasteable))
    }

    private func what(_ name: FirstSteps.Step.Name) -> String {
        switch name {
        case .provider: "a mail service: Microsoft and Google are known"
        case .application: "an app registration at it"
        case .grant: "what tokens are had from"
        case .mailbox: "an account that mail leaves through"
        case .consent: "a token had with it, and a message sent to try"
        case .settings: "who mail is from, and who hears of failures"
        case .client: "a program that may send"
        case .message: "the first message"
        }
    }

    private func isDone(_ name: FirstSteps.Step.Name) -> Bool {
        switch name {
        case .provider: directory.allProviders.contains(where: \.mayReceiveSecrets)
        case .application: application != nil
        case .grant: directory.allGrants.contains { _ in true }
        case .mailbox: mailbox != nil || directory.allFamilies.contains { _ in true }
        case .consent: directory.allGrants.contains(where: isConsented)
        case .settings:
            [SettingKey.Name.emailFromUserID, .emailAdministratorUserID].allSatisfy { directory.settings[SettingKey($0)] != nil }
        case .client: directory.allClients.contains { $0.isEnabled && $0.roles.contains(.sender) }
        case .message: hasSent
        }
    }

    private func isConsented(_ grant: Grant) -> Bool {
        let health = health.health(of: grant)
        switch health.state {
        case .healthy, .expiring, .endUnknown, .impaired: return health.lastSuccess != nil
        case .untried, .needsConsent, .suspended, .stopped, .broken, .disabled: return false
        }
    }

    private func commands(_ name: FirstSteps.Step.Name) -> [String] {
        let address = mailbox?.address.description.shellQuoted ?? "ADDRESS"
        let grantName = grant?.name.shellQuoted ?? "NAME"
        switch name {
        case .provider: return ["mandate providers add ID --issuer URL --smtp HOST:PORT --scope smtp=SCOPE"]
        case .application:
            return [
                "mandate applications add NAME --provider microsoft --tenant TENANT --client-id ID --domain DOMAIN",
                "mandate applications show NAME",
            ]
        case .grant:
            return ["mandate grants add NAME --application \(application?.name.shellQuoted ?? "NAME") --kind consent --principal ADDRESS"]
        case .mailbox: return ["mandate mailboxes add \(grant?.principal?.shellQuoted ?? "ADDRESS") --grant \(grantName)"]
        case .consent:
            let check = "mandate mailboxes check \(address) --outgoing"
            return grant.map { $0.kind == .consent } ?? true ? ["mandate grants authorize \(grantName)", check] : [check]
        case .settings:
            return [SettingKey.Name.emailFromUserID, .emailAdministratorUserID].filter { directory.settings[SettingKey($0)] == nil }.map {
                "mandate settings set \($0.rawValue) \(address)"
            }
        case .client: return ["mandate clients add NAME --key"]
        case .message:
            return ["mandate serve", "echo 'Subject: Hello' | mandate send --purpose notification --to ADDRESS"]
        }
    }
}
