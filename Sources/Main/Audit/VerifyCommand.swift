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
            let strands = try await strands(opened)
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

    private func strands(_ opened: OpenedStore) async throws -> [String] {
        do throws(StoreFailure) {
            let strands = try await opened.store.strands()
            if !strands.isEmpty { return strands }
        } catch {
            guard case .damaged(let why) = error else { throw error }
            throw found(.unreadable(after: 0, why), "", opened.live)
        }
        throw found(.empty, "", opened.live)
    }

    private func verify(_ strand: String, _ mark: Checkpoint.Mark?, _ opened: OpenedStore) async throws -> Checkpoint.Mark {
        let name = SecretName(.journalKey, of: strand)
        guard let sealed = try await opened.store.secret(name) else { throw found(.keyless, strand, opened.live) }
        var proof = JournalProof(strand: strand, key: try opened.vault.open(sealed, for: name).reveal(), checkpoint: mark)
        var progress = ProgressBar("verifying \(strand)", of: nil, opened.live)
        defer { progress.finish() }
        while case let rows = try await rows(behind: proof, opened), !rows.isEmpty {
            let before = proof.number
            for row in rows {
                if let broken = proof.check(row) { throw found(broken, strand, opened.live) }
            }
            if let number = try await opened.store.misfiled(in: strand, from: before, through: proof.number) {
                throw found(.misfiled(number), strand, opened.live)
            }
            progress.advance(to: Int(proof.number))
        }
        if let broken = proof.finish() { throw found(broken, strand, opened.live) }
        let erased = proof.erased == 0 ? "" : ", the personal part of \(proof.erased) erased"
        opened.live.output("whole: \(strand), \(proof.number) entries\(erased)")
        return Checkpoint.Mark(strand: strand, number: proof.number, mac: proof.mac)
    }

    /// The next page; the first begins before every number, where nothing may stand. A row that cannot be read is looked for one by one.
    private func rows(behind proof: JournalProof, _ opened: OpenedStore) async throws -> [JournalRow] {
        let from = proof.number == 0 ? Int64.min : proof.number + 1
        do throws(StoreFailure) {
            return try await opened.store.rows(of: proof.strand, from: from, limit: Self.page)
        } catch {
            guard case .damaged = error else { throw error }
        }
        do throws(StoreFailure) {
            return try await opened.store.rows(of: proof.strand, from: from, limit: 1)
        } catch {
            guard case .damaged(let why) = error else { throw error }
            throw found(.unreadable(after: proof.number, why), proof.strand, opened.live)
        }
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
