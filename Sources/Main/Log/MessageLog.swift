internal import FoundationEssentials
internal import Logging
internal import Mail
internal import Relay

/// The lines about messages: one when it is accepted or refused, one for each attempt.
extension AcceptReport {
    func note(in log: Logger) {
        var facts = LogFacts()
        facts.add(.way, origin?.way)
        facts.add(.place, origin?.place)
        facts.add(.client, client)
        facts.add(.purpose, purpose?.rawValue)
        facts.add(.from, from.words)
        facts.add(.recipients, recipients)
        facts.add(.first, firstRecipient?.description)
        facts.add(.size, size)
        switch outcome {
        case .accepted(let id, let beginning):
            facts.add(.message, id.text)
            facts.add(.why, beginning.why)
            log.info("accepted", metadata: facts.metadata)
        case .refused(let why, let code):
            facts.add(.code, code?.rawValue)
            facts.add(.why, why)
            log.notice("refused", metadata: facts.metadata)
        // Another request with the same key was quicker: nothing is to be mended.
        case .failed(.repeated(let earlier)):
            facts.add(.why, StoreFailure.repeated(earlier).description)
            log.info("refused", metadata: facts.metadata)
        case .failed(let failure):
            facts.add(.why, failure.description)
            log.error("could not be kept", metadata: facts.metadata)
        }
    }
}

extension Settlement {
    func note(in log: Logger, seconds: Double) {
        var facts = LogFacts()
        facts.add(.message, claim.message.text)
        if let told {
            facts.add(.from, told.from.words)
            facts.add(.recipients, told.recipients)
            facts.add(.first, told.firstRecipient?.description)
            facts.add(.reply, told.reply)
        }
        if let tried {
            facts.add(.mailbox, tried.login)
            facts.add(.route, tried.route.rawValue)
            facts.add(.transport, tried.transport.rawValue)
            facts.add(.verdict, tried.verdict)
        }
        facts.add(.milliseconds, Int(seconds * 1000))
        let (level, event): (Logger.Level, String)
        switch state {
        case .done: (level, event) = (.info, "sent")
        case .waiting(let until, let why):
            // A limit lets thousands wait, again and again; that there is no route is said once.
            (level, event) = (isPostponed && journal.isEmpty ? .debug : .notice, "waits")
            facts.add(.until, until.second)
            facts.add(.why, why)
        case .held(let why):
            (level, event) = (.notice, "held")
            facts.add(.why, why)
        case .failed(let why):
            (level, event) = (.warning, "given up")
            facts.add(.why, why)
        }
        log.log(level: level, "\(event)", metadata: facts.metadata)
    }
}

extension Origin {
    fileprivate var way: String {
        switch self {
        case .connection: "smtp"
        case .request: "http"
        case .account: "sendmail"
        case .file: "file"
        }
    }

    fileprivate var place: String? {
        switch self {
        case .connection(_, let address, _), .request(let address): address.description
        case .account(let uid): "uid \(uid)"
        case .file: nil
        }
    }
}

extension [EmailAddress] {
    /// A message with a thousand authors says who the first ones are.
    fileprivate var words: String { prefix(5).map(\.description).joined(separator: ", ") + (count > 5 ? ", …" : "") }
}
