internal import ArgumentParser
internal import Glibc

/// `mandate sendmail`, usable as /usr/sbin/sendmail: hands a message to the service through its socket; where nobody listens, into the maildrop; else 75. It never
/// opens the store, and does nothing that takes time, since it is run once a message.
struct SendmailProgram {
    let live: Live
    /// What was sent to the service and may have to go into the maildrop after all; more than this is not kept.
    private static let mostKept = 8 << 20

    /// nil: it was not called as sendmail.
    static func arguments(_ words: [String]) -> (name: String, arguments: [String])? {
        let name = words.first?.split(separator: "/").last.map(String.init) ?? ""
        if ["sendmail", "mailq", "newaliases"].contains(name) { return (name, Array(words.dropFirst())) }
        guard words.count > 1, words[1] == "sendmail" else { return nil }
        return ("sendmail", Array(words.dropFirst(2)))
    }

    func run(_ arguments: [String], calledAs name: String) -> ExitStatus {
        // No sendmail knows it, so nobody means anything else by it.
        if arguments == ["--help"] || arguments == ["--version"] {
            live.output(arguments == ["--help"] ? Mandate.helpMessage(for: SendmailCommand.self) : Mandate.configuration.version)
            return .success
        }
        do {
            let options: SendmailOptions
            do throws(SendmailOptions.Failure) { options = try SendmailOptions(arguments, calledAs: name) } catch {
                throw CommandFailure.usage(error.sentence)
            }
            let folder = try folder()
            switch options.task {
            case .nothing: return .success
            case .listQueue:
                live.output("the queue is the service's: mandate queue list")
                return .success
            case .speakSMTP:
                guard let socket = SubmissionSocket(folder.socket) else {
                    throw Self.unreachable(folder) ?? Self.nobody(folder, "-bs speaks with the service itself")
                }
                socket.converse(input: STDIN_FILENO, output: STDOUT_FILENO)
                return .success
            case .send: return try send(options, folder)
            }
        } catch let failure as CommandFailure {
            live.standardError.write("\(name): \(failure.sentence)\n")
            return failure.status
        } catch {
            live.standardError.write("\(name): an internal fault (\(type(of: error)))\n")
            return .temporary
        }
    }

    private func send(_ options: SendmailOptions, _ folder: LocalFolder) throws(CommandFailure) -> ExitStatus {
        let standardInput = live.standardInput
        var input = SendmailInput(endsAtDot: options.endsAtDot) { () throws(CommandFailure) in try standardInput.read(256 * 1024) }
        let (header, rest) = try Self.header(&input)
        let letter = try SendmailLetter(options, header: header, account: live.account.name)
        let start = letter.added + header + rest
        if let socket = SubmissionSocket(folder.socket) {
            var submission = SendmailSubmission(socket: socket, options: options, letter: letter, keeping: Self.mostKept)
            switch try submission.run(start, &input) {
            case .taken: return .success
            case .refused(let failure): throw failure
            case .lost(let kept): return try drop(letter, options, kept, &input, folder)
            }
        }
        return try drop(letter, options, start, &input, folder)
    }

    /// The lines up to the empty one, and what came with them.
    private static func header(_ input: inout SendmailInput) throws(CommandFailure) -> (header: [UInt8], rest: [UInt8]) {
        var bytes: [UInt8] = []
        while case let piece = try input.next(), !piece.isEmpty {
            let searched = max(0, bytes.count - 3)
            bytes += piece
            if bytes.starts(with: [0x0D, 0x0A]) { return ([], bytes) }
            if let end = Self.emptyLine(bytes, from: searched) { return (Array(bytes[..<end]), Array(bytes[end...])) }
            guard bytes.count <= 1 << 20 else { throw .data("the header has more than a megabyte") }
        }
        return (bytes, [])
    }

    /// Where the empty line begins.
    private static func emptyLine(_ bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (start...(bytes.count - 4)).first {
            bytes[$0] == 0x0D && bytes[$0 + 1] == 0x0A && bytes[$0 + 2] == 0x0D && bytes[$0 + 3] == 0x0A
        }.map { $0 + 2 }
    }

    private func drop(
        _ letter: SendmailLetter, _ options: SendmailOptions, _ start: [UInt8], _ input: inout SendmailInput, _ folder: LocalFolder
    ) throws(CommandFailure) -> ExitStatus {
        let generator = live.generator
        let maildrop = folder.maildrop(of: live.account.uid)
        guard var file = MaildropFile(in: maildrop, isOwners: folder.owner == live.account.uid, random: { generator.next() }) else {
            let reason = errno
            if let unreachable = Self.unreachable(folder) { throw unreachable }
            throw reason == ENOENT ? Self.nobody(folder, "there is no maildrop beside it") : Self.unwritable(maildrop, reason)
        }
        guard file.write(Array(letter.envelopeFields(options).utf8) + start) else { throw Self.unwritable(maildrop, errno) }
        while case let piece = try input.next(), !piece.isEmpty {
            guard file.write(piece) else { throw Self.unwritable(maildrop, errno) }
        }
        guard file.commit() else { throw Self.unwritable(maildrop, errno) }
        return .success
    }

    private static func unwritable(_ maildrop: String, _ reason: Int32) -> CommandFailure {
        CommandFailure(.temporary, "the maildrop \(maildrop) cannot be written: \(SystemError.text(reason))")
    }

    /// A folder above that lets nobody but its owner through is a cause of its own.
    private static func unreachable(_ folder: LocalFolder) -> CommandFailure? {
        guard access(folder.path, X_OK) != 0, errno == EACCES else { return nil }
        return CommandFailure(
            .temporary,
            "\(folder.path) cannot be reached: its owner says `chmod o+x \(folder.obstacle ?? "STORE")`, or local.folder in serve.yaml names another place"
        )
    }

    private static func nobody(_ folder: LocalFolder, _ why: String) -> CommandFailure {
        CommandFailure(
            .temporary,
            "nobody listens at \(folder.socket), and \(why): start `mandate serve`, or if it runs with another store, name its door in MANDATE_DOOR"
        )
    }

    /// Where the service's socket is, by the same rules as its store.
    private func folder() throws(CommandFailure) -> LocalFolder {
        if let named = live.environment["MANDATE_DOOR"], !named.isEmpty { return LocalFolder(named) }
        let store = try StoreLocation(option: nil, environment: live.environment, home: live.account.home, files: .live)
        return LocalFolder(store.folder + "/door")
    }
}
