internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// *Overview*: is mail flowing, what breaks next and when, what needs somebody; traffic of the last day.
struct OverviewView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/") { request in .page(try await OverviewView(request).page()) }]

    private let request: ConsoleRequest
    private let now: Date

    /// What the page knows, read once.
    private struct Facts {
        let depth: QueueDepth
        let traffic: [TrafficTotal]
        let delays: [Double]
        let health: HealthReport
        let tenants: [TenantMeter]

        func count(_ state: QueuedMessage.StateName) -> Int { depth.counts[state] ?? 0 }
        func total(_ outcome: Traffic.Outcome) -> Int {
            traffic.filter { $0.traffic.outcome == outcome }.reduce(0) { $0 + $1.traffic.recipients }
        }
    }

    private init(_ request: ConsoleRequest) {
        self.request = request
        now = request.now
    }

    private func page() async throws -> Page {
        let store = request.dependencies.store
        let facts = Facts(
            depth: try await store.depth(), traffic: try await store.traffic(since: now.addingTimeInterval(-23 * 3600)),
            delays: try await store.delays(since: now.addingTimeInterval(-86_400), limit: 1000),
            health: try await request.dependencies.health(),
            tenants: try await store.tenantMeters(of: request.dependencies.snapshots.current, at: now))
        let routes = self.routes(facts)
        return Page(
            "overview", "Overview",
            [
                "first_steps": try await firstSteps(facts), "verdict": verdict(facts), "numbers": numbers(facts),
                "needs": .list(needs(facts)), "breaks": .list(breaks(facts)),
                "chart": facts.traffic.isEmpty ? .null : TrafficChart(facts.traffic, at: now).document,
                "has_routes": .flag(!routes.isEmpty),
                "routes": .list(routes),
            ])
    }

    /// Until the first message is out: what has to be done for it, as `init` and `doctor` tell it.
    private func firstSteps(_ facts: Facts) async throws -> DocumentValue {
        // A store that has not sent for a year is as good as new.
        let traffic =
            facts.total(.sent) > 0
            ? facts.traffic : try await request.dependencies.store.traffic(since: now.addingTimeInterval(-366 * 86_400))
        let steps = FirstSteps(request.directory, facts.health, hasSent: traffic.contains { $0.traffic.outcome == .sent })
        guard !steps.areDone else { return .null }
        return [
            "words": .text("\(steps.steps.count - steps.left) of \(steps.steps.count) are done"),
            "steps": .list(
                steps.steps.map { step in
                    [
                        "what": .text("\(step.name.rawValue): \(step.what)"),
                        "state": step.isDone ? Words.badge("good", "done") : Words.badge("off", "to do"),
                        "commands": .list(step.isDone ? [] : step.commands.map { .text($0) }),
                    ]
                }),
        ]
    }

    /// Minutes after which a waiting message waits long: the first retries are over by then.
    private static let longWait = 15.0

    private func verdict(_ facts: Facts) -> DocumentValue {
        let age = facts.depth.oldest.map { now.timeIntervalSince($0) } ?? 0
        let waiting = facts.count(.waiting)
        let sent = facts.total(.sent)
        if let closed = closed.min(by: { $0.outlook.state == .never && $1.outlook.state != .never }) {
            return said(
                closed.outlook.state == .never || closed.outlook.state == .off ? "bad" : "wait", closed.outlook.state.rawValue,
                "Mail of the purpose \(closed.purpose.rawValue) cannot leave now.", closed.outlook.reason.sentence)
        }
        if facts.count(.failed) > 0 {
            return said(
                "bad", "failed", "\(Self.messages(facts.count(.failed), "was", "were")) given up.",
                "Look at them in the queue: retry brings them back.")
        }
        if age > Self.longWait * 60 {
            return said(
                "wait", "slow", "\(Self.messages(waiting, "waits", "wait")), the oldest for \(Words.span(age)).",
                "The queue says why each of them waits.")
        }
        if sent == 0, waiting == 0 {
            let isNew = !request.directory.allMailboxes.contains { _ in true }
            return said(
                "off", "no mail", "No mail has been sent in the last day.",
                isNew ? "Add an application under Connections, then a client." : nil)
        }
        return said(
            "good", "flowing", "Mail is flowing.",
            facts.count(.held) > 0 ? "\(Self.messages(facts.count(.held), "is", "are")) held until somebody looks." : nil)
    }

    private static func messages(_ count: Int, _ one: String, _ many: String) -> String {
        "\(Words.number(count)) \(count == 1 ? "message \(one)" : "messages \(many)")"
    }

    private func said(_ kind: String, _ word: String, _ sentence: String, _ step: String?) -> DocumentValue {
        ["kind": .text(kind), "word": .text(word), "sentence": .text(sentence), "step": DocumentValue(step)]
    }

    private func numbers(_ facts: Facts) -> DocumentValue {
        let sent = facts.total(.sent)
        let all = sent + facts.total(.retry) + facts.total(.refused)
        let share = all == 0 ? nil : "\(sent * 1000 / all / 10).\(sent * 1000 / all % 10) % of the attempts"
        let delay = facts.delays.sorted()
        let late = delay.isEmpty ? nil : delay[min(delay.count - 1, delay.count * 95 / 100)]
        return [
            number("recipients sent, 24 h", Words.number(sent), share, "/journal", "plain"), state(facts, .waiting, "plain"),
            state(facts, .held, "wait"),
            state(facts, .failed, "bad"),
            number(
                "oldest waiting", facts.depth.oldest.map { Words.span(now.timeIntervalSince($0)) } ?? "none",
                facts.depth.oldest.map { "since \(Words.words($0, at: now))" }, nil, "plain"),
            number(
                "accepted to sent, p95",
                late.map { $0 >= 1 && $0 < 10 ? "\(Int($0 * 10) / 10).\(Int($0 * 10) % 10) s" : Words.span($0) } ?? "none yet", nil, nil,
                "plain"),
        ]
    }

    private func state(_ facts: Facts, _ state: QueuedMessage.StateName, _ kind: String) -> DocumentValue {
        let count = facts.count(state)
        return number(state.rawValue, Words.number(count), nil, "/queue?state=\(state.rawValue)", count > 0 ? kind : "plain")
    }

    private func number(_ label: String, _ value: String, _ remark: String?, _ href: String?, _ kind: String) -> DocumentValue {
        ["label": .text(label), "value": .text(value), "remark": DocumentValue(remark), "href": DocumentValue(href), "kind": .text(kind)]
    }

    /// What somebody has to do, now.
    private func needs(_ facts: Facts) -> [DocumentValue] {
        var needs = queued(.failed, "bad", facts) + queued(.held, "wait", facts) + closed.map { need($0.purpose, $0.outlook) }
        for application in request.directory.allApplications.sorted(by: { $0.name < $1.name }) {
            let health = facts.health.health(of: application)
            guard health.needsSomeone, !health.worksToday else { continue }
            needs.append(
                need("Application \(application.name)", health, "/applications/\(PercentCoding.encode(application.id.text))", "Mend it"))
        }
        for grant in request.directory.allGrants.sorted(by: { $0.name < $1.name }) {
            let health = facts.health.health(of: grant)
            guard health.needsSomeone, !health.worksToday, health.state != .suspended else { continue }
            needs.append(
                need(
                    "Grant \(grant.name)", health, "/tokens#grant-\(PercentCoding.encode(grant.id.text))",
                    grant.kind == .consent && (health.state == .needsConsent || health.state == .untried) ? "Consent" : "Look"))
        }
        return needs + facts.tenants.compactMap(need) + accounts(facts)
    }

    /// That it nears its limit, or has reached it: nothing is lost, and nobody need do anything; but people will ask.
    private func need(_ meter: TenantMeter) -> DocumentValue? {
        guard let trouble = meter.trouble else { return nil }
        let application = request.directory.allApplications.filter { $0.tenant == meter.tenant.name || $0.name == meter.tenant.name }
            .min { $0.name < $1.name }
        return [
            "what": .text("Tenant \(meter.tenant.name)"), "why": .text(trouble.sentence),
            "href": .text(application.map { "/applications/\(PercentCoding.encode($0.id.text))" } ?? "/queue"), "action": "Look",
            "state": Words.badge("wait", meter.pause == nil ? "near its limit" : "waits"),
        ]
    }

    /// Mailboxes and families that one page names.
    private static let most = 20

    /// One whose grant is told of already needs no line of its own.
    private func accounts(_ facts: Facts) -> [DocumentValue] {
        let directory = request.directory
        func isTold(_ grant: GrantID) -> Bool { directory.grant(grant).map { facts.health.health(of: $0).needsSomeone } ?? false }
        let ailing =
            directory.allMailboxes.filter { !isTold($0.grant) }.sorted { $0.address < $1.address }.map {
                ("Mailbox \($0.address)", $0.grant, facts.health.health(of: $0))
            }
            + directory.allFamilies.filter { !isTold($0.grant) }.sorted { $0.name < $1.name }.map {
                ("Family \($0.name)", $0.grant, facts.health.health(of: $0))
            }
        let needy = ailing.filter { $0.2.needsSomeone }
        return needy.prefix(Self.most).map { what, grant, health in
            let more = needy.count > Self.most && what == needy[Self.most - 1].0 ? ", and \(needy.count - Self.most) more" : ""
            return need(what + more, health, "/tokens#grant-\(PercentCoding.encode(grant.text))", "Look")
        }
    }

    private func queued(_ state: QueuedMessage.StateName, _ kind: String, _ facts: Facts) -> [DocumentValue] {
        let count = facts.count(state)
        guard count > 0 else { return [] }
        return [
            [
                "what": .text("The queue"), "why": .text("\(Self.messages(count, "is", "are")) \(state.rawValue)."),
                "href": .text("/queue?state=\(state.rawValue)"), "action": "Look", "state": Words.badge(kind, state.rawValue),
            ]
        ]
    }

    /// Purposes whose mail would not leave now.
    private var closed: [(purpose: Purpose, outlook: Outlook)] {
        request.dependencies.decider().outlooks(at: now).filter { !$0.outlook.isOpen }
    }

    private func need(_ purpose: Purpose, _ outlook: Outlook) -> DocumentValue {
        [
            "what": .text("Mail of the purpose \(purpose.rawValue)"), "why": .text(outlook.reason.sentence), "href": "/settings",
            "action": "Look", "state": Words.badge(outlook.state == .later ? "wait" : "bad", outlook.state.rawValue),
        ]
    }

    private func need(_ what: String, _ health: Health, _ href: String, _ action: String) -> DocumentValue {
        [
            "what": .text(what), "why": .text(health.reason.sentence), "href": .text(href), "action": .text(action),
            "state": Words.state(health, at: now),
        ]
    }

    private func breaks(_ facts: Facts) -> [DocumentValue] {
        facts.health.endings.prefix(8).map { key, name, ending, threshold in
            let days = Int((ending.at.timeIntervalSince(now) / 86_400).rounded(.down))
            let href =
                key.kind == .application ? "/applications/\(PercentCoding.encode(key.id))" : "/tokens#grant-\(PercentCoding.encode(key.id))"
            return [
                "what": .text(name.sentence.dropLast() + ": " + ending.what), "when": Words.day(ending.at),
                "days": .text(days < 0 ? "over" : "in \(days) day\(days == 1 ? "" : "s")"), "kind": .text(threshold <= 14 ? "bad" : "wait"),
                "href": .text(href),
                "step": .text(
                    key.kind == .application ? "Make a new secret at the provider and store it here." : "Use it, or consent once more."),
            ]
        }
    }

    private func routes(_ facts: Facts) -> [DocumentValue] {
        let sent = facts.traffic.filter { $0.traffic.outcome == .sent }
        let all = sent.reduce(0) { $0 + $1.traffic.recipients }
        return Route.allCases.compactMap { route in
            let count = sent.filter { $0.traffic.route == route.rawValue }.reduce(0) { $0 + $1.traffic.recipients }
            guard count > 0 else { return nil }
            return [
                "route": .text(route.rawValue), "about": .text(route.about), "count": .text(Words.number(count)),
                "share": .text(String((count * 100 + all / 2) / all)),
            ]
        }
    }
}

extension Route {
    fileprivate var about: String {
        switch self {
        case .own: "the author's own mailbox"
        case .family: "the author's mailbox, one of a family"
        case .alias: "an alias of the mailbox"
        case .sendAs: "another mailbox, which may send as the author"
        case .onBehalf: "another mailbox, named in Sender"
        case .replyTo: "the carrier is in From, the author in Reply-To"
        }
    }
}
