internal import Mail

/// Mail that would be refused or go wrong as things stand: asked of the decider itself, which is the one that would do it.
extension Examination {
    var mail: [Finding] {
        let closed = purposes
        guard !directory.settings.all.isEmpty else { return closed.by(.noWay) }
        return (closed + (closed.isEmpty ? carriers : [])).by(.noWay) + intake.by(.intake) + envelope.by(.envelope)
    }

    /// Those of one reason together.
    private var purposes: [Finding] {
        let closed = decider.outlooks(at: now).filter { !$0.outlook.isOpen }
        var told: Set<String> = []
        return closed.compactMap { _, outlook in
            guard told.insert(outlook.reason).inserted else { return nil }
            let names = closed.filter { $0.outlook.reason == outlook.reason }.map(\.purpose.rawValue)
            return Finding(
                "mail of the purpose\(names.count == 1 ? "" : "s") \(names.joined(separator: ", "))",
                "it cannot leave now: \(outlook.reason)", fix: outlook.steps)
        }
    }

    /// Where authors without a route go; the same one may stand for several purposes, and is told of once.
    private var carriers: [Finding] {
        var told: Set<Finding> = []
        return ([nil] + Purpose.allCases.map(Purpose?.some)).filter(directory.settings.needsCarrier).compactMap { purpose in
            let finding: Finding
            switch decider.carrier(for: purpose) {
            case .success((let carrier, _)):
                let routing = Routing(purpose: purpose, envelopeSender: nil, at: now)
                let outlook = decider.outlook(decider.decide(Author(carrier), routing), of: purpose)
                guard !outlook.isOpen else { return nil }
                finding = Finding(
                    "carrier \(carrier.address)", "mail of authors without a route cannot leave: \(outlook.reason)", fix: outlook.steps)
            case .failure(.unset): return nil  // that no setting names one is said of the settings
            case .failure(let fault):
                finding = Finding(
                    "carrier", "mail of authors without a route cannot leave: there is no carrier: \(fault.words)", fix: fault.advice)
            }
            return told.insert(finding).inserted ? finding : nil
        }
    }

    /// Answers to an address of ours that no mailbox has are lost.
    private var intake: [Finding] {
        guard let intake = directory.settings.intake, OwnDomains(directory).contains(intake.domain) else { return [] }
        let arrives = decider.candidates(for: intake).contains { candidate in
            switch candidate.route {
            case .own, .family, .alias: true
            case .sendAs, .onBehalf, .replyTo: false
            }
        }
        guard !arrives else { return [] }
        return [
            Finding(
                "setting intake", "answers go to \(intake), and no mailbox here has that address",
                fix: "mandate mailboxes add \(intake.description.shellQuoted) --grant GRANT --read", "mandate settings set intake ADDRESS")
        ]
    }

    /// A fixed envelope sender that the mailbox may not use is replaced, since the provider would refuse it.
    private var envelope: [Finding] {
        guard case .fixed = directory.settings.envelopePolicy else { return [] }
        var replaced: [ConcreteMailbox: (wanted: EmailAddress, strikes: [Strike])] = [:]
        for purpose in Purpose.allCases {
            var answer = decider.decide(Question(purpose: purpose, at: now))
            if answer.obstacle?.code == .currentUserMissing, let carrier = decider.carrier(for: purpose).named {
                answer = decider.decide(Author(carrier), Routing(purpose: purpose, envelopeSender: nil, at: now))
            }
            for case .envelopeReplaced(let wanted, let mailbox, let strikes) in answer.explanation.steps {
                replaced[mailbox] = (wanted, strikes)
            }
        }
        return replaced.sorted { $0.key.address < $1.key.address }.map { mailbox, found in
            let why = found.strikes.isEmpty ? "nobody has granted it" : found.strikes.map(\.description).joined(separator: "; ")
            let allow =
                "mandate delegations allow \(mailbox.address.description.shellQuoted) \(found.wanted.description.shellQuoted) --kind send-as"
            return Finding(
                "setting envelope", "\(mailbox.address) may not use \(found.wanted) (\(why)), so it is the envelope sender itself",
                fix: ["mandate settings set envelope by-route"] + (found.strikes.isEmpty ? [allow] : []))
        }
    }
}
