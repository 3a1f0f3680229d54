internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import Store

/// What receivers report of mail that claims to be from our domains (RFC 7489, RFC 9990).
struct DmarcCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dmarc", abstract: "Who sends as our domains outside of Mandate, as receivers report it.",
        discussion: """
            Receivers of mail send a report a day to the address in a domain's DMARC record (`rua=mailto:…`). `read` takes them in, and so does the service from \
            the folder `dmarc.folder`; `sources` (what `mandate audit dmarc` alone shows), `domains` and `reports` show what they say. A report can be written by \
            anybody: it is counted, and nothing is decided by it.

            Examples:
              mandate audit dmarc read /var/mail/reports
              mandate audit dmarc --domain example.org --since 2026-11-01
              mandate audit dmarc domains --format csv
            """,
        subcommands: [Sources.self, Domains.self, Reports.self, Read.self, Parse.self], defaultSubcommand: Sources.self)
}

/// What the listings are of.
struct DmarcChoice: ParsableArguments {
    @Option(help: "Only this domain, and those below it.", transform: Parse.domain) var domain: Domain?
    @Option(help: "Only reports that end on this day or moment or later (UTC).", transform: Parse.date) var since: Date?

    func sources(_ store: DatabaseStore, byAddress: Bool = false) async throws -> SendingSources {
        SendingSources(
            try await store.sendings(since: since ?? Date(timeIntervalSince1970: 0)), directory: try await store.directory(),
            sightings: try await store.sightings(), domain: domain?.ascii, byAddress: byAddress)
    }
}

extension DmarcCommand {
    struct Sources: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who sends as which domain, first and last seen, beside what Mandate sent.",
            discussion: """
                A source is called after the provider whose published address it is, else after the domain that signed its mail or that SPF let it send for, and \
                else it is its address; no name is asked for. Its standing: `outside` is not by Mandate; `more` is a provider that carries mail for Mandate and \
                carried more than Mandate sent; `possible` signs as the domain and may be a provider of ours; `mandate` is explained by what Mandate sent; \
                `foreign` is a domain that is none of ours. `sent` counts Mandate's own messages from the domain's addresses that were seen within that time. \
                First and last are those of the reports, which say no more than the day.

                Examples:
                  mandate audit dmarc
                  mandate audit dmarc sources --domain example.org --by-address --format json
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @OptionGroup var choice: DmarcChoice
        @Flag(help: "A row for each address, instead of one for each name.") var byAddress = false

        private static let columns: [Column] = [
            "domain", "source", .number("addresses", isSpare: true), .number("messages"), .number("aligned"),
            .number("dkim", isSpare: true),
            .number("spf", isSpare: true), .number("stopped", isSpare: true), .spare("first"), "last", "standing",
            .number("sent", isSpare: true),
            .spare("why"), .spare("address"),
        ]
        /// Addresses that are named in a row; `--by-address` shows all.
        private static let named = 10

        func run() async throws {
            let live = Live.current
            let sources = try await options.read(live) { try await choice.sources($0, byAddress: byAddress) }
            var listing = try form.listing(Self.columns, live)
            for row in sources.rows {
                let counts = row.counts
                listing.add([
                    .text(row.domain), .text(row.source), .number(row.addresses.count), .number(counts.messages), .number(counts.aligned),
                    .number(counts.byDKIM), .number(counts.bySPF), .number(counts.stopped), .date(row.first), .date(row.last),
                    .text(row.standing.rawValue), .number(row.sent), .text(row.why),
                    .list(row.addresses.prefix(Self.named).map(\.description)),
                ])
            }
            listing.finish()
            let outside = sources.rows.count { $0.standing == .outside }
            live.say(
                sources.rows.isEmpty
                    ? "nothing was reported; `mandate audit dmarc read` takes reports in" : "\(outside) from outside of Mandate")
        }
    }

    struct Domains: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How much of each domain's mail is aligned, and by what.",
            discussion: """
                Before a policy becomes stricter, look at `at_risk`: messages that were not aligned from sources whose mail is aligned otherwise. What spoofers \
                send stays out of it.

                Examples:
                  mandate audit dmarc domains --since 2026-11-01
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @OptionGroup var choice: DmarcChoice

        private static let columns: [Column] = [
            "domain", .spare("policy"), .number("messages"), .number("aligned"), .number("percent"), .number("dkim", isSpare: true),
            .number("spf", isSpare: true), .number("at_risk"), .number("stopped", isSpare: true), .number("sources", isSpare: true),
            .spare("first"), "last",
        ]

        func run() async throws {
            let live = Live.current
            let domains = try await options.read(live) { store in
                DomainAlignment.all(try await choice.sources(store), try await store.dmarcReports())
            }
            var listing = try form.listing(Self.columns, live)
            for row in domains {
                let counts = row.counts
                listing.add([
                    .text(row.domain), .text(row.policy), .number(counts.messages), .number(counts.aligned), .number(row.percent),
                    .number(counts.byDKIM), .number(counts.bySPF), .number(row.atRisk), .number(counts.stopped), .number(row.sources),
                    .date(row.first), .date(row.last),
                ])
            }
            listing.finish()
        }
    }

    struct Reports: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Which reports were taken, the latest first.",
            discussion: """
                Reports are kept for 400 days after they were taken.

                Examples:
                  mandate audit dmarc reports --domain example.org
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @OptionGroup var choice: DmarcChoice

        private static let columns: [Column] = [
            "organization", "domain", "begins", "ends", .number("messages"), .spare("policy"), .spare("contact"), .spare("report"),
            .spare("file"),
            .spare("taken"),
        ]

        func run() async throws {
            let live = Live.current
            let reports = try await options.read(live) { try await $0.dmarcReports() }
            var listing = try form.listing(Self.columns, live)
            for report in reports where choice.since.map({ report.head.ends >= $0 }) ?? true {
                let head = report.head
                guard choice.domain.map({ SendingSources.isWithin(head.domain, $0.ascii) }) ?? true else { continue }
                listing.add([
                    .text(head.organization), .text(head.domain), .date(head.begins), .date(head.ends), .number(report.messages),
                    .text(head.policy), .text(head.contact), .text(head.id), .text(report.file), .date(report.takenAt),
                ])
            }
            listing.finish()
        }
    }
}
