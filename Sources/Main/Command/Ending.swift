internal import ArgumentParser
internal import CurlTransmit
internal import Mail
internal import Relay
internal import SMTPGateway
internal import Sandbox

/// How an error ends a command: the one place that turns every error into a sentence and a status. Nothing that an error
/// happens to carry is printed unless its type is known here, so neither internals nor secrets can leave this way.
struct Ending: Sendable, Hashable {
    let status: ExitStatus
    /// Empty: there is nothing to say.
    let sentence: String

    init(_ status: ExitStatus, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }

    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self.init(failure.status, failure.sentence)
        case let refusal as AdministrationRefusal: self.init(refusal.status, refusal.description)
        case let failure as StoreFailure: self.init(failure.status, failure.description)
        case let refusal as Refusal: self.init(refusal.status, "\(refusal.sentence) (\(refusal.code.rawValue))")
        case let error as VaultError: self.init(error.status, error.description)
        case let error as AddressError: self.init(.data, error.description)
        case let error as HeaderError: self.init(.data, error.description)
        case let error as AcceptedFormError: self.init(.data, error.description)
        case let failure as AcceptFailure: self.init(failure.status, failure.words)
        case let failure as TokenFailure: self.init(failure.status, failure.description)
        case let failure as ConsentFailure: self.init(failure.status, failure.description)
        case let failure as DiscoveryFailure: self.init(failure.status, failure.description)
        case let failure as TransmitFailure: self.init(.unavailable, failure.description)
        case let failure as GatewayFailure: self.init(failure.status, failure.description)
        case let failure as SandboxError: self.init(failure.status, failure.sentence)
        case is CancellationError: self.init(.temporary, "it was cancelled before it was done; try again")
        default:
            // The type's name says where to look, and cannot hold anything that was typed.
            self.init(.fault, "an internal fault (\(type(of: error))); please report it with the command that was given")
        }
    }
}

extension StoreFailure {
    var status: ExitStatus {
        switch self {
        case .busy, .full, .claimLost, .editionMoved, .keyMoved: .temporary
        case .notFound, .conflict, .repeated: .data
        case .overQuota(let excess): excess.status
        case .wrongKey: .configuration
        case .damaged, .unavailable: .unavailable
        }
    }
}

extension QuotaExcess {
    fileprivate var status: ExitStatus { wait == nil ? .notPermitted : .temporary }
}

extension Refusal {
    var status: ExitStatus { isTemporary ? .temporary : code.status }
}

extension RefusalCode {
    var status: ExitStatus {
        switch self {
        case .authorMissing, .currentUserMissing, .userWithoutAddress, .signatureBreaks: .data
        case .unknownUser: .unknownUser
        case .denied, .clientNotPermitted: .notPermitted
        case .noRoute, .noFallback, .unaligned: .configuration
        }
    }
}

extension AcceptFailure {
    fileprivate var status: ExitStatus {
        switch self {
        case .form, .header, .recipient, .instruction, .noRecipients, .tooManyRecipients, .tooLarge, .circling: .data
        case .stranger: .notPermitted
        case .refused(let refusal): refusal.status
        case .overQuota(let excess): excess.status
        case .store(let failure): failure.status
        }
    }

    fileprivate var words: String {
        if case .refused(let refusal) = self { "\(description) (\(refusal.code.rawValue))" } else { description }
    }
}

extension VaultError {
    fileprivate var status: ExitStatus {
        switch self {
        case .badKey, .otherKey: .configuration
        case .doesNotOpen: .unavailable
        case .cannotSeal: .fault
        }
    }
}

extension GatewayFailure {
    fileprivate var status: ExitStatus {
        switch self {
        case .cannotListen: .unavailable
        case .noCertificate, .badCertificate: .configuration
        }
    }
}

extension SandboxError {
    fileprivate var status: ExitStatus {
        switch self {
        case .cannotListen: .unavailable
        case .alreadyStarted, .notListening, .unknownLogin, .unknownApplication: .fault
        }
    }

    /// With the option that names another port.
    fileprivate var sentence: String {
        guard case .cannotListen(let port, _, _) = self else { return description }
        let option =
            switch port {
            case .submission: "--smtp-port"
            case .imap: "--imap-port"
            case .pop: "--pop-port"
            case .web: "--web-port"
            }
        return "\(description); \(option) names another port, and 0 is any free one"
    }
}

extension TokenFailure {
    var status: ExitStatus {
        switch self {
        case .temporary: .temporary
        case .grant, .mailbox, .application, .missing: .configuration
        }
    }
}
