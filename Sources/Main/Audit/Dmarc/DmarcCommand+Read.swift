internal import ArgumentParser
internal import FoundationEssentials
internal import Relay
internal import Store

extension DmarcCommand {
    struct Read: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take reports in: XML, gzip, zip, or the mail message that they came with.",
            discussion: """
                A folder stands for the files in it whose names end with .xml, .gz, .zip or .eml, and for the messages of a maildir. A report that was taken before \
                is `known` and counted once; one that is malformed is `refused` with its line, and keeps no other from being taken. Each file is read by a process \
                of its own that has little memory and a minute. Exit status: 0 if nothing was refused, 65 if something was.

                Examples:
                  mandate audit dmarc read report.xml.gz
                  mandate audit dmarc read --format csv /var/mail/reports >read.csv
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @Argument(help: "Files, or folders of them; - for standard input.", completion: .file()) var file: [String]

        private static let columns: [Column] = [
            "file", "outcome", "organization", "domain", .spare("begins"), .spare("ends"), .number("messages"), "why",
        ]

        func run() async throws {
            let live = Live.current
            let files = try file.flatMap { try ReportFiles.at($0) }
            let lines = try await options.change(live) { opened in
                let intake = DmarcIntake(opened.store, person: opened.person, now: live.now)
                var bar = ProgressBar("reading", of: files.count, live)
                defer { bar.finish() }
                var lines: [DmarcIntake.Line] = []
                for (number, path) in files.enumerated() {
                    let name = path == "-" ? "standard input" : path.split(separator: "/").last.map(String.init) ?? path
                    lines += try await intake.take(try await documents(path, live), from: name)
                    bar.advance(to: number + 1)
                }
                return lines
            }
            try write(lines, live)
            live.say(lines.words)
            if lines.count(.refused) > 0 { throw ExitStatus.data }
        }

        private func documents(_ path: String, _ live: Live) async throws -> [DmarcDocument] {
            let reader = ReportProcess(program: live.program)
            do throws(ReportReaderFailure) {
                guard path == "-" else { return try await reader.documents(inFile: path) }
                let bytes: [UInt8]
                do throws(CommandFailure) { bytes = try InputFile(path, live).readAll(limit: DmarcReport.mostFileOctets) } catch {
                    throw .noFile(error.sentence)
                }
                return try await reader.documents(in: bytes)
            } catch {
                switch error {
                // The others are taken all the same.
                case .noFile(let words): return [DmarcDocument(name: "", .refused(words))]
                case .unavailable(let words): throw CommandFailure(.unavailable, words)
                }
            }
        }

        private func write(_ lines: [DmarcIntake.Line], _ live: Live) throws {
            var listing = try form.listing(Self.columns, live)
            for line in lines {
                listing.add([
                    .text(line.file), .text(line.outcome.rawValue), Cell(line.head?.organization), Cell(line.head?.domain),
                    Cell(line.head?.begins), Cell(line.head?.ends), .number(line.messages), Cell(line.why.isEmpty ? nil : line.why),
                ])
            }
            listing.finish()
        }
    }
}

/// Which files of a folder may be reports, by their names.
enum ReportFiles {
    /// Messages of a maildir have no ending, but flags behind a colon.
    static func isReport(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return !name.hasPrefix(".") && ([".xml", ".gz", ".zip", ".eml"].contains { lowered.hasSuffix($0) } || name.contains(":2,"))
    }

    /// The path itself, or what it holds.
    static func at(_ path: String) throws -> [String] {
        guard path != "-", FileStatus(path)?.isFolder == true else { return [path] }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw CommandFailure.input("\(path) cannot be read: permission denied, or it is gone")
        }
        let found = names.filter(isReport).sorted()
        guard !found.isEmpty else {
            throw CommandFailure.input("there are no reports in \(path): their names end with .xml, .gz, .zip or .eml")
        }
        return found.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }
}
