internal import ArgumentParser
internal import Relay
internal import SQLiteStore

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Prove that no entry of the journal was changed, inserted or removed.",
        discussion: """
            Needs the store's key. The chain alone cannot show that entries were removed from its end; a checkpoint kept elsewhere can, up to where it was \
            written. Exit status: 0 if it is whole, 1 if not.

            Examples:
              mandate audit verify --write-checkpoint /mnt/elsewhere/mandate.checkpoint
              mandate audit verify --checkpoint /mnt/elsewhere/mandate.checkpoint
            """)
    @OptionGroup var options: StoreOptions
    @Option(help: ArgumentHelp("Compare with this checkpoint.", valueName: "file"), completion: .file()) var checkpoint: String?
    @Option(help: ArgumentHelp("Write a checkpoint, if the journal is whole.", valueName: "file"), completion: .file())
    var writeCheckpoint: String?

    /// Rows at a time: a strand of years is walked in constant memory.
    private static let page = 1000

    func run() async throws {
        let live = Live.current
        let seen = try checkpoint.map { try Checkpoint(file: $0, live) }
        let marks = try await options.change(live) { opened in
            let strands = try await opened.store.heads().map(\.position.strand)
            if let gone = seen?.marks.first(where: { !strands.contains($0.strand) }) {
                live.output("broken: strand \(gone.strand), which the checkpoint saw, is gone")
                throw ExitStatus.found
            }
            var marks: [Checkpoint.Mark] = []
            for strand in strands { marks.append(try await verify(strand, seen?.mark(strand), opened)) }
            return marks
        }
        if let writeCheckpoint {
            try Checkpoint(marks: marks).write(to: writeCheckpoint, at: live.now())
            live.say("wrote the checkpoint \(writeCheckpoint)")
        }
        live.say(limit(seen))
    }

    private func verify(_ strand: String, _ mark: Checkpoint.Mark?, _ opened: OpenedStore) async throws -> Checkpoint.Mark {
        let name = SecretName(.journalKey, of: strand)
        guard let sealed = try await opened.store.secret(name) else {
            throw StoreFailure.damaged("the key of the journal's strand \(strand) is missing")
        }
        var proof = JournalProof(strand: strand, key: try opened.vault.open(sealed, for: name).reveal(), checkpoint: mark)
        var progress = ProgressBar("verifying \(strand)", of: nil, opened.live)
        defer { progress.finish() }
        while case let rows = try await opened.store.rows(of: strand, from: proof.number + 1, limit: Self.page), !rows.isEmpty {
            for row in rows {
                if let broken = proof.check(row) { throw found(broken, strand, opened.live) }
            }
            progress.advance(to: Int(proof.number))
        }
        if let broken = proof.finish() { throw found(broken, strand, opened.live) }
        let erased = proof.erased == 0 ? "" : ", the personal part of \(proof.erased) erased"
        opened.live.output("whole: \(strand), \(proof.number) entries\(erased)")
        return Checkpoint.Mark(strand: strand, number: proof.number, mac: proof.mac)
    }

    private func found(_ broken: JournalProof.Break, _ strand: String, _ live: Live) -> ExitStatus {
        live.output("broken: \(broken.sentence(strand))")
        return .found
    }

    /// Said every time: a proof that is believed to prove more than it does is worse than none.
    private func limit(_ seen: Checkpoint?) -> String {
        guard let seen else {
            return "entries removed from the end cannot be seen without a checkpoint kept elsewhere (--write-checkpoint, --checkpoint)"
        }
        let marks = seen.marks.map { "\($0.strand)/\($0.number)" }.joined(separator: ", ")
        return "entries removed after the checkpoint (\(marks)) cannot be seen"
    }
}
