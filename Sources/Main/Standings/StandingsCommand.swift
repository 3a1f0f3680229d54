internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

struct StandingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "standings",
        abstract: "What is known of a mailbox using an address: declared, pending, proven, doubted, denied, rewritten.",
        discussion: """
            A provider's "may not send as" makes a pair doubted: one message is no verdict, so a test message of ours is sent at once, and other mail of the pair \
            waits for it up to two minutes. Refused, too, the pair is denied (a mailbox's own address, and a pair that was proven, after a second one), and mail \
            takes another route until somebody clears it or a probe proves it. Where no test can be made it stays doubted, and a message tries it now and then. \
            A right that was granted a moment ago is pending: refused meanwhile, it is tried again after 15, 30, 60 and 120 minutes, and only then denied.

            Examples:
              mandate standings list
              mandate standings probe tracker@example.org bob@example.org
              mandate standings clear tracker@example.org bob@example.org
            """,
        subcommands: [List.self, Probe.self, Clear.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what is known; a pair that is not listed is as people declared it.",
            discussion: """
                Example:
                  mandate standings list --format csv
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = ["login", "provider", "from", "transport", "standing", .spare("next_probe")]
                var listing = try form.listing(columns, live)
                for (key, standing) in try await store.conditions(of: nil).allStandings {
                    listing.add([
                        .text(key.login), .text(key.account.provider.text), .text(key.from.description), .text(key.transport.rawValue),
                        .text(Optional(standing).words),
                        Cell(standing.nextProbe),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Probe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the provider whether a mailbox may send as an address.",
            discussion: """
                Gmail is asked for its list of senders. Elsewhere one marked message goes from the address to the mailbox itself, and is read back over IMAP where \
                the grant may do that, to see the From it arrived with. Microsoft counts refusals and blocks a mailbox that has many, so this is for after something \
                was changed there. Ends with 0 proven, 77 denied or sent as another, 75 not known.

                Example:
                  mandate standings probe tracker@example.org bob@example.org
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var pair: StandingPair

        func run() async throws {
            let live = Live.current
            let outcome = try await options.change(live) { opened in
                let directory = try await opened.store.directory()
                let found = try opened.administration(directory).pair(mailbox: pair.mailbox, from: pair.from, over: pair.over)
                // One message is enough, over the way that mail takes first.
                let keys = Array(found.keys.prefix(1))
                let outcome = try await opened.asking(directory) {
                    await $0.prober.probe(keys[0], through: found.mailbox, in: directory)
                }
                try await opened.note(outcome, of: keys, found.mailbox)
                return outcome
            }
            switch outcome {
            case .proven(let how), .listed(let how): live.say("\(pair.mailbox) may send as \(pair.from): \(how)")
            case .denied(let code): throw CommandFailure(.notPermitted, "\(pair.mailbox) may not send as \(pair.from): \(code)")
            case .rewritten(let to):
                throw CommandFailure(.notPermitted, "\(pair.mailbox) may not send as \(pair.from): the test message arrived from \(to)")
            case .taken(isProof: true, let why):
                live.say("\(pair.mailbox) may send as \(pair.from): a test message was taken; it could not be read back: \(why)")
            case .taken(isProof: false, let why):
                throw CommandFailure(
                    .temporary,
                    "it is not known: a test message was taken, but this provider replaces a From in silence, and it could not be read back: \(why)"
                )
            case .unknown(let why): throw CommandFailure(.temporary, "it is not known: \(why)")
            }
        }
    }

    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget what is known of a pair, so that mail finds out anew.",
            discussion: """
                For after the permission was given at the provider; `standings probe` finds out at once. What stopped the mailbox's transports is lifted, too, \
                or mail could not try it. What mail makes of the pair then is said: on behalf of somebody it sends only once a probe has proven it.

                Example:
                  mandate standings clear tracker@example.org bob@example.org
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var pair: StandingPair

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut(Administration.slice(mailbox: pair.mailbox, from: pair.from), calling: ["transport": "--over"]) {
                    $0.clear(try $0.pair(mailbox: pair.mailbox, from: pair.from, over: pair.over))
                }
            }
        }
    }
}

/// Whom it is about.
struct StandingPair: ParsableArguments {
    @Argument(help: "The mailbox, by address, login or id; or an address of a family.") var mailbox: String
    @Argument(help: "The address in From.") var from: String
    @Option(help: "Over this transport; the mailbox's first unless given, or all of them where something is forgotten.") var over: String?
}
