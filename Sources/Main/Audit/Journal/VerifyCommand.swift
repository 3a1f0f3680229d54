internal import ArgumentParser
internal import Relay
internal import Store

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

    func run() async throws {
        let live = Live.current
        let seen = try checkpoint.map { try Checkpoint(file: $0, live) }
        let proven = try await options.change(live) { opened in
            do { return try await self.marks(JournalWalk(store: opened.store, vault: opened.vault), seen, live) } catch let broken
                as JournalWalk.Broken
            {
                throw found(broken, live)
            }
        }
        if let writeCheckpoint {
            try Checkpoint(marks: proven).write(to: writeCheckpoint, at: live.now())
            live.say("wrote the checkpoint \(writeCheckpoint)")
        }
        live.say(limit(seen))
    }

    private func marks(_ walk: JournalWalk, _ seen: Checkpoint?, _ live: Live) async throws -> [Checkpoint.Mark] {
        let strands = try await walk.strands()
        if let gone = seen?.marks.first(where: { !strands.contains($0.strand) }) {
            live.output("broken: strand \(gone.strand), which the checkpoint saw, is gone")
            throw ExitStatus.found
        }
        var marks: [Checkpoint.Mark] = []
        for strand in strands {
            var progress = ProgressBar("verifying \(strand)", of: nil, live)
            defer { progress.finish() }
            let proof = try await walk.prove(strand, seen?.mark(strand)) { progress.advance(to: Int($0)) }
            let erased = proof.erased == 0 ? "" : ", the personal part of \(proof.erased) erased"
            live.output("whole: \(strand), \(proof.number) entries\(erased)")
            marks.append(Checkpoint.Mark(strand: strand, number: proof.number, mac: proof.mac))
        }
        return marks
    }

    private func found(_ broken: JournalWalk.Broken, _ live: Live) -> ExitStatus {
        live.output("broken: \(broken)")
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
