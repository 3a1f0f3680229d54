package import Mail

/// What would mend a finding, step by step: what to look at, what to do at the provider, then here. Commands are exact, to be pasted; capitals stand for what only
/// the administrator knows.
package struct Remedy: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, CaseIterable {
            /// A command of ours that shows more and changes nothing.
            case look
            /// A command of the provider's, or what to do in its pages.
            case provider
            /// A command of ours. Where there are several, one of them is enough, and which is the administrator's choice.
            case command
            /// Nothing to be typed.
            case words
        }

        package let kind: Kind
        package let text: String
        /// What a command is good for, where that is not plain.
        package let aim: String

        package static func look(_ command: String, _ aim: String = "") -> Self { Self(kind: .look, text: command.pasteable, aim: aim) }
        package static func provider(_ text: String) -> Self { Self(kind: .provider, text: text, aim: "") }
        package static func command(_ command: String, _ aim: String = "") -> Self {
            Self(kind: .command, text: command.pasteable, aim: aim)
        }
        package static func words(_ text: String) -> Self { Self(kind: .words, text: text.withPasteableCommands, aim: "") }

        /// A shell takes what follows `#` for a remark.
        package var line: String { aim.isEmpty ? text : "\(text)   # \(aim)" }
    }

    package let steps: [Step]

    package init(_ steps: [Step]) { self.steps = steps }

    package init(_ steps: Step...) { self.steps = steps }

    package var lines: [String] { steps.map(\.line) }
    /// Line by line; empty: nothing to do there.
    package var provider: String { steps.filter { $0.kind == .provider }.map(\.line).joined(separator: "\n") }
    package var ours: String { steps.filter { $0.kind != .provider }.map(\.line).joined(separator: "\n") }
    /// What comes first here, for one sentence.
    package var next: String { first?.text ?? "" }
    /// It is a command of ours, to the letter.
    package var nextIsTyped: Bool { first.map { $0.kind == .command || $0.kind == .look } ?? false }

    private var first: Step? { steps.first { $0.kind == .command } ?? steps.first { $0.kind != .provider } }
}

extension Remedy {
    /// For an address without a route.
    package init(for address: EmailAddress, _ refusal: Refusal, _ decider: Decider, purpose: Purpose? = nil) {
        self = Adviser(decider).remedy(for: address, refusal, purpose: purpose)
    }

    /// What the administrator of the provider has to run or do, so that `login` may send as `address`.
    package static func permission(_ route: Route, of address: EmailAddress, to login: String, _ kind: ProviderKind) -> String {
        switch (kind, route) {
        case (.microsoft, .own), (.microsoft, .family): "check in Exchange that \(address) is an address of \(login)"
        case (.microsoft, .onBehalf):
            "Set-Mailbox \(address.description.powerShellQuoted) -GrantSendOnBehalfTo @{Add=\(login.powerShellLiteral)}"
        case (.microsoft, .alias):
            "Set-Mailbox \(login.powerShellQuoted) -EmailAddresses @{Add=\(address.description.powerShellLiteral)}"
        case (.microsoft, _):
            "Add-RecipientPermission \(address.description.powerShellQuoted) -Trustee \(login.powerShellQuoted) -AccessRights SendAs"
        case (.google, _): "in Gmail as \(login): Settings, Accounts, Send mail as: add \(address) and confirm it"
        case (.custom, _): "allow \(login) to send as \(address)"
        }
    }
}

extension Directory {
    func providerKind(of grant: GrantID) -> ProviderKind {
        let application = self.grant(grant).flatMap { self.application($0.application) }
        return application.flatMap { provider($0.provider) }?.kind ?? .custom
    }
}
